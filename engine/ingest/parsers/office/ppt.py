"""PPT: PowerPoint 97 to 2003 ([MS-PPT]): slides with titles, texts, tables, notes and comments."""

import io
import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import olefile

from engine.ingest.parsers.files import check_size, read_bytes
from engine.ingest.parsers.office import protected, slides
from engine.ingest.parsers.office.doc import ole_title
from engine.ingest.parsers.office.ooxml import damaged
from engine.ingest.parsers.office.ppt_records import Record, first, record_at, records, walk
from engine.ingest.parsers.office.slides import Piece, Slide
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import ParsedDocument

DOCUMENT, SLIDE, NOTES = 0x03E8, 0x03EE, 0x03F0
NOTES_ATOM, SLIDE_PERSIST, DRAWING = 0x03F1, 0x03F3, 0x040C
SLIDE_LIST = 0x0FF0
TEXT_HEADER, TEXT, BYTES, FOOTER_TEXT = 0x0F9F, 0x0FA0, 0x0FA8, 0x0FBA
USER_EDIT, PERSIST, OUTLINE_REFERENCE = 0x0FF5, 0x1772, 0x0F9E
GROUP, SHAPE, ANCHOR, CHILD_ANCHOR, TEXT_BOX = 0xF003, 0xF004, 0xF010, 0xF00F, 0xF00D
TABLE_MARK = 0xF122
COMMENT, COMMENT_AUTHOR, COMMENT_TEXT = 0x2EE0, 0, 1
TITLE_KINDS = (0, 6)
PLACEHOLDER = 0x0BC3
TITLE_PLACEHOLDERS = (b"\x0d", b"\x0f", b"\x11")
NOTES_KIND = 2
OTHER = 4
ENCRYPTED_MARK = 0xF3D1C4DF
LINE = 50
"""Shapes whose tops differ by less (in 1/576 inch) stand side by side."""
MAX_EDITS = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A slide as the document lists it."""

    reference: int
    """Number of its object."""
    number: int
    """Its own, by which its notes name it."""
    texts: "list[Text]"
    """Those that the outline keeps."""


@dataclass(frozen=True, slots=True)
class Text:
    kind: int
    """0 and 6 are titles, 1 a body, 2 notes, 4 any other."""
    text: str
    top: int = 0
    left: int = 0
    group: int = 0
    """Number of the table that it is a cell of, from 1; 0 where it is none."""


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged, protected or holds no text."""
    check_size(path)
    return read(io.BytesIO(read_bytes(path)), path.stem, options)


def read(source: BinaryIO, stem: str, options: ParseOptions) -> ParsedDocument:
    data, user, title = _streams(source)
    if len(user) >= 16 and struct.unpack_from("<I", user, 12)[0] == ENCRYPTED_MARK:
        source.seek(0)
        data, user, title = _streams(protected.decrypted(source, options.password))
    try:
        found = _slides(data, user)
    except (struct.error, IndexError) as error:
        raise damaged("PowerPoint") from error
    return slides.document("ppt", title, stem, found)


def _streams(source: BinaryIO) -> tuple[bytes, bytes, str]:
    try:
        with olefile.OleFileIO(source) as container:
            folder = "PP97_DUALSTORAGE/" if container.exists("PP97_DUALSTORAGE") else ""
            data = container.openstream(f"{folder}PowerPoint Document").read()
            name = f"{folder}Current User"
            user = container.openstream(name).read() if container.exists(name) else b""
            return data, user, ole_title(container)
    except protected.LIBRARY_FAULTS as error:
        raise damaged("PowerPoint") from error


def _persistent(data: bytes, user: bytes) -> dict[int, int]:
    """Where each object lies that the file keeps, newest edit first."""
    found: dict[int, int] = {}
    edit = struct.unpack_from("<I", user, 16)[0] if len(user) >= 20 else 0
    for _ in range(MAX_EDITS):
        record = record_at(data, edit)
        if record is None or record.kind != USER_EDIT:
            break
        earlier, directory = struct.unpack_from("<II", data, record.start + 8)
        listed = record_at(data, directory)
        if listed is not None and listed.kind == PERSIST:
            place = listed.start
            while place + 4 <= listed.end:
                (head,) = struct.unpack_from("<I", data, place)
                number, count = head & 0xFFFFF, head >> 20
                count = min(count, (listed.end - place - 4) // 4)
                for index, offset in enumerate(struct.unpack_from(f"<{count}I", data, place + 4)):
                    found.setdefault(number + index, offset)
                place += 4 + 4 * count
        if earlier in (0, edit):
            break
        edit = earlier
    return found


def _slides(data: bytes, user: bytes) -> list[Slide]:
    persistent = _persistent(data, user)
    top = [record_at(data, offset) for offset in persistent.values()]
    if not top:  # the list of edits is lost: take what stands in the stream
        top = list(records(data))
    document = next((one for one in top if one is not None and one.kind == DOCUMENT), None)
    notes = _notes(data, [one for one in top if one is not None and one.kind == NOTES])
    if document is None:
        return [_slide(data, one, [], "") for one in top if one is not None and one.kind == SLIDE]
    found = []
    for listed in _listed(data, document):
        record = record_at(data, persistent.get(listed.reference, -1))
        if record is not None and record.kind == SLIDE:
            found.append(_slide(data, record, listed.texts, notes.get(listed.number, "")))
        else:
            found.append(_made(listed.texts))
    return found


def _listed(data: bytes, document: Record) -> Iterator[Listed]:
    """The slides in the order of the show."""
    for listing in records(data, document.start, document.end):
        if listing.kind != SLIDE_LIST or listing.instance != 0:
            continue
        slide: Listed | None = None
        kind = OTHER
        for one in records(data, listing.start, listing.end):
            if one.kind == SLIDE_PERSIST:
                if slide is not None:
                    yield slide
                reference, _, _, number = struct.unpack_from("<4I", data, one.start)
                slide = Listed(reference, number, [])
            elif one.kind == TEXT_HEADER:
                (kind,) = struct.unpack_from("<I", data, one.start)
            elif one.kind in (TEXT, BYTES) and slide is not None:
                slide.texts.append(Text(kind, _text(data, one)))
        if slide is not None:
            yield slide


def _notes(data: bytes, found: list[Record]) -> dict[int, str]:
    """What the speaker wrote, by the slide's own number."""
    notes = {}
    for record in found:
        atom = first(data, record, NOTES_ATOM)
        if atom is not None:
            (slide,) = struct.unpack_from("<I", data, atom.start)
            texts = [one.text for one in _drawn(data, record, []) if one.kind == NOTES_KIND]
            notes[slide] = "\n".join(text for text in texts if text.strip())
    return notes


def _slide(data: bytes, record: Record, outline: list[Text], notes: str) -> Slide:
    texts = _drawn(data, record, outline)
    shown = {one.text for one in texts}
    slide = _made([*texts, *(one for one in outline if one.text not in shown)])
    slide.notes = notes
    slide.comments = list(_comments(data, record))
    return slide


def _made(texts: list[Text]) -> Slide:
    slide = Slide()
    for group, members in itertools.groupby(texts, key=lambda one: one.group):
        cells = list(members)
        if group:
            slide.pieces.append(Piece("table", rows=tuple(_rows(cells))))
            continue
        for one in cells:
            lines = tuple((0, "", line.strip()) for line in one.text.split("\n") if line.strip())
            if one.kind in TITLE_KINDS and not slide.title:
                slide.title = " ".join(text for _, _, text in lines)
            elif lines:
                slide.pieces.append(Piece("text", lines))
    return slide


def _rows(cells: list[Text]) -> Iterator[tuple[str, ...]]:
    ordered = sorted(cells, key=lambda one: (one.top, one.left))
    for _, row in itertools.groupby(ordered, key=lambda one: one.top):
        yield tuple(" ".join(cell.text.split()) for cell in row)


def _drawn(data: bytes, record: Record, outline: list[Text]) -> list[Text]:
    """The texts of a slide's shapes, as they lie from top to bottom."""
    drawing = first(data, record, DRAWING)
    if drawing is None:
        return []
    found: list[Text] = []
    tables = itertools.count(1)
    _shapes(data, drawing, outline, found, tables, 0, 0)
    rows: list[list[Text]] = []
    for one in sorted(found, key=lambda text: text.top):
        if rows and one.top - rows[-1][0].top < LINE:
            rows[-1].append(one)
        else:
            rows.append([one])
    ordered = [one for row in rows for one in sorted(row, key=lambda text: text.left)]
    # A table stays together where its first cell stands.
    result: list[Text] = []
    for one in ordered:
        if not one.group:
            result.append(one)
        elif all(other.group != one.group for other in result):
            result += [other for other in ordered if other.group == one.group]
    return result


def _shapes(
    data: bytes, within: Record, outline: list[Text], found: list[Text],
    tables: "itertools.count[int]", group: int, depth: int,
) -> None:  # fmt: skip
    if depth > 20:
        return
    for one in records(data, within.start, within.end):
        if one.kind == GROUP:
            inside = group or (next(tables) if _is_table(data, one) else 0)
            _shapes(data, one, outline, found, tables, inside, depth + 1)
        elif one.kind == SHAPE:
            found += _boxes(data, one, outline, group)
        elif one.container:
            _shapes(data, one, outline, found, tables, group, depth + 1)


def _is_table(data: bytes, group: Record) -> bool:
    """Tables are groups whose first shape carries a mark among its further properties."""
    head = first(data, group, SHAPE)
    if head is None:
        return False
    found = first(data, head, TABLE_MARK)
    if found is None:
        return False
    for place in range(found.start, found.end - 5, 6):
        name, value = struct.unpack_from("<HI", data, place)
        if name & 0x3FFF == 0x039F:
            return bool(value & 1)
    return False


def _boxes(data: bytes, shape: Record, outline: list[Text], group: int) -> Iterator[Text]:
    top, left = _place(data, shape)
    title = any(
        one.kind == PLACEHOLDER and data[one.start + 4 : one.start + 5] in TITLE_PLACEHOLDERS
        for one in walk(data, shape)
    )
    kind = OTHER
    for one in records(data, shape.start, shape.end):
        if one.kind != TEXT_BOX:
            continue
        for atom in records(data, one.start, one.end):
            if atom.kind == TEXT_HEADER:
                (kind,) = struct.unpack_from("<I", data, atom.start)
            elif atom.kind in (TEXT, BYTES):
                yield Text(0 if title else kind, _text(data, atom), top, left, group)
            elif atom.kind == OUTLINE_REFERENCE:
                (index,) = struct.unpack_from("<i", data, atom.start)
                if 0 <= index < len(outline):
                    yield Text(outline[index].kind, outline[index].text, top, left, group)


def _place(data: bytes, shape: Record) -> tuple[int, int]:
    for one in records(data, shape.start, shape.end):
        size = one.end - one.start
        if one.kind == ANCHOR and size == 8:
            top, left = struct.unpack_from("<hh", data, one.start)
            return top, left
        if one.kind == ANCHOR and size >= 16:
            top, left = struct.unpack_from("<ii", data, one.start)
            return top, left
        if one.kind == CHILD_ANCHOR and size >= 16:
            left, top = struct.unpack_from("<ii", data, one.start)
            return top, left
    return 0, 0


def _comments(data: bytes, record: Record) -> Iterator[str]:
    for one in walk(data, record):
        if one.kind == COMMENT:
            parts = {
                atom.instance: _text(data, atom)
                for atom in records(data, one.start, one.end)
                if atom.kind == FOOTER_TEXT
            }
            text = " ".join(parts.get(COMMENT_TEXT, "").split())
            author = parts.get(COMMENT_AUTHOR, "").strip()
            if text:
                yield f"[author: {author}] {text}" if author else text


def _text(data: bytes, record: Record) -> str:
    body = data[record.start : record.end]
    if record.kind == BYTES:
        text = body.decode("latin-1")
    else:
        text = body.decode("utf-16-le", "replace")
    return text.replace("\r", "\n").replace("\x0b", "\n").replace("\0", "").strip()
