"""The cells of a sheet on its page: where their texts stand and what they are called."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.ingest.parsers.page_builder import CELL
from engine.store.sheet_rows import letters
from engine.store.sheet_rows import number as column_number
from engine.types import Area, CitedCell, Page, SheetRows

SHEET = "Sheet "
"""What the label of a sheet's page begins with."""
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")
_NAME = re.compile(r"(.*?)([A-Z]+)(\d+)")


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell with text; row and column count from 1."""

    row: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a sheet's page."""

    row: int
    """0 for a line that is no row, or whose place in the sheet is not known."""
    start: int
    end: int
    cells: tuple[SheetCell, ...]


def cells(page: Page, start: int, end: int) -> list[SheetCell]:
    """The cells on which a stretch of the page lies; none where it touches what is no row."""
    found: list[SheetCell] = []
    for line in lines_in(page, start, end):
        if not line.cells:
            return []
        found += [each for each in line.cells if each.start < end and start < each.end]
    return found


def columns_at(page: Page, start: int) -> tuple[int, ...]:
    """The columns in which the cells of the row that begins here stand; none where it is no row."""
    place = bisect_right([each.start for each in page.rows], start) - 1
    return page.rows[place].columns if place >= 0 else ()


def cited(page: Page, found: Sequence[SheetCell]) -> tuple[CitedCell, ...]:
    """The cells with their names."""
    return tuple(CitedCell(name(page, each), each.start, each.end) for each in found)


def name(page: Page, cell: SheetCell) -> str:
    """``Prices!C7``; of a merged area, its first cell, as spreadsheet programs name it."""
    row, column = cell.row, cell.column
    for top, left, bottom, right in page.merged:
        if top <= row <= bottom and left <= column <= right:
            row, column = top, left
            break
    return f"{_sheet(page.label)}{letters(column)}{row}"


def together(names: Sequence[str]) -> str:
    """Cells as a spreadsheet program writes them: ``Prices!A7:C7``; several parted by commas."""
    runs: list[tuple[str, Area]] = []
    for one in dict.fromkeys(names):
        match = _NAME.fullmatch(one)
        if match is None:
            continue
        sheet, column, row = match[1], column_number(match[2]), int(match[3])
        if runs and runs[-1][0] == sheet:
            top, left, bottom, right = runs[-1][1]
            if top == bottom == row and right + 1 == column:
                runs[-1] = (sheet, (top, left, bottom, column))
                continue
        runs.append((sheet, (row, column, row, column)))
    whole: list[tuple[str, Area]] = []
    for sheet, area in runs:
        if whole and whole[-1][0] == sheet:
            top, left, bottom, right = whole[-1][1]
            if (left, right) == (area[1], area[3]) and bottom + 1 == area[0]:
                whole[-1] = (sheet, (top, left, area[2], right))
                continue
        whole.append((sheet, area))
    return ", ".join(
        f"{sheet}{letters(left)}{top}"
        + (f":{letters(right)}{bottom}" if (top, left) != (bottom, right) else "")
        for sheet, (top, left, bottom, right) in whole
    )


def _sheet(label: str) -> str:
    """``Prices!``, quoted where a program would; empty where a file has no sheets."""
    if not label.startswith(SHEET):
        return ""
    sheet = label.removeprefix(SHEET)
    return f"{sheet}!" if _PLAIN_NAME.fullmatch(sheet) else "'" + sheet.replace("'", "''") + "'!"


def lines_in(page: Page, start: int, end: int) -> Iterator[SheetLine]:
    """The lines on which a stretch of a page lies, in their order, empty ones left out."""
    text = page.text
    starts = [each.start for each in page.rows]
    at = text.rfind("\n", 0, start) + 1
    place = bisect_right(starts, at) - 1
    # The rows of a stretch are told by counting its lines.
    count = text.count("\n", starts[place], at) if place >= 0 else 0
    while at < len(text) and at < max(end, start + 1):
        close = text.find("\n", at)
        close = len(text) if close < 0 else close
        if place + 1 < len(starts) and at >= starts[place + 1]:
            place, count = place + 1, 0
        if text[at:close].strip():
            rows = page.rows[place] if place >= 0 else None
            yield _line(text, at, close, rows, count)
        at, count = close + 1, count + 1


def _line(text: str, start: int, end: int, rows: SheetRows | None, count: int) -> SheetLine:
    if rows is None or not rows.columns:
        return SheetLine(0, start, end, ())
    row = rows.row + count
    # An empty cell at the beginning of a line has lost the space before its bar.
    line, at = text[start:end], start
    if line.startswith(CELL[1:]):
        line, at = CELL[0] + line, start - 1
    found: list[SheetCell] = []
    parts = line.split(CELL)
    if len(parts) > len(rows.columns):
        return SheetLine(0, start, end, ())
    for column, part in zip(rows.columns, parts, strict=False):
        if part.strip():
            found.append(SheetCell(row, column, at, at + len(part)))
        at += len(part) + len(CELL)
    return SheetLine(row, start, end, tuple(found))
