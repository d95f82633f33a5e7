"""XLSB: Excel's binary workbook, a zip of record streams ([MS-XLSB])."""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from engine.ingest.parsers.files import check_size
from engine.ingest.parsers.office import drawing, number_format, sheets
from engine.ingest.parsers.office.ooxml import Package, damaged, opened
from engine.ingest.parsers.office.sheets import Budget, Full, Sheet
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import ParsedDocument

ROW, RK, BOOL, REAL, STRING, SHARED = 0, 2, 4, 5, 6, 7
FORMULA_STRING, FORMULA_REAL, FORMULA_BOOL = 8, 9, 10
STRING_ITEM, FORMAT, XF, SHEET, BOOK_PROPERTIES, MERGED = 19, 44, 47, 156, 153, 176
CELL_XFS, CELL_XFS_END = 617, 618
RICH_STRING = 62
MAX_PART = 300 * 2**20


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged or empty."""
    check_size(path)
    return read(path, path.stem, options)


def read(source: Path | BinaryIO, stem: str, _options: ParseOptions) -> ParsedDocument:
    with opened(source, "Excel") as package:
        try:
            return _document(package, stem)
        except (struct.error, IndexError) as error:
            raise damaged("Excel") from error


def _document(package: Package, stem: str) -> ParsedDocument:
    main = package.main_part("xl/workbook.bin")
    book = _Book(package, main)
    relations = package.relations(main)
    budget = Budget()
    found = []
    for name, relation, hidden in book.sheets:
        sheet = Sheet(name, hidden=hidden)
        found.append(sheet)
        target = relations.get(relation)
        if target is None or budget.cut:
            continue
        try:
            book.fill(sheet, package.data(target.target) or b"", budget)
        except Full:
            continue
        for part in package.related(target.target, "drawing"):
            sheet.beside += drawing.texts(package, part)
    return sheets.document("xlsb", package.core_title() or stem, found, budget)


@dataclass(slots=True)
class _Book:
    package: Package
    main: str
    sheets: list[tuple[str, str, bool]] = field(default_factory=list)
    """(name, id of its relation, hidden)."""
    strings: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    from_1904: bool = False

    def __post_init__(self) -> None:
        relations = self.package.relations(self.main)
        for kind, data in records(self.package.data(self.main) or b""):
            if kind == SHEET:
                # The beta of 2007 wrote four bytes more before the strings.
                relation, end = _string(data, 8)
                if relation not in relations:
                    relation, end = _string(data, 12)
                name, _ = _string(data, end)
                self.sheets.append((name, relation, data[0] in (1, 2)))
            elif kind == BOOK_PROPERTIES:
                self.from_1904 = bool(data[0] & 1)
        for part in self.package.related(self.main, "sharedStrings")[:1]:
            for kind, data in records(self.package.data(part) or b""):
                if kind == STRING_ITEM:
                    self.strings.append(_string(data, 1)[0])
        for part in self.package.related(self.main, "styles")[:1]:
            self.codes = _codes(self.package.data(part) or b"")

    def fill(self, sheet: Sheet, data: bytes, budget: Budget) -> None:
        cells: dict[int, str] = {}
        for kind, body in records(data):
            if kind == ROW:
                cells = {}
                sheet.rows.append((struct.unpack_from("<I", body)[0], cells))
            elif kind == MERGED:
                top, bottom, left, right = struct.unpack_from("<4I", body)
                sheet.merged.append((top, left, bottom, right))
            elif kind in (RK, BOOL, REAL, STRING, SHARED, RICH_STRING,
                          FORMULA_STRING, FORMULA_REAL, FORMULA_BOOL):  # fmt: skip
                column, style = struct.unpack_from("<II", body)
                text = self._text(kind, body, style & 0xFFFFFF)
                if text and column < sheets.MAX_COLUMNS:
                    budget.take(text)
                    cells[column] = text
        sheet.rows = [row for row in sheet.rows if row[1]]

    def _text(self, kind: int, body: bytes, style: int) -> str:
        if kind in (STRING, FORMULA_STRING):
            return _string(body, 8)[0]
        if kind == RICH_STRING:
            return _string(body, 9)[0]
        if kind == SHARED:
            place = struct.unpack_from("<I", body, 8)[0]
            return self.strings[place] if place < len(self.strings) else ""
        if kind in (BOOL, FORMULA_BOOL):
            return "TRUE" if body[8] else "FALSE"
        number: float
        if kind == RK:
            number = _rk(struct.unpack_from("<I", body, 8)[0])
        else:
            number = struct.unpack_from("<d", body, 8)[0]
        code = self.codes[style] if style < len(self.codes) else ""
        return number_format.written(number, code, from_1904=self.from_1904)


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, content) of a stream's records; ends where the stream is cut off."""
    stream = io.BytesIO(data)
    while True:
        first = stream.read(1)
        if not first:
            return
        kind = first[0]
        if kind & 0x80:
            second = stream.read(1)
            if not second:
                return
            kind = (kind & 0x7F) | (second[0] & 0x7F) << 7
        length = 0
        for shift in (0, 7, 14, 21):
            part = stream.read(1)
            if not part:
                return
            length |= (part[0] & 0x7F) << shift
            if not part[0] & 0x80:
                break
        yield kind, stream.read(length)


def _string(data: bytes, start: int) -> tuple[str, int]:
    """A counted UTF-16 string and where it ends."""
    (length,) = struct.unpack_from("<I", data, start)
    end = start + 4 + 2 * length
    if length == 0xFFFFFFFF:  # no string at all
        return "", start + 4
    return data[start + 4 : end].decode("utf-16-le", "replace"), end


def _rk(value: int) -> float:
    """A number in 30 bits: an integer or the upper half of a double, perhaps in hundredths."""
    number: float
    if value & 2:
        number = (value >> 2) - (1 << 30 if value & 0x80000000 else 0)
    else:
        number = struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))[0]
    return number / 100 if value & 1 else number


def _codes(data: bytes) -> list[str]:
    own: dict[int, str] = {}
    codes: list[str] = []
    inside = False
    for kind, body in records(data):
        if kind == FORMAT:
            own[struct.unpack_from("<H", body)[0]] = _string(body, 2)[0]
        elif kind in (CELL_XFS, CELL_XFS_END):
            inside = kind == CELL_XFS
        elif kind == XF and inside:
            number = struct.unpack_from("<H", body, 2)[0]
            codes.append(own.get(number, number_format.BUILT_IN.get(number, "")))
    return codes
