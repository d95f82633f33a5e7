"""Tables of OpenDocument, and its spreadsheets: cells as they are shown."""

import re
from typing import Any

from engine.ingest.parsers.office import number_format, odf_text, sheets
from engine.ingest.parsers.office.docx_xml import attribute, child, name_of
from engine.ingest.parsers.office.sheets import Budget, Full, Sheet
from engine.types import ParsedDocument

MAX_REPEATED = 1_000
"""Times that a filled row or cell is repeated; empty ones only move the place."""
PLAIN_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
GROUPS = ("table-row-group", "table-rows", "table-header-rows", "soft-page-break")


def table_rows(table: Any) -> list[list[Any]]:
    """The cells of each row, covered ones too; a cell repeated over a width stands once."""
    return [
        [cell for cell in row if name_of(cell) in ("table-cell", "covered-table-cell")]
        for row in rows_of(table)
    ]


def rows_of(table: Any) -> list[Any]:
    rows: list[Any] = []
    for element in table:
        if name_of(element) == "table-row":
            rows.append(element)
        elif name_of(element) in GROUPS:
            rows.extend(rows_of(element))
    return rows


def document(content: Any, body: Any, title: str) -> ParsedDocument:
    """A spreadsheet. Raises ParseError where it is empty."""
    hidden = _hidden_styles(content)
    budget = Budget()
    found = []
    for table in body:
        if name_of(table) != "table":
            continue
        sheet = Sheet(attribute(table, "name"), hidden=attribute(table, "style-name") in hidden)
        found.append(sheet)
        try:
            _fill(sheet, table, budget)
        except Full:
            break
    return sheets.document("ods", title, found, budget)


def _hidden_styles(content: Any) -> set[str]:
    styles = child(content, "automatic-styles")
    found = set()
    for style in styles if styles is not None else ():
        properties = child(style, "table-properties")
        if properties is not None and attribute(properties, "display") == "false":
            found.add(attribute(style, "name"))
    return found


def _fill(sheet: Sheet, table: Any, budget: Budget) -> None:
    number = 0
    for row in rows_of(table):
        times = _count(row, "number-rows-repeated")
        cells: dict[int, str] = {}
        column = 0
        for cell in row:
            if name_of(cell) not in ("table-cell", "covered-table-cell"):
                continue
            width = _count(cell, "number-columns-repeated")
            text = _shown(cell, sheet)
            if text:
                for place in range(column, column + min(width, MAX_REPEATED)):
                    if place < sheets.MAX_COLUMNS:
                        budget.take(text)
                        cells[place] = text
                down, across = (
                    _count(cell, "number-rows-spanned"),
                    _count(cell, "number-columns-spanned"),
                )
                if down > 1 or across > 1:
                    sheet.merged.append((number, column, number + down - 1, column + across - 1))
            column += width
        if cells:
            for place in range(number, number + min(times, MAX_REPEATED)):
                if place > number:
                    for text in cells.values():
                        budget.take(text)
                sheet.rows.append((place, dict(cells)))
        number += times
    shapes = child(table, "shapes")
    if shapes is not None:
        texts = [odf_text.inline(one) for one in shapes.iter() if name_of(one) == "p"]
        sheet.beside += [text for text in texts if text.strip()]


def _count(element: Any, name: str) -> int:
    text = attribute(element, name)
    return min(max(int(text), 1), 2**21) if text.isdecimal() and len(text) < 10 else 1


def _shown(cell: Any, sheet: Sheet) -> str:
    """The cell's words; numbers without separators of thousands, dates as year-month-day."""
    found = odf_text.Found()
    lines = [odf_text.inline(one, found).strip() for one in cell if name_of(one) == "p"]
    for one in cell:
        if name_of(one) == "annotation":
            words = " ".join(
                odf_text.inline(part).strip() for part in one.iter() if name_of(part) == "p"
            )
            if words.strip():
                sheet.beside.append(f"Comment: {words.strip()}")
    text = " ".join(line for line in lines if line)
    kind = attribute(cell, "value-type")
    if kind in ("float", "currency") and not PLAIN_NUMBER.fullmatch(text):
        try:
            return number_format.written(float(attribute(cell, "value")), "")
        except ValueError:
            return text
    if kind == "date":
        day = attribute(cell, "date-value").replace("T", " ").removesuffix(" 00:00:00")
        return day or text
    return text
