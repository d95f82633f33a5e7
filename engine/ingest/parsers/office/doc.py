"""DOC: Word 6 to 2003. The text is put together from the pieces that the file lists ([MS-DOC])."""

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import olefile

from engine.ingest.parsers.files import check_size, read_bytes
from engine.ingest.parsers.office import protected
from engine.ingest.parsers.office.doc_properties import PLAIN, Paragraph, Properties
from engine.ingest.parsers.office.ooxml import GENERIC_TITLES, damaged, empty
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

WORD, OLD_WORD = 0xA5EC, 0xA5DC
ENCRYPTED, SECOND_TABLE = 0x0100, 0x0200
FIRST_OF_97 = 0xC1
PIECE_TABLE = 0x1A2
STORIES = 0x4C
"""Lengths of the text's parts: main, footnotes, headers, macros, comments, endnotes, boxes."""
MAX_CHARACTERS = 50_000_000
FIELD_BEGIN, FIELD_MIDDLE, FIELD_END = "\x13", "\x14", "\x15"
CELL_END, PARAGRAPH_END, PAGE_END = "\x07", "\r", "\x0c"
DROPPED = re.compile(r"[\x00-\x06\x08\x0e-\x12\x16-\x1d\x1f\ufffc]")
RIGHTS_STREAM = "\tDRMContent"


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    start: int
    """Its first byte in the stream."""
    width: int
    """Bytes of a character."""


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged, protected or empty."""
    check_size(path)
    return read(io.BytesIO(read_bytes(path)), path.stem, options)


def read(source: BinaryIO, stem: str, options: ParseOptions) -> ParsedDocument:
    document, table, title = _streams(source)
    if _flags(document) & ENCRYPTED:
        source.seek(0)
        document, table, title = _streams(protected.decrypted(source, options.password))
    try:
        pieces, lengths = _pieces(document, table)
        properties = Properties.read(document, table) if _is_97(document) else Properties(b"", b"")
        return _document(pieces, lengths, properties, title, stem)
    except (struct.error, IndexError) as error:
        raise damaged("Word") from error


def _streams(source: BinaryIO) -> tuple[bytes, bytes, str]:
    """The text's stream, the table's stream and the title."""
    try:
        with olefile.OleFileIO(source) as container:
            if container.exists(RIGHTS_STREAM):
                raise protected.rights()
            document = container.openstream("WordDocument").read()
            name = "1Table" if _flags(document) & SECOND_TABLE else "0Table"
            table = container.openstream(name).read() if container.exists(name) else b""
            return document, table, ole_title(container)
    except protected.LIBRARY_FAULTS as error:
        raise damaged("Word") from error


def ole_title(container: olefile.OleFileIO) -> str:
    """Title of an old Office file's properties; empty where it has none."""
    try:
        if not container.exists("\x05SummaryInformation"):
            return ""
        found = container.getproperties("\x05SummaryInformation").get(2, b"")
        page = container.getproperties("\x05SummaryInformation").get(1, 1252)
        page = page & 0xFFFF if isinstance(page, int) else 1252
        name = "utf-8" if page == 65001 else f"cp{page}"
        text = found.decode(name, "replace") if isinstance(found, bytes) else str(found)
    except (*protected.LIBRARY_FAULTS, UnicodeError):
        return ""
    title = " ".join(text.replace("\0", "").split())
    return "" if title.lower() in GENERIC_TITLES else title


def _flags(document: bytes) -> int:
    if len(document) < 0x200:
        raise damaged("Word")
    (mark,) = struct.unpack_from("<H", document)
    if mark not in (WORD, OLD_WORD):
        raise damaged("Word")
    return int(struct.unpack_from("<H", document, 0x0A)[0])


def _is_97(document: bytes) -> bool:
    return bool(struct.unpack_from("<H", document, 2)[0] >= FIRST_OF_97)


def _pieces(document: bytes, table: bytes) -> tuple[list[Piece], list[int]]:
    if not _is_97(document):
        start, end = struct.unpack_from("<II", document, 0x18)
        text = document[start:end].decode("cp1252", "replace")
        length = struct.unpack_from("<I", document, 0x34)[0]
        return [Piece(text, start, 1)], [min(length, len(text)) or len(text)]
    lengths = list(struct.unpack_from("<8I", document, STORIES))
    start, length = struct.unpack_from("<II", document, PIECE_TABLE)
    data = table[start : start + length]
    place = 0
    while place < len(data) and data[place] == 1:  # formats that pieces refer to
        place += 3 + struct.unpack_from("<H", data, place + 1)[0]
    if place >= len(data) or data[place] != 2:
        raise damaged("Word")
    size = struct.unpack_from("<I", data, place + 1)[0]
    body = data[place + 5 : place + 5 + size]
    count = (len(body) - 4) // 12
    borders = struct.unpack_from(f"<{count + 1}I", body)
    pieces, total = [], 0
    for number in range(count):
        characters = borders[number + 1] - borders[number]
        (where,) = struct.unpack_from("<I", body, 4 * (count + 1) + 8 * number + 2)
        if characters < 0 or total + characters > MAX_CHARACTERS:
            break
        total += characters
        if where & 0x40000000:
            first = (where & 0x3FFFFFFF) // 2
            text = document[first : first + characters].decode("cp1252", "replace")
            pieces.append(Piece(text, first, 1))
        else:
            first = where & 0x3FFFFFFF
            text = document[first : first + 2 * characters].decode("utf-16-le", "replace")
            # Letters beyond the first plane would move every place after them.
            text = re.sub(r"[\U00010000-\U0010ffff]", lambda match: match.group() + "\0", text)
            pieces.append(Piece(text, first, 2))
    return pieces, lengths


def _document(
    pieces: list[Piece], lengths: list[int], properties: Properties, title: str, stem: str
) -> ParsedDocument:
    paragraphs = list(_paragraphs(pieces, properties))
    builder = PageBuilder()
    first_heading = ""
    row: list[str] = []
    cell: list[str] = []
    main = lengths[0]
    headers_start = main + (lengths[1] if len(lengths) > 1 else 0)
    headers_end = headers_start + (lengths[2] if len(lengths) > 2 else 0)
    for place, text, end, known in paragraphs:
        if headers_start <= place < headers_end:
            continue
        if place >= main:
            builder.end_group()
        clean = _clean(text)
        if end == CELL_END or known.in_table:
            if known.row_end or (end == CELL_END and not clean and not cell and known is PLAIN):
                if any(row):
                    builder.row(row)
                row = []
            elif end == CELL_END:
                row.append(" ".join([*cell, clean]).strip())
                cell = []
            else:
                cell.append(clean)
            continue
        if row or cell:
            builder.row([*row, *cell])
            row, cell = [], []
        if not clean:
            continue
        mark = properties.numbering.next_marker(*known.list_place) if known.list_place else ""
        marked = f"{mark} {clean}" if mark else clean
        if known.heading is not None and place < main:
            first_heading = first_heading or " ".join(clean.split())
            builder.heading(known.heading, marked)
        elif mark and known.list_place:
            builder.item("  " * known.list_place[1] + marked)
        else:
            builder.paragraph(marked)
    if any(row) or cell:
        builder.row([*row, *cell])
    page = builder.page()
    if not page.text.strip():
        raise empty()
    return ParsedDocument("doc", title or first_heading or stem, (page,))


def _paragraphs(
    pieces: list[Piece], properties: Properties
) -> Iterator[tuple[int, str, str, Paragraph]]:
    """(place of its first character, text without field codes, its end mark, properties)."""
    place, start = 0, 0
    text: list[str] = []
    fields: list[bool] = []
    """Of the fields around: whether their result has begun."""
    for piece in pieces:
        for index, sign in enumerate(piece.text):
            where = piece.start + index * piece.width
            place += 1
            if sign == FIELD_BEGIN:
                fields.append(False)
            elif sign == FIELD_MIDDLE and fields:
                fields[-1] = True
            elif sign == FIELD_END and fields:
                fields.pop()
            elif sign in (PARAGRAPH_END, CELL_END, PAGE_END):
                yield start, "".join(text), sign, properties.paragraph(where)
                text, start = [], place
            elif all(fields) and not properties.deleted(where):
                text.append(sign)
    if text:
        yield start, "".join(text), PARAGRAPH_END, PLAIN


def _clean(text: str) -> str:
    text = text.replace("\x0b", "\n").replace("\x1e", "-").replace("\xa0", " ")
    return DROPPED.sub("", text).strip()
