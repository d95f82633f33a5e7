"""XLS: workbooks of Excel 2 to 2003, read by xlrd."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import xlrd

from engine.ingest.parsers.files import check_size, read_bytes
from engine.ingest.parsers.office import number_format, protected, sheets
from engine.ingest.parsers.office.ooxml import damaged
from engine.ingest.parsers.office.sheets import Budget, Full, Row, Sheet
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import ParsedDocument


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Raises ParseError where the file is damaged, protected or empty."""
    check_size(path)
    data = read_bytes(path)
    book = _open(data)
    if book is None:
        with path.open("rb") as stream:
            book = _open(protected.decrypted(stream, options.password).getvalue())
    if book is None:
        raise protected.needed(given=options.password is not None)
    return _document(book, path.stem)


def read(source: BinaryIO, stem: str, options: ParseOptions) -> ParsedDocument:
    book = _open(source.read())
    if book is None:
        raise protected.needed(given=options.password is not None)
    return _document(book, stem)


def _open(data: bytes) -> Any:
    """The workbook; ``None`` where it is encrypted. Raises ParseError where it is damaged."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        try:
            return xlrd.open_workbook(
                file_contents=data, formatting_info=True, on_demand=False, logfile=nowhere,
                ragged_rows=True,
            )  # fmt: skip
        except xlrd.XLRDError as error:
            if "encrypted" in str(error).lower():
                return None
            raise damaged("Excel") from error
        except (*protected.LIBRARY_FAULTS, xlrd.compdoc.CompDocError) as error:
            raise damaged("Excel") from error


def _document(book: Any, stem: str) -> ParsedDocument:
    budget = Budget()
    found = []
    try:
        for one in book.sheets():
            sheet = Sheet(one.name, hidden=one.visibility != 0)
            found.append(sheet)
            sheet.merged = [
                (top, left, bottom - 1, right - 1) for top, bottom, left, right in one.merged_cells
            ]
            sheet.beside = [
                f"Comment: {' '.join(note.text.split())}"
                for _, note in sorted(one.cell_note_map.items())
                if note.text.strip()
            ]
            for row in _rows(book, one, budget):
                sheet.rows.append(row)
    except Full:
        pass
    except protected.LIBRARY_FAULTS as error:
        raise damaged("Excel") from error
    return sheets.document("xls", stem, found, budget)


def _rows(book: Any, sheet: Any, budget: Budget) -> Iterator[Row]:
    for number in range(sheet.nrows):
        cells: dict[int, str] = {}
        for column, cell in enumerate(sheet.row(number)[: sheets.MAX_COLUMNS]):
            text = _text(book, cell)
            if text:
                budget.take(text)
                cells[column] = text
        if cells:
            yield number, cells


def _text(book: Any, cell: Any) -> str:
    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return str(cell.value)
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return number_format.written(
                cell.value, _code(book, cell), from_1904=bool(book.datemode)
            )
        case xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
    return ""


def _code(book: Any, cell: Any) -> str:
    index = cell.xf_index
    if index is None or not 0 <= index < len(book.xf_list):
        return ""
    found = book.format_map.get(book.xf_list[index].format_key)
    return str(found.format_str) if found is not None else ""
