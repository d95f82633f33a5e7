"""OpenDocument: texts, spreadsheets and presentations, in a zip or flat in one XML file."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from engine.ingest.parsers.files import MAX_TEXT_BYTES, check_size, read_bytes
from engine.ingest.parsers.office import odf_protected, odf_slides, odf_table, odf_text
from engine.ingest.parsers.office.docx_xml import attribute, child, name_of
from engine.ingest.parsers.office.odf_text import Found, Lists
from engine.ingest.parsers.office.ooxml import Package, damaged, empty, opened, xml_parser
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

KINDS = {"text": "odt", "spreadsheet": "ods", "presentation": "odp", "drawing": "odp"}
MAX_DEPTH = 30


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged, protected or empty."""
    check_size(path)
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"PK"
    if zipped:
        return read(path, path.stem, options)
    try:
        root = etree.fromstring(read_bytes(path, MAX_TEXT_BYTES), xml_parser())
    except etree.LxmlError as error:
        raise damaged("OpenDocument") from error
    return _document(None, root, root, root, path.stem)


def read(source: Path | BinaryIO, stem: str, options: ParseOptions) -> ParsedDocument:
    with opened(source, "OpenDocument") as package:
        manifest = package.optional_xml("META-INF/manifest.xml")
        if odf_protected.is_locked(manifest):
            clear = odf_protected.decrypted(package, manifest, options.password)
            return read(clear, stem, replace(options, password=None))
        content = package.xml("content.xml")
        if content is None:
            raise damaged("OpenDocument")
        styles, meta = package.optional_xml("styles.xml"), package.optional_xml("meta.xml")
        return _document(package, content, styles, meta, stem)


def _document(
    package: Package | None, content: Any, styles: Any, meta: Any, stem: str
) -> ParsedDocument:
    lists = Lists()
    lists.learn(styles)
    lists.learn(content)
    title = _title(meta)
    body = child(content, "body")
    for kind_of_body in body if body is not None else ():
        kind = KINDS.get(name_of(kind_of_body), "")
        if kind == "odt":
            return _text(package, kind_of_body, lists, title, stem)
        if kind == "ods":
            return odf_table.document(content, kind_of_body, title or stem)
        if kind == "odp":
            return odf_slides.document(package, kind_of_body, lists, title, stem)
    raise damaged("OpenDocument")


def _title(meta: Any) -> str:
    if meta is None:
        return ""
    for element in meta.iter():
        if name_of(element) == "title" and "purl.org/dc" in str(element.tag):
            return " ".join((element.text or "").split())
    return ""


@dataclass(slots=True)
class _Text:
    package: Package | None
    lists: Lists
    builder: PageBuilder = field(default_factory=PageBuilder)
    notes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    first_heading: str = ""


def _text(
    package: Package | None, body: Any, lists: Lists, title: str, stem: str
) -> ParsedDocument:
    reading = _Text(package, lists)
    _blocks(body, reading, 0)
    reading.builder.end_group()
    for number, note in enumerate(reading.notes, 1):
        reading.builder.item(f"[{number}] {note}")
    for comment in reading.comments:
        reading.builder.paragraph(f"Comment: {comment}")
    page = reading.builder.page()
    if not page.text.strip():
        raise empty()
    return ParsedDocument("odt", title or reading.first_heading or stem, (page,))


def _blocks(container: Any, reading: _Text, depth: int) -> None:
    if depth > MAX_DEPTH:
        return
    for element in container:
        match name_of(element):
            case "p":
                _paragraph(element, reading, depth)
            case "h":
                _heading(element, reading, depth)
            case "list":
                for line in odf_text.list_lines(element, reading.lists):
                    if name_of(line.element) == "table":
                        _table(line.element, reading, depth)
                    else:
                        mark = f"{line.mark} " if line.mark else ""
                        _paragraph(line.element, reading, depth, "  " * line.level + mark)
                reading.builder.end_group()
            case "table":
                _table(element, reading, depth)
            case "frame" | "custom-shape" | "g" | "rect" | "ellipse" | "text-box":
                _box(element, reading, depth)
            case name if name and name not in odf_text.LEFT_OUT:
                _blocks(element, reading, depth + 1)


def _words(element: Any, reading: _Text) -> tuple[str, Found]:
    found = Found(notes_before=len(reading.notes))
    text = odf_text.inline(element, found).strip()
    for note in found.notes:
        reading.notes.append(
            " ".join(
                odf_text.inline(one).strip() for one in note.iter() if name_of(one) in ("p", "h")
            )
        )
    reading.comments += found.comments
    return text, found


def _paragraph(element: Any, reading: _Text, depth: int, mark: str = "") -> None:
    text, found = _words(element, reading)
    if text:
        if mark:
            reading.builder.item(mark + text)
        else:
            reading.builder.paragraph(text)
    for box in found.boxes:
        _box(box, reading, depth + 1)


def _heading(element: Any, reading: _Text, depth: int) -> None:
    text, found = _words(element, reading)
    level = attribute(element, "outline-level")
    number = min(int(level), 9) if level.isdecimal() and level != "0" else 1
    if text:
        listed = attribute(element, "is-list-header") == "true"
        mark = "" if listed else reading.lists.heading_mark(number)
        reading.first_heading = reading.first_heading or " ".join(text.split())
        reading.builder.heading(number, f"{mark} {text}" if mark else text)
    for box in found.boxes:
        _box(box, reading, depth + 1)


def _box(box: Any, reading: _Text, depth: int) -> None:
    """A frame's text, table or formula; pictures and what else is embedded are left out."""
    if depth > MAX_DEPTH:
        return
    reading.builder.end_group()
    for part in [box] if name_of(box) == "text-box" else box:
        if name_of(part) == "object":
            formula = odf_text.math_text(_object(part, reading.package))
            if formula:
                reading.builder.paragraph(formula)
        elif name_of(part) in ("title", "desc"):
            reading.builder.paragraph(" ".join((part.text or "").split()))
        elif name_of(part) in ("text-box", "p", "h", "list", "table", "frame", "custom-shape", "g"):
            _blocks([part] if name_of(part) != "text-box" else part, reading, depth + 1)


def _object(element: Any, package: Package | None) -> Any:
    """The root of an embedded object: inside the element, or in a folder of the package."""
    if len(element):
        return element
    name = attribute(element, "href").removeprefix("./")
    if package is None or not name or "://" in name:
        return None
    return package.optional_xml(f"{name}/content.xml")


def _table(table: Any, reading: _Text, depth: int) -> None:
    reading.builder.end_group()
    for row in odf_table.table_rows(table):
        cells = [cell for cell in row if name_of(cell) == "table-cell"]
        if len(cells) == 1 and len(row) == 1:
            _blocks(cells[0], reading, depth + 1)
            reading.builder.end_group()
        else:
            reading.builder.row([" ".join(_cell_lines(cell, reading, 0)) for cell in row])
    reading.builder.end_group()


def _cell_lines(cell: Any, reading: _Text, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    for element in cell:
        match name_of(element):
            case "p" | "h":
                text, found = _words(element, reading)
                if text:
                    yield " ".join(text.split())
                for box in found.boxes:
                    yield from _cell_lines(box, reading, depth + 1)
            case "list":
                for line in odf_text.list_lines(element, reading.lists):
                    text, _ = _words(line.element, reading)
                    yield " ".join(f"{line.mark} {text}".split())
            case "table":
                for row in odf_table.table_rows(element):
                    for inner in row:
                        yield from _cell_lines(inner, reading, depth + 1)
            case "title" | "desc" if (element.text or "").strip():
                yield " ".join((element.text or "").split())
            case name if name and name not in odf_text.LEFT_OUT and name != "object":
                yield from _cell_lines(element, reading, depth + 1)
