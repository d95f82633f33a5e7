"""XLSX and XLSM: cells as shown, sheet by sheet, row by row, in bounded memory.

Sheets are read as streams: one that is inflated to a million empty rows costs time, not memory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from engine.ingest.parsers.files import check_size
from engine.ingest.parsers.office import drawing, embedded, number_format, sheets
from engine.ingest.parsers.office.docx_xml import attribute, child, children, name_of
from engine.ingest.parsers.office.ooxml import Package, damaged, opened
from engine.ingest.parsers.office.sheets import Budget, Full, Merged, Row, Sheet
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import ParsedDocument

MAX_STREAM_BYTES = 400 * 2**20
"""Of an unpacked sheet this much is read."""
MAX_ROWS = 1_100_000
CELL_NAME = re.compile(r"([A-Z]{1,3})(\d{1,7})")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
ERRORS = ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!")


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged or empty."""
    check_size(path)
    return read(path, path.stem, options)


def read(source: Path | BinaryIO, stem: str, options: ParseOptions) -> ParsedDocument:
    with opened(source, "Excel") as package:
        main = package.main_part("xl/workbook.xml")
        root = package.xml(main)
        if root is None:
            raise damaged("Excel")
        book = Book(package, main, root)
        found = []
        budget = Budget()
        for name, part, hidden in book.sheet_parts():
            sheet = Sheet(name, hidden=hidden)
            found.append(sheet)
            if part and not budget.cut:
                book.fill(sheet, part, budget)
        document = sheets.document("xlsx", package.core_title() or stem, found, budget)
        return embedded.added(document, package, options)


@dataclass(slots=True)
class Book:
    package: Package
    main: str
    root: Any
    strings: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    """Number format by the index that cells name."""
    from_1904: bool = False

    def __post_init__(self) -> None:
        properties = child(self.root, "workbookPr")
        if properties is not None:
            self.from_1904 = attribute(properties, "date1904") in ("1", "true")
        for part in self.package.related(self.main, "sharedStrings")[:1]:
            self.strings = list(_strings(self.package, part))
        for part in self.package.related(self.main, "styles")[:1]:
            self.codes = _codes(self.package.optional_xml(part))

    def sheet_parts(self) -> list[tuple[str, str, bool]]:
        """(name, part, hidden) of the sheets in the workbook's order."""
        relations = self.package.relations(self.main)
        found = []
        for sheet in children(child(self.root, "sheets"), "sheet"):
            relation = relations.get(attribute(sheet, "id"))
            part = relation.target if relation is not None else ""
            hidden = attribute(sheet, "state") in ("hidden", "veryHidden")
            found.append((attribute(sheet, "name"), part, hidden))
        return found

    def fill(self, sheet: Sheet, part: str, budget: Budget) -> None:
        try:
            with self.package.stream(part) as stream:
                for element in elements(stream, ("row", "mergeCell"), budget):
                    if name_of(element) == "row":
                        row = self._row(element, sheet, budget)
                        if row[1]:
                            sheet.rows.append(row)
                    elif (area := _area(attribute(element, "ref"))) is not None:
                        sheet.merged.append(area)
        except Full:
            return
        sheet.beside = _beside(self.package, part)

    def _row(self, element: Any, sheet: Sheet, budget: Budget) -> Row:
        number = attribute(element, "r")
        place = int(number) - 1 if number.isdecimal() else _next(sheet)
        cells: dict[int, str] = {}
        column = -1
        for cell in element:
            match = CELL_NAME.match(attribute(cell, "r"))
            column = _column(match.group(1)) if match else column + 1
            text = self._text(cell)
            if text and column < sheets.MAX_COLUMNS:
                budget.take(text)
                cells[column] = text
        return place, cells

    def _text(self, cell: Any) -> str:
        kind = attribute(cell, "t")
        if kind == "inlineStr":
            return _rich(child(cell, "is"))
        found = child(cell, "v")
        text = (found.text or "") if found is not None else ""
        if not text:
            return ""
        if kind == "s":
            return self.strings[int(text)] if text.isdecimal() and int(text) < len(
                self.strings
            ) else ""  # fmt: skip
        if kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if kind == "e":
            return ""
        if kind in ("str", "d"):
            return unescaped(text)
        try:
            number = float(text)
        except ValueError:
            return text
        style = attribute(cell, "s")
        code = self.codes[int(style)] if style.isdecimal() and int(style) < len(self.codes) else ""
        return number_format.written(number, code, from_1904=self.from_1904)


def elements(stream: BinaryIO, names: tuple[str, ...], budget: Budget) -> Iterator[Any]:
    """The elements of these names, one at a time; each is forgotten when the next is asked for."""
    reader = etree.iterparse(
        _Bounded(stream, budget), events=("end",), tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
    )  # fmt: skip
    for count, (_, element) in enumerate(reader):
        if count > MAX_ROWS:
            budget.cut = True
            return
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and parent[0] is not element:
            del parent[0]


class _Bounded:
    """A stream that ends with Full when it has given more than a sheet can mean."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream = stream
        self._left = MAX_STREAM_BYTES
        self._budget = budget

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, 2**20) if size > 0 else 2**20)
        self._left -= len(data)
        if self._left < 0:
            self._budget.cut = True
            raise Full
        return data


def _strings(package: Package, part: str) -> Iterator[str]:
    budget = Budget()
    try:
        with package.stream(part) as stream:
            for element in elements(stream, ("si",), budget):
                text = _rich(element)
                budget.take(text)
                yield text
    except Full:
        return


def _rich(element: Any) -> str:
    """Text of runs; how it is pronounced (``rPh``) is left out."""
    if element is None:
        return ""
    pieces = []
    for part in element:
        if name_of(part) == "t":
            pieces.append(part.text or "")
        elif name_of(part) == "r":
            pieces += [run.text or "" for run in children(part, "t")]
    return unescaped("".join(pieces))


def unescaped(text: str) -> str:
    """``_x000D_`` and its like stand for characters that XML cannot hold."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text).replace("\r", "\n")


def _codes(root: Any) -> list[str]:
    if root is None:
        return []
    own: dict[str, str] = {}
    formats = child(root, "numFmts")
    for one in children(formats, "numFmt") if formats is not None else []:
        own[attribute(one, "numFmtId")] = attribute(one, "formatCode")
    styles = child(root, "cellXfs")
    codes = []
    for style in children(styles, "xf") if styles is not None else []:
        number = attribute(style, "numFmtId")
        known = number_format.BUILT_IN.get(int(number), "") if number.isdecimal() else ""
        codes.append(own.get(number, known))
    return codes


def _beside(package: Package, part: str) -> list[str]:
    """Text boxes, charts and comments of a sheet."""
    texts: list[str] = []
    for relation in package.relations(part).values():
        if relation.kind == "comments" and relation.target:
            texts += _comments(package.optional_xml(relation.target))
        elif relation.kind == "drawing" and relation.target:
            texts += drawing.texts(package, relation.target)
    return texts


def _comments(root: Any) -> Iterator[str]:
    found = child(root, "commentList")
    for comment in children(found, "comment") if found is not None else []:
        text = " ".join(_rich(child(comment, "text")).split())
        if text:
            yield f"Comment on {attribute(comment, 'ref')}: {text}"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _area(name: str) -> Merged | None:
    first, _, last = name.partition(":")
    start, end = CELL_NAME.fullmatch(first), CELL_NAME.fullmatch(last)
    if start is None or end is None:
        return None
    return (
        int(start.group(2)) - 1, _column(start.group(1)),
        int(end.group(2)) - 1, _column(end.group(1)),
    )  # fmt: skip


def _next(sheet: Sheet) -> int:
    return sheet.rows[-1][0] + 1 if sheet.rows else 0
