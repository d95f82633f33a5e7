"""DOCX: paragraphs, lists and tables in the order of the document's body.

Word's headers and footers are left out: they say the same on every page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from engine.ingest.parsers.files import check_size
from engine.ingest.parsers.office import docx_math, drawing, embedded
from engine.ingest.parsers.office.docx_numbering import Numbering, paragraph_list
from engine.ingest.parsers.office.docx_xml import attribute, child, children, name_of, value
from engine.ingest.parsers.office.ooxml import Package, Relation, damaged, empty, opened
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import Heading, Page, ParsedDocument

MAX_BOLD_HEADING = 80

SKIPPED = frozenset(
    [
        "del",
        "moveFrom",
        "instrText",
        "delText",
        "Fallback",
        "rPr",
        "pPr",
        "sectPr",
        "tblPr",
        "tcPr",
        "rt",
    ]
)
CODE_STYLE = re.compile(r"\b(source|sample|program)?\s?code\b|preformatted|\bverbatim\b")
CODE_SIGNS = re.compile(r"[{}();=<>\[\]\\$#]")
TYPEWRITER = re.compile(r"courier|consolas|mono|menlo|monaco|typewriter|fixedsys", re.IGNORECASE)
SYMBOLS = {"F0B7": "•", "F0A7": "▪", "F0E0": "→", "F0FC": "✓", "F0FB": "✗", "F0D8": "➢",
           "F0A8": "☐", "F06F": "☐", "F0FE": "☑", "F0AE": "→", "F0B0": "°", "F0B1": "±",
           "F0B3": "≥", "F0A3": "≤", "F0D7": "·", "F061": "α", "F062": "β",
           "F067": "γ", "F064": "δ", "F06D": "μ", "F070": "π", "F073": "σ", "F057": "Ω",
           "F044": "Δ"}  # fmt: skip
"""Signs of the fonts Symbol and Wingdings."""


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
    package: Package | None = None
    relations: dict[str, Relation] = field(default_factory=dict)
    bold: list[Heading] = field(default_factory=list)
    """Short bold paragraphs: headings of a document whose author knew no styles."""


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged, protected, a zip bomb or empty."""
    check_size(path)
    return read(path, path.stem, options)


def read(source: Path | BinaryIO, stem: str, options: ParseOptions) -> ParsedDocument:
    with opened(source, "Word") as package:
        return embedded.added(_read(package, stem), package, options)


def _read(package: Package, stem: str) -> ParsedDocument:
    main = package.main_part("word/document.xml")
    body = child(package.xml(main), "body")
    if body is None:
        raise damaged("Word")
    reading = _Reading(
        PageBuilder(),
        _styles(_beside(package, main, "styles")),
        Numbering.read(_beside(package, main, "numbering")),
        note_texts=_notes(_beside(package, main, "footnotes"), "footnote")
        | _notes(_beside(package, main, "endnotes"), "endnote"),
        package=package,
        relations=package.relations(main),
    )
    _blocks(body, reading)
    reading.builder.end_group()
    for note in reading.notes:
        reading.builder.item(note)
    for comment in _comments(_beside(package, main, "comments")):
        reading.builder.paragraph(comment)
    page = reading.builder.page()
    if not page.headings:
        page = Page(page.number, page.text, tuple(reading.bold))
    if not page.text.strip():
        raise empty()
    title = package.core_title() or reading.title
    if not title and page.headings:
        title = min(page.headings, key=lambda heading: (heading.level, heading.start)).title
    return ParsedDocument("docx", title or stem, (page,))


def _beside(package: Package, main: str, kind: str) -> Any:
    """A part that the document refers to; the usual place where it does not say."""
    names = package.related(main, kind) or [f"word/{kind}.xml"]
    return package.optional_xml(names[0])


# --- the parts beside the text -----------------------------------------------------------------


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


def _notes(root: Any, kind: str) -> dict[str, str]:
    """Foot- or endnotes by ``kind`` and id."""
    if root is None:
        return {}
    texts = {}
    for note in children(root, kind):
        lines = []
        for paragraph in note.iter():
            if name_of(paragraph) == "p":
                pieces: list[str] = []
                _inline(paragraph, pieces, None)
                lines.append("".join(pieces))
        texts[f"{kind}{attribute(note, 'id')}"] = " ".join(" ".join(lines).split())
    return texts


def _comments(root: Any) -> Iterator[str]:
    for comment in children(root, "comment") if root is not None else []:
        pieces: list[str] = []
        for paragraph in children(comment, "p"):
            _inline(paragraph, pieces, None)
            pieces.append(" ")
        text = " ".join("".join(pieces).split())
        author = attribute(comment, "author")
        if text:
            yield f"Comment by {author}: {text}" if author else f"Comment: {text}"


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
        elif _is_code(element, properties, reading, text):
            reading.builder.code("".join(pieces))
        else:
            standing = reading.builder.paragraph(text)
            if _reads_as_heading(element, text):
                reading.bold.append(standing)
    for box in boxes:
        if name_of(box) == "chart":
            _chart(box, reading)
        else:
            _blocks(box, reading)


def _chart(element: Any, reading: _Reading) -> None:
    relation = reading.relations.get(attribute(element, "id"))
    if reading.package is None or relation is None or not relation.target:
        return
    for text in drawing.chart(reading.package.optional_xml(relation.target)):
        reading.builder.end_group()
        for line in text.split("\n"):
            reading.builder.row([line])
    reading.builder.end_group()


def _is_code(paragraph: Any, properties: Any, reading: _Reading, text: str) -> bool:
    """Whether spaces and breaks mean something: by its style's name, or wholly in a typewriter's
    letters and with the signs of programs."""
    style = reading.styles.get(value(properties, "pStyle")) if properties is not None else None
    if style is not None and CODE_STYLE.search(style.name):
        return True
    if not (CODE_SIGNS.search(text) or reading.builder.in_code):
        return False
    runs = [run for run in paragraph.iter() if name_of(run) == "r" and child(run, "t") is not None]
    fonts = [child(child(run, "rPr"), "rFonts") for run in runs]
    return bool(fonts) and all(
        font is not None and TYPEWRITER.search(attribute(font, "ascii")) for font in fonts
    )


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
        elif name == "sym":
            pieces.append(SYMBOLS.get(attribute(part, "char").upper(), ""))
        elif name in ("oMath", "oMathPara"):
            text = docx_math.formula(part)
            pieces.append(f"$${text}$$" if name == "oMathPara" else f"${text}$")
        elif name == "chart" and boxes is not None:
            boxes.append(part)
        elif name in ("footnoteReference", "endnoteReference") and reading is not None:
            note = reading.note_texts.get(name.removesuffix("Reference") + attribute(part, "id"))
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
