"""Which cells of a sheet a citation is about."""

from collections.abc import Sequence

from engine.answer import text
from engine.answer.sentences import Span
from engine.ingest import sheet_cells
from engine.ingest.sheet_cells import SheetCell
from engine.store.table_query import TableQuery
from engine.types import CitedCell, Page

MOST_CELLS = 200
"""A quote over more of them is cited as rows."""


def of_quote(
    page: Page, start: int, end: int, *, answer: Span | None = None, said: str = ""
) -> tuple[CitedCell, ...]:
    """The cells of the quote ``page[start:end]`` that hold what was said.

    Those on which the ``answer`` stands, a span of the page; or those whose words a sentence
    ``said``. Where neither can be told, all cells of the quote. None where it is not made of cells.
    """
    if not page.rows:
        return ()
    found = sheet_cells.cells(page, start, end)
    if answer is not None:
        found = [each for each in found if each.start < answer[1] and answer[0] < each.end] or found
    elif said:
        found = _said(page, found, said) or found
    return sheet_cells.cited(page, found) if len(found) <= MOST_CELLS else ()


def of_row(page: Page, start: int, end: int, query: TableQuery) -> tuple[CitedCell, ...]:
    """The cells of a counted row that hold what was computed or shown; else what it was chosen by.

    All cells of the row where no column was asked about.
    """
    if not page.rows:
        return ()
    found = sheet_cells.cells(page, start, end)
    measured = query.measure.column if query.measure is not None else None
    told = [each for each in (measured, query.order, *query.columns) if each is not None]
    columns = sheet_cells.columns_at(page, start)
    for wanted in (told, [each.column for each in query.where]):
        places = {query.table.columns.index(each) for each in wanted}
        held = {columns[place] for place in places if place < len(columns)}
        if narrowed := [each for each in found if each.column in held]:
            return sheet_cells.cited(page, narrowed)
    return sheet_cells.cited(page, found)


def _said(page: Page, found: Sequence[SheetCell], sentence: str) -> list[SheetCell]:
    """Cells that a sentence repeats; the titles of columns only where it repeats nothing else."""
    words, numbers = set(text.content(sentence)), text.numbers(sentence)
    heads = {heading.start for heading in page.headings}
    rows = {each.row for each in found if each.start in heads}
    meant = []
    for each in found:
        told = page.text[each.start : each.end]
        own = set(text.content(told))
        if own and own <= words and text.numbers(told) <= numbers:
            meant.append(each)
    return [each for each in meant if each.row not in rows] or meant
