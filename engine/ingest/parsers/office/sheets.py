"""From the cells of a spreadsheet to pages: one a sheet, a line a row.

The first row of a table becomes a heading over its rows, so that a passage cut from the middle of
a long table is still embedded and cited with the names of its columns.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from engine.ingest.parsers.office.ooxml import empty
from engine.ingest.parsers.page_builder import CELL, squeeze
from engine.types import Area, Heading, Page, ParsedDocument, SheetRows

MAX_CELLS = 3_000_000
"""Filled cells that are read of a workbook."""
MAX_CHARACTERS = 40_000_000
"""Text that is read of a workbook."""
MAX_COLUMNS = 2_000
MAX_HEAD = 180
"""Characters of column names in a heading; what follows is only in the first passage."""
MAX_HEAD_CELL = 60
MAX_MERGED = 10_000
"""Merged ranges that are looked at in a sheet."""
MAX_STRETCHES = 50_000
"""Stretches of rows whose place in their sheet is kept; rows behind them have none."""

Row = tuple[int, dict[int, str]]
"""Number from 0, and text by column from 0; rows without text are left out."""
Merged = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


class Full(Exception):  # noqa: N818 - it ends the reading, it is no error
    """The budget is spent; what has been read is kept."""


@dataclass(slots=True)
class Budget:
    """What may still be read of a workbook."""

    cells: int = MAX_CELLS
    characters: int = MAX_CHARACTERS
    cut: bool = False

    def take(self, text: str) -> None:
        """Raises Full where no more may be read."""
        self.cells -= 1
        self.characters -= len(text)
        if self.cells < 0 or self.characters < 0:
            self.cut = True
            raise Full


@dataclass(slots=True)
class Sheet:
    """A sheet as read."""

    name: str
    rows: list[Row] = field(default_factory=list)
    merged: list[Merged] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    """What lies over the cells: text boxes, charts, comments; one paragraph each."""
    hidden: bool = False
    solid: bool = False
    """An empty row ends no table."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A row as it stands on the page."""

    row: int
    """From 0."""
    columns: tuple[int, ...]
    """From 0; empty where the cells cannot be told from the line."""
    cells: list[str]


def document(kind: str, title: str, sheets: list[Sheet], budget: Budget) -> ParsedDocument:
    """Raises ParseError where no sheet holds anything."""
    pages = []
    for number, sheet in enumerate(sheets, 1):
        page = _page(number, sheet)
        if page is not None:
            pages.append(page)
    if not pages:
        raise empty()
    notes = []
    hidden = [sheet.name for sheet in sheets if sheet.hidden]
    if hidden:
        names = ", ".join(hidden[:5]) + (", …" if len(hidden) > 5 else "")
        notes.append(f"Hidden sheets were read too: {names}.")
    if budget.cut:
        notes.append("The table is very large; only its first part was read.")
    return ParsedDocument(kind, title, tuple(pages), note=" ".join(notes))


def _page(number: int, sheet: Sheet) -> Page | None:
    merged: list[Area] = []
    blocks = list(_blocks(_filled(sheet, merged), solid=sheet.solid))
    if not blocks and not sheet.beside:
        return None
    name = squeeze(sheet.name).replace("\n", " ")
    lines = [name]
    headings = [Heading(0, 1, name)] if name else []
    length = len(name)
    stretches = _Stretches()
    for rows in blocks:
        lines.append("")
        length += 1
        block = [row.cells for row in rows]
        for place, cells in enumerate(block):
            line = CELL.join(cells).strip()
            length += 1
            stretches.add(length, rows[place])
            if place == 0 and len(block) > 1 and _is_head(block):
                headings.append(Heading(length, 2, _head(cells)))
            elif len(cells) == 1 and place == 0 and len(line) <= MAX_HEAD_CELL and len(block) > 1:
                headings.append(Heading(length, 2, line))
            elif place == 1 and len(block[0]) == 1 and len(block) > 2 and _is_head(block[1:]):
                headings.append(Heading(length, 3, _head(cells)))
            lines.append(line)
            length += len(line)
    if sheet.beside:
        stretches.end(length)
    for text in sheet.beside:
        lines += ["", squeeze(text)]
    text = "\n".join(lines).strip("\n")
    shift = 0 if name else 1
    headings = [Heading(one.start - shift * 2, one.level, one.title) for one in headings]
    rows_at = tuple(replace(one, start=one.start - shift * 2) for one in stretches.found)
    label = f"Sheet {name}" if name else ""
    return Page(number, text, tuple(headings), label, rows_at, tuple(merged))


class _Stretches:
    """Which rows of the sheet the lines are, one entry for as long as they follow each other."""

    def __init__(self) -> None:
        self.found: list[SheetRows] = []
        self._next: tuple[int, tuple[int, ...]] | None = None

    def add(self, start: int, line: _Line) -> None:
        place = (line.row, line.columns)
        if place != self._next and len(self.found) < MAX_STRETCHES:
            full = len(self.found) == MAX_STRETCHES - 1
            columns = () if full else tuple(column + 1 for column in line.columns)
            self.found.append(SheetRows(start, line.row + 1, columns))
        self._next = (line.row + 1, line.columns)

    def end(self, start: int) -> None:
        """What stands from here on is no row."""
        if self.found and self.found[-1].columns:
            self.found.append(SheetRows(start, 0, ()))


def _filled(sheet: Sheet, spread: list[Area]) -> list[Row]:
    """The rows with merged cells written into every row that they cover, and beside others.

    A title over the whole width is written once; the head over three columns stands over each.
    ``spread`` takes the areas whose text was written more than once.
    """
    if not sheet.merged:
        return sheet.rows
    rows = dict(sheet.rows)
    for top, left, bottom, right in sheet.merged[:MAX_MERGED]:
        text = rows.get(top, {}).get(left, "")
        if not text:
            continue
        copied = False
        for number in range(top, min(bottom, top + 1000) + 1):
            cells = rows.get(number)
            if cells is None:
                continue
            alone = all(left <= column <= right for column in cells)
            if alone and (number != top or len(cells) == 1):
                continue
            for column in range(left, min(right, left + 100) + 1):
                copied |= column not in cells
                cells.setdefault(column, text)
        if copied:
            spread.append((top + 1, left + 1, bottom + 1, right + 1))
    return sorted(rows.items())


def _blocks(rows: list[Row], *, solid: bool) -> Iterator[list[_Line]]:
    """Tables of a sheet: rows without an empty one between them, in the columns they fill."""
    block: list[Row] = []
    for row in rows:
        if block and not solid and row[0] > block[-1][0] + 1:
            yield _squared(block)
            block = []
        block.append(row)
    if block:
        yield _squared(block)


def _squared(block: list[Row]) -> list[_Line]:
    columns = tuple(sorted({column for _, cells in block for column in cells}))
    lines = []
    for number, cells in block:
        line = [squeeze(cells.get(column, "")).replace("\n", " ") for column in columns]
        places = columns
        while len(line) > 1 and not line[-1]:
            line.pop()
        if sum(map(bool, line)) == 1:  # a title, a subtotal's name: no columns to keep
            places = tuple(column for column, text in zip(columns, line, strict=False) if text)
            line = [text for text in line if text]
        if any(CELL in f" {text} " for text in line if text):
            places = ()  # a cell that looks like several
        lines.append(_Line(number, places, line))
    return lines


def _is_head(block: list[list[str]]) -> bool:
    """Whether the first row names columns: words only, all short, most of the width."""
    head, below = block[0], block[1:]
    named = [text for text in head if text]
    width = max(len(row) for row in below[:50])
    return (
        len(named) >= 2
        and len(named) >= 0.5 * width
        and not any(_is_number(text) or len(text) > 2 * MAX_HEAD_CELL for text in named)
    )


def _is_number(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    letters = sum(character.isalpha() for character in text)
    return digits > 0 and letters == 0 and not (len(text) == 4 and text.isdigit())


def _head(cells: Iterable[str]) -> str:
    title = ""
    for text in cells:
        cell = text if len(text) <= MAX_HEAD_CELL else f"{text[:MAX_HEAD_CELL]}…"
        longer = f"{title}{CELL}{cell}" if title else cell
        if len(longer) > MAX_HEAD:
            return f"{title}{CELL}…"
        title = longer
    return title
