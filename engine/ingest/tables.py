"""Tables that stand in page texts, as values: rows of cells parted by ``|`` under a header."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from engine.ingest.cells import column_of, typed
from engine.types import Page, ParsedDocument, Table

BAR = " | "
LEAST_ROWS = 2
"""Rows below the header from which a block counts as a table."""
LEAST_COLUMNS = 2
MOST_TITLE = 80
"""Longest title of a column, in characters; longer ones are sentences."""

DELIMITED = frozenset({"csv", "tsv"})
SHEETS = frozenset({"csv", "tsv", "xlsx", "xlsb", "xls", "ods"})
"""Types of documents whose rows are rows of a table, whatever they leave empty."""

Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Line:
    cells: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows without anything between them."""

    name: str
    lines: list[_Line]


def found(parsed: ParsedDocument, path: str = "") -> tuple[Table, ...]:
    """The tables of a document: those its parser handed over, or else those in its page texts."""
    if parsed.tables:
        return parsed.tables
    merged: dict[tuple[str, ...], list[_Block]] = {}
    for block in _blocks(parsed):
        merged.setdefault(block.lines[0].cells, []).append(block)
    stem = PurePath(path).stem or parsed.title
    is_sheet = parsed.type in SHEETS
    tables = (_table(blocks, stem, is_sheet) for blocks in merged.values())
    return tuple(table for table in tables if table is not None)


def _table(blocks: Sequence[_Block], stem: str, is_sheet: bool) -> Table | None:
    """One table of the blocks that share a header: it goes on from page to page."""
    header = blocks[0].lines[0].cells
    lines = [line for block in blocks for line in block.lines[1:]]
    # Empty cells at the end of a row are not written, so that a row may be short.
    fitting = [line for line in lines if len(line.cells) <= len(header)]
    if len(fitting) < LEAST_ROWS or len(fitting) < len(lines) * 0.8 or not _is_header(header):
        return None
    full = sum(len(line.cells) == len(header) for line in fitting)
    if not is_sheet and 2 * full < len(fitting):
        return None
    filled = [line.cells + ("",) * (len(header) - len(line.cells)) for line in fitting]
    columns, rows = typed(header, filled)
    return Table(blocks[0].name or stem, columns, rows, tuple(line.place for line in fitting))


def _is_header(cells: Sequence[str]) -> bool:
    """Whether these are titles: short, most of them there, none of them a number or a date."""
    named = [cell for cell in cells if cell]
    return (
        len(cells) >= LEAST_COLUMNS
        and len(named) * 2 > len(cells)
        and len(set(named)) == len(named)
        and all(len(cell) <= MOST_TITLE and column_of([cell])[0] == "text" for cell in named)
    )


def _blocks(parsed: ParsedDocument) -> Iterator[_Block]:
    every_line = parsed.type in DELIMITED
    for page in parsed.pages:
        lines: list[_Line] = []
        at = 0
        for text in [*page.text.split("\n"), ""]:
            cells = _cells(text, sheet=bool(page.rows))
            if not cells and lines and every_line and text.strip():
                cells = (text.strip(),)  # a row with nothing behind its first cell
            if cells:
                lead = len(text) - len(text.lstrip())
                place = (page.number, at + lead, at + len(text.rstrip()))
                lines.append(_Line(cells, place))
            elif lines:
                yield _Block(_name(page, lines[0], len(parsed.pages)), lines)
                lines = []
            at += len(text) + 1


def _name(page: Page, first: _Line, pages: int) -> str:
    """What stands over a table: the nearest heading, or the sheet; empty where nothing does.

    The first row of a sheet is a heading over its passages, and no name.
    """
    _, start, end = first.place
    above = [
        heading.title
        for heading in page.headings
        if heading.start <= start and not page.text[start:end].startswith(heading.title[:60])
    ]
    if above:
        return above[-1]
    return page.label if pages > 1 else ""


def _cells(line: str, *, sheet: bool) -> tuple[str, ...]:
    if sheet and line.startswith(BAR[1:]):
        line = f" {line}"  # its first cell is empty
    if BAR not in line and not line.endswith(" |"):
        return ()
    cells = tuple(cell.strip() for cell in (line + " ").split(BAR))
    return cells if len(cells) >= LEAST_COLUMNS else ()
