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
    tables = (_table(blocks, stem) for blocks in merged.values())
    return tuple(table for table in tables if table is not None)


def _table(blocks: Sequence[_Block], stem: str) -> Table | None:
    """One table of the blocks that share a header: it goes on from page to page."""
    header = blocks[0].lines[0].cells
    lines = [line for block in blocks for line in block.lines[1:]]
    fitting = [line for line in lines if len(line.cells) == len(header)]
    if len(fitting) < LEAST_ROWS or len(fitting) < len(lines) * 0.8 or not _is_header(header):
        return None
    columns, rows = typed(header, [line.cells for line in fitting])
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
    for page in parsed.pages:
        lines: list[_Line] = []
        at = 0
        for text in [*page.text.split("\n"), ""]:
            cells = _cells(text)
            if cells:
                lead = len(text) - len(text.lstrip())
                place = (page.number, at + lead, at + len(text.rstrip()))
                lines.append(_Line(cells, place))
            elif lines:
                yield _Block(_name(page, lines[0].place[1], len(parsed.pages)), lines)
                lines = []
            at += len(text) + 1


def _name(page: Page, at: int, pages: int) -> str:
    """What stands over a table: the nearest heading, or the sheet; empty where nothing does."""
    above = [heading.title for heading in page.headings if heading.start <= at]
    if above:
        return above[-1]
    return page.label if pages > 1 else ""


def _cells(line: str) -> tuple[str, ...]:
    if BAR not in line and not line.endswith(" |"):
        return ()
    cells = tuple(cell.strip() for cell in (line + " ").split(BAR))
    return cells if len(cells) >= LEAST_COLUMNS else ()
