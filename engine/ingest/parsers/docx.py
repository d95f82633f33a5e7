"""DOCX: paragraphs, lists and tables in the order of the document's body.

The parts are read straight from the zip: a document whose pictures or links are broken still has
its text, and what is unpacked stays bounded.
"""

import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from engine.errors import ParseError
from engine.ingest.parsers.docx_numbering import Numbering, paragraph_list
from engine.ingest.parsers.docx_xml import attribute, child, children, name_of, value
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import Heading, Page, ParsedDocument

MAX_PART_BYTES = 300 * 2**20
"""Largest part of the package once unpacked; a thousand pages of text have about ten MB."""
MAX_RATIO = 500
"""Largest ratio of unpacked to packed size of a part above one MB."""
MAX_BOLD_HEADING = 80

SKIPPED = frozenset(
    ["del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "sectPr", "tblPr", "tcPr"]
)


@dataclass(frozen=True, slots=True)
class Style:
    name: str
    based_on: str
    outline: int | None
    """Level of heading from 1; ``None`` where the style says nothing about it."""
    list_place: tuple[str, int] | None


@dataclass(slots=True)
class _Reading:
    builder: PageBuilder
    styles: dict[str, Style]
    numbering: Numbering
    title: str = ""
    notes: list[str] = field(default_factory=list)
    """Footnotes met so far, in the order of their references."""
    note_texts: dict[str, str] = field(default_factory=dict)
    bold: list[Heading] = field(default_factory=list)
    """Short bold paragraphs: headings of a document whose author knew no styles."""


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is damaged, protected, a zip bomb or empty."""
    check_size(path)
    try:
        with zipfile.ZipFile(path) as package:
            return _parse(package, path)
    except OSError as error:
        raise not_readable(error) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged() from error
    except RuntimeError as error:  # zipfile's word for a password
        raise ParseError(
            "This document needs a password.",
            "Save a copy without the password and add that.",
            "encrypted",
        ) from error


def _parse(package: zipfile.ZipFile, path: Path) -> ParsedDocument:
    body = child(_part(package, _main_part(package)), "body")
    if body is None:
        raise _damaged()
    reading = _Reading(
        PageBuilder(),
        _styles(_part(package, "word/styles.xml")),
        Numbering.read(_part(package, "word/numbering.xml")),
        note_texts=_notes(_part(package, "word/footnotes.xml")),
    )
    _blocks(body, reading)
    reading.builder.end_group()
    for note in reading.notes:
        reading.builder.item(note)
    page = reading.builder.page()
    if not page.headings:
        page = Page(page.number, page.text, tuple(reading.bold))
    if not page.text.strip():
        raise ParseError("This document has no text.", "", "empty")
    title = _core_title(_part(package, "docProps/core.xml")) or reading.title
    if not title and page.headings:
        title = min(page.headings, key=lambda heading: (heading.level, heading.start)).title
    return ParsedDocument("docx", title or path.stem, (page,))


# --- the package -------------------------------------------------------------------------------


def _main_part(package: zipfile.ZipFile) -> str:
    relations = _part(package, "_rels/.rels")
    for relation in relations if relations is not None else ():
        if attribute(relation, "Type").endswith("/officeDocument"):
            return attribute(relation, "Target").lstrip("/")
    return "word/document.xml"


def _part(package: zipfile.ZipFile, name: str) -> Any:
    """The root of a part, or ``None`` where the package has none of that name."""
    try:
        info = package.getinfo(name)
    except KeyError:
        return None
    bomb = info.file_size > 2**20 and info.file_size > MAX_RATIO * max(info.compress_size, 1)
    if info.file_size > MAX_PART_BYTES or bomb:
        raise ParseError(
            "This document unpacks to far more than a document holds, so it was left unread.",
            "Open it in a word processor and save it again if you trust it.",
            "too_large",
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        with package.open(info) as stream:
            # The header may lie about the size: never read more than it says.
            return etree.fromstring(stream.read(info.file_size + 1), parser)
    except etree.XMLSyntaxError as error:
        raise _damaged() from error


def _damaged() -> ParseError:
    return ParseError(
        "This Word document is damaged and cannot be opened.",
        "Open it in a word processor and save it again.",
        "damaged",
    )


def _core_title(root: Any) -> str:
    found = child(root, "title")
    title = " ".join((found.text or "").split()) if found is not None else ""
    return "" if title.lower() in ("word document", "untitled", "document") else title


def _styles(root: Any) -> dict[str, Style]:
    styles: dict[str, Style] = {}
    for style in children(root, "style") if root is not None else []:
        if attribute(style, "type") != "paragraph":
            continue
        properties = child(style, "pPr")
        name = value(style, "name").lower()
        outline = value(properties, "outlineLvl") if properties is not None else ""
        level = int(outline) + 1 if outline.isdecimal() else None
        if name.startswith("heading ") and name[8:].isdecimal():
            level = int(name[8:])
        elif name == "title":
            level = 1
        styles[attribute(style, "styleId")] = Style(
            name, value(style, "basedOn"), level, paragraph_list(properties)
        )
    return styles


def _notes(root: Any) -> dict[str, str]:
    if root is None:
        return {}
    texts = {}
    for note in children(root, "footnote"):
        pieces: list[str] = []
        _inline(note, pieces, None)
        texts[attribute(note, "id")] = " ".join("".join(pieces).split())
    return texts


# --- the body ----------------------------------------------------------------------------------


def _blocks(container: Any, reading: _Reading) -> None:
    for element in container:
        match name_of(element):
            case "p":
                _paragraph(element, reading)
            case "tbl":
                _table(element, reading)
            case "sdt":
                content = child(element, "sdtContent")
                if content is not None:
                    _blocks(content, reading)
            case "ins" | "moveTo" | "customXml" | "smartTag":
                _blocks(element, reading)
            case "AlternateContent":
                choice = child(element, "Choice")
                if choice is not None:
                    _blocks(choice, reading)


def _paragraph(element: Any, reading: _Reading) -> None:
    pieces: list[str] = []
    boxes: list[Any] = []
    _inline(element, pieces, reading, boxes)
    text = "".join(pieces).strip()
    properties = child(element, "pPr")
    level, place = _standing(properties, reading)
    if text:
        marker = reading.numbering.next_marker(*place) if place else ""
        marked = f"{marker} {text}" if marker else text
        if level is not None:
            if not reading.title and level == 1:
                reading.title = " ".join(marked.split())
            reading.builder.heading(min(level, 9), marked)
        elif marker:
            reading.builder.item("  " * min(place[1] if place else 0, 8) + marked)
        else:
            standing = reading.builder.paragraph(text)
            if _reads_as_heading(element, text):
                reading.bold.append(standing)
    for box in boxes:
        _blocks(box, reading)


def _reads_as_heading(paragraph: Any, text: str) -> bool:
    """Whether a paragraph is short, wholly bold and no sentence."""
    if len(text) > MAX_BOLD_HEADING or "\n" in text or text[-1] in ".,;:":
        return False
    runs = [run for run in paragraph.iter() if name_of(run) == "r" and child(run, "t") is not None]
    return all(_bold(child(run, "rPr")) for run in runs if "".join(run.itertext()).strip())


def _bold(properties: Any) -> bool:
    found = child(properties, "b")
    return found is not None and attribute(found, "val") not in ("0", "false", "off")


def _standing(properties: Any, reading: _Reading) -> tuple[int | None, tuple[str, int] | None]:
    """Level of heading and place in a list, from the paragraph or else from its styles."""
    level: int | None = None
    place = paragraph_list(properties)
    outline = value(properties, "outlineLvl") if properties is not None else ""
    if outline.isdecimal() and int(outline) < 9:
        level = int(outline) + 1
    name = value(properties, "pStyle") if properties is not None else ""
    seen: set[str] = set()
    while name in reading.styles and name not in seen:
        seen.add(name)
        style = reading.styles[name]
        level = style.outline if level is None else level
        place = style.list_place if place is None else place
        name = style.based_on
    if level is not None and level > 9:
        level = None
    return level, (None if place is None or place[0] == "0" else place)


def _inline(
    element: Any, pieces: list[str], reading: _Reading | None, boxes: list[Any] | None = None
) -> None:
    """Text of a paragraph's runs; text boxes are set aside as blocks of their own."""
    for part in element:
        name = name_of(part)
        if name in SKIPPED or not name:
            continue
        if name == "t":
            pieces.append(part.text or "")
        elif name == "tab":
            pieces.append("\t")
        elif name in ("br", "cr"):
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name == "footnoteReference" and reading is not None:
            note = reading.note_texts.get(attribute(part, "id"))
            if note:
                reading.notes.append(f"[{len(reading.notes) + 1}] {note}")
                pieces.append(f" [{len(reading.notes)}]")
        elif name == "txbxContent":
            if boxes is not None:
                boxes.append(part)
        else:
            _inline(part, pieces, reading, boxes)


def _table(table: Any, reading: _Reading) -> None:
    reading.builder.end_group()
    for row in _rows(table):
        cells = _cells(row)
        if len(cells) == 1:
            _blocks(cells[0], reading)
        else:
            reading.builder.row([_cell_text(cell, reading) for cell in cells])
    reading.builder.end_group()


def _rows(table: Any) -> list[Any]:
    rows: list[Any] = []
    for element in table:
        if name_of(element) == "tr":
            rows.append(element)
        elif name_of(element) in ("sdt", "sdtContent", "ins", "customXml"):
            rows.extend(_rows(element))
    return rows


def _cells(row: Any) -> list[Any]:
    cells: list[Any] = []
    for element in row:
        if name_of(element) == "tc":
            cells.append(element)
        elif name_of(element) in ("sdt", "sdtContent", "customXml"):
            cells.extend(_cells(element))
    return cells


def _cell_text(cell: Any, reading: _Reading) -> str:
    """A cell as one line: its paragraphs, and the rows of a table inside it."""
    lines: list[str] = []
    for element in cell.iter():
        if name_of(element) == "p":
            pieces: list[str] = []
            _inline(element, pieces, reading, [])
            lines.append(" ".join("".join(pieces).split()))
    return " ".join(line for line in lines if line)
