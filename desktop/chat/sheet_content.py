"""The rows of a spreadsheet around what is marked, as a table to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.ingest import sheet_cells
from engine.ingest.sheet_cells import SheetLine
from engine.store.sheet_rows import letters
from engine.types import Page

Span = tuple[int, int]
Place = tuple[int, int]
"""Row and column of the table that is shown, from 0."""

AROUND = 200
"""Rows that are shown on each side of the mark."""
MOST_SPANS = 200


@dataclass(frozen=True, slots=True)
class SheetContent:
    """A table as it is shown: lines that are no rows stand in its first column."""

    columns: tuple[str, ...]
    """Letter of each, and below it the title that stands over the mark."""
    rows: tuple[str, ...]
    """Number of each in the sheet; empty for a line that is no row."""
    texts: tuple[dict[int, str], ...]
    """Text by column, for each row."""
    marked: tuple[Place, ...]
    spans: tuple[tuple[int, int, int, int], ...]
    """Row, column, height and width of what is one cell."""
    cut: bool
    """The sheet has more rows."""


def around(page: Page, marks: Sequence[Span]) -> SheetContent:
    """The table around the first mark; from its beginning where nothing is marked."""
    start, end = _bounds(page.text, marks[0][0] if marks else 0)
    lines = [each for each in sheet_cells.lines_in(page, start, end) if not _is_name(page, each)]
    used = sorted({cell.column for line in lines for cell in line.cells})
    at = {column: place for place, column in enumerate(used)}
    texts: list[dict[int, str]] = []
    marked: list[Place] = []
    spans: list[tuple[int, int, int, int]] = []
    for row, line in enumerate(lines):
        if not line.cells:
            texts.append({0: page.text[line.start : line.end]})
            if len(used) > 1 and len(spans) < MOST_SPANS:
                spans.append((row, 0, 1, len(used)))
            if any(first < line.end and line.start < last for first, last in marks):
                marked.append((row, 0))
            continue
        texts.append({at[cell.column]: page.text[cell.start : cell.end] for cell in line.cells})
        marked += [
            (row, at[cell.column])
            for cell in line.cells
            if any(first < cell.end and cell.start < last for first, last in marks)
        ]
    rows = {line.row: row for row, line in enumerate(lines) if line.row}
    for top, left, bottom, right in page.merged:
        high = [rows[row] for row in range(top, min(bottom, top + AROUND) + 1) if row in rows]
        wide = [at[column] for column in range(left, right + 1) if column in at]
        if len(high) * len(wide) < 2 or len(spans) >= MOST_SPANS:
            continue
        spans.append((high[0], wide[0], high[-1] - high[0] + 1, wide[-1] - wide[0] + 1))
        if any(row in high and column in wide for row, column in marked):
            marked.append((high[0], wide[0]))
    titles = _titles(page, marks[0][0]) if marks else {}
    return SheetContent(
        tuple(f"{letters(each)}\n{titles[each]}" if each in titles else letters(each)
              for each in used) or ("",),
        tuple(str(line.row) if line.row else "" for line in lines),
        tuple(texts),
        tuple(sorted(set(marked))),
        tuple(spans),
        cut=start > 0 or end < len(page.text),
    )  # fmt: skip


def _bounds(text: str, at: int) -> Span:
    """Where the lines around a place begin and end."""
    start = end = at
    for _ in range(AROUND + 1):
        start = text.rfind("\n", 0, max(0, start))
        if start < 0:
            break
    for _ in range(2 * AROUND):
        end = text.find("\n", end + 1)
        if end < 0:
            break
    return start + 1, len(text) if end < 0 else end


def _is_name(page: Page, line: SheetLine) -> bool:
    """Whether a line is the sheet's name, which stands over the table already."""
    told = page.text[line.start : line.end]
    return line.start == 0 and line.row == 0 and page.label == f"{sheet_cells.SHEET}{told}"


def _titles(page: Page, mark: int) -> dict[int, str]:
    """Titles by column, of the last row of titles at or above the mark."""
    for heading in reversed(page.headings):
        if heading.start > mark or heading.level < 2:
            continue
        for line in sheet_cells.lines_in(page, heading.start, heading.start + 1):
            if len(line.cells) > 1:
                return {each.column: page.text[each.start : each.end] for each in line.cells}
    return {}
