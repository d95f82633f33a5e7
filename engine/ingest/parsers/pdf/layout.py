"""Reading order and rows of tables, from where the lines of a page stand.

Works on lines as :mod:`pdf_chars` describes them, whether a PDF's own text or a recognised
picture made them. Text order is kept where the file gives a sensible one; rows whose cells stand
under each other become rows of a table, and columns of prose that were drawn across are parted.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from engine.ingest.parsers.pdf.pdf_chars import Line

BAR = " | "
"""What parts two cells of a row."""
SAME_LINE = 0.4
"""Difference of baselines, in font sizes, up to which two pieces stand on one line."""
ROW_GAP = 4.0
"""Distance of two rows of one table, in font sizes, at most."""
WRAP_GAP = 1.4
"""Distance of baselines, in font sizes, up to which a row may go on in the next line."""
PROSE_CHARS = 28
"""Characters a line from which pieces side by side are columns of prose and not cells."""
NARROWEST = 10.0
"""Width of a column of prose, in font sizes, at least."""

ITEM_MARK = re.compile(r"[^\w\s]{1,2}|\(?\w{1,4}[.)]|\d{1,3}(\.\d{1,3}){0,4}\.?")


@dataclass(slots=True)
class Piece:
    """A line, or a part of one between two wide gaps. Not frozen for speed, as :class:`Line`."""

    line: Line
    text: str
    right_to_left: bool = False


@dataclass(slots=True)
class Arranged:
    """Pieces in the order they are read, and what must stand before some of them."""

    order: list[Piece] = field(default_factory=list)
    joints: dict[int, str] = field(default_factory=dict)
    """By place in ``order``; empty cells are bars too many."""


Row = list[Piece]


def arrange(pieces: Sequence[Piece], *, drawn_in_order: bool = True) -> Arranged:
    """Put pieces in reading order. ``drawn_in_order`` is False for pictures, which have none."""
    result = Arranged()
    if drawn_in_order:
        _arrange_rows(_rows(pieces), result)
        return result
    for group in _columns(list(pieces)):
        _arrange_rows(_rows_of_picture(group), result)
    return result


# --- rows --------------------------------------------------------------------------------------


def _beside(one: Piece, other: Piece) -> bool:
    left, right = one.line, other.line
    size = max(left.size, right.size, 1.0)
    if abs(left.baseline - right.baseline) >= SAME_LINE * size:
        return False
    apart = left.x0 >= right.x1 - 0.3 * size or right.x0 >= left.x1 - 0.3 * size
    return apart and left.upright and right.upright


def _rows(pieces: Sequence[Piece]) -> list[Row]:
    """Pieces that follow each other and stand on one line."""
    rows: list[Row] = []
    for piece in pieces:
        if rows and _beside(rows[-1][-1], piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def _rows_of_picture(pieces: list[Piece]) -> list[Row]:
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: -piece.line.baseline):
        home = next((row for row in rows[-4:] if all(_beside(piece, other) for other in row)), None)
        if home is None:
            rows.append([piece])
        else:
            home.append(piece)
    for row in rows:
        row.sort(key=lambda piece: piece.line.x0)
    return rows


def _arrange_rows(rows: list[Row], result: Arranged) -> None:
    at = 0
    while at < len(rows):
        if len(rows[at]) < 2:
            result.order += rows[at]
            at += 1
            continue
        end = _run_end(rows, at)
        run = rows[at:end]
        if len(run) >= 2 and _is_prose(run):
            for group in _columns([piece for row in run for piece in row]):
                result.order += group
        elif (bands := _bands(run)) is not None:
            _add_table(run, bands, result)
        else:
            end = at + 1
            result.order += rows[at]
        at = end


def _run_end(rows: list[Row], at: int) -> int:
    """End of the rows of several pieces that begin at ``at``; single ones may lie between."""
    end = at + 1
    singles = 0
    for number in range(at + 1, len(rows)):
        above, below = rows[number - 1][0].line, rows[number][0].line
        size = max(above.size, below.size, 1.0)
        distance = above.baseline - below.baseline
        if not 0 < distance <= ROW_GAP * size:
            break
        if len(rows[number]) >= 2:
            singles = 0
            end = number + 1
            continue
        singles += 1
        if singles > 3:
            break
    # A last cell that goes on in further lines belongs to its row.
    while end < len(rows) and len(rows[end]) == 1 and _hangs(rows[end - 1], rows[end][0]):
        end += 1
    return end


def _hangs(row: Row, piece: Piece) -> bool:
    """Whether a piece continues a cell of the row above that is not its first one."""
    size = max(piece.line.size, 1.0)
    if not 0 < row[0].line.baseline - piece.line.baseline <= WRAP_GAP * size:
        return False
    if piece.right_to_left:
        right = max(other.line.x1 for other in row)
        return piece.line.x1 < right - 2 * size and any(
            abs(other.line.x1 - piece.line.x1) < 0.5 * size for other in row
        )
    left = min(other.line.x0 for other in row)
    return piece.line.x0 > left + 2 * size and any(
        abs(other.line.x0 - piece.line.x0) < 0.5 * size for other in row
    )


def _is_prose(run: list[Row]) -> bool:
    """Whether the pieces side by side are lines of columns and not cells."""
    several = [row for row in run if len(row) >= 2]
    if len(several) < 4 or median(len(row) for row in several) > 3:
        return False
    pieces = [piece for row in several for piece in row]
    long = sum(len(piece.text) >= PROSE_CHARS for piece in pieces)
    return long >= 0.75 * len(pieces)


# --- tables ------------------------------------------------------------------------------------


def _bands(run: list[Row]) -> list[tuple[float, float]] | None:
    """The columns of a run of rows as (left, right); None where it is no table."""
    several = [row for row in run if len(row) >= 2]
    if len(several) < 2:
        return None
    most = max(len(row) for row in several)
    full = [row for row in several if len(row) >= 0.6 * most]
    if len(full) < 2 or (most == 2 and len(full) < 3):
        full = several
    size = median(piece.line.size for row in run for piece in row)
    spans = sorted((piece.line.x0, piece.line.x1) for row in full for piece in row)
    bands: list[tuple[float, float]] = []
    for left, right in spans:
        if bands and left < bands[-1][1] + 0.3 * size:
            bands[-1] = (bands[-1][0], max(bands[-1][1], right))
        else:
            bands.append((left, right))
    if len(bands) < 2 or (len(bands) == 2 and len(several) < 3):
        return None
    if len(bands) < 0.5 * most:
        return None
    first = [row[0].text for row in several if _band_of(row[0], bands) == 0]
    if len(bands) == 2 and first and all(ITEM_MARK.fullmatch(text) for text in first):
        return None
    return bands


def _band_of(piece: Piece, bands: list[tuple[float, float]]) -> int:
    """The column a piece begins in, or else lies over the most."""
    line = piece.line
    for number, (left, right) in enumerate(bands):
        if left - 0.5 * line.size <= line.x0 < right:
            return number
    overlaps = [min(right, line.x1) - max(left, line.x0) for left, right in bands]
    return overlaps.index(max(overlaps))


def _add_table(run: list[Row], bands: list[tuple[float, float]], result: Arranged) -> None:
    table: list[list[list[Piece]]] = []
    for row in run:
        cells: list[list[Piece]] = [[] for _ in bands]
        for piece in row:
            cells[_band_of(piece, bands)].append(piece)
        first = cells[-1] if row[0].right_to_left else cells[0]
        if table and not first and _continues(table[-1], cells, bands):
            for cell, more in zip(table[-1], cells, strict=True):
                cell += more
        else:
            table.append(cells)
    rtl = sum(len(p.text) for row in run for p in row if p.right_to_left)
    if 2 * rtl > sum(len(piece.text) for row in run for piece in row):
        for cells in table:
            cells.reverse()
    for number, cells in enumerate(table):
        if sum(bool(cell) for cell in cells) == 1 and not cells[0]:
            cells = [cell for cell in cells if cell]
        add_row(cells, "\n" if number else "\n\n", result)


def add_row(cells: list[list[Piece]], before: str, result: Arranged) -> None:
    """Put a row's cells behind each other; cells after the last filled one are left out."""
    bars = 0
    first = True
    for cell in cells:
        for inside, piece in enumerate(cell):
            if inside:
                joint = " "
            elif first:
                joint = before + BAR * bars
            else:
                joint = BAR * bars
            if result.order:
                result.joints[len(result.order)] = joint
            elif bars:
                result.joints[0] = BAR * bars
            result.order.append(piece)
            bars = 0
            first = False
        bars += 1


def _continues(
    cells: list[list[Piece]], more: list[list[Piece]], bands: list[tuple[float, float]]
) -> bool:
    """Whether a row without a first cell only goes on with the cells of the row above.

    It does where each of its words would not have fitted behind the cell above it.
    """
    for number, (cell, below) in enumerate(zip(cells, more, strict=True)):
        if not below:
            continue
        if not cell:
            return False
        above, line = cell[-1].line, below[0].line
        size = max(line.size, 1.0)
        if not 0 < above.baseline - line.baseline <= WRAP_GAP * size:
            return False
        end = bands[number][1]
        if number + 1 < len(bands):
            end = max(end, bands[number + 1][0] - 1.5 * size)
        if above.x1 + 0.3 * size + line.first_right - line.x0 < end - 0.5 * size:
            return False
    return True


# --- columns -----------------------------------------------------------------------------------


def _columns(pieces: list[Piece]) -> list[list[Piece]]:
    """Groups of pieces in reading order, parted where a gutter runs between columns of prose."""
    gutter = _gutter(pieces)
    if gutter is None:
        return [pieces]
    groups: list[list[Piece]] = []
    left: list[Piece] = []
    right: list[Piece] = []

    def flush() -> None:
        for side in (left, right):
            if side:
                groups.extend(_columns(side.copy()))
                side.clear()

    for piece in sorted(pieces, key=lambda piece: -piece.line.baseline):
        if piece.line.x1 <= gutter + 0.5 * piece.line.size:
            left.append(piece)
        elif piece.line.x0 >= gutter - 0.5 * piece.line.size:
            right.append(piece)
        else:
            flush()
            groups.append([piece])
    flush()
    return _joined(groups)


def _joined(groups: list[list[Piece]]) -> list[list[Piece]]:
    """Single lines across the page that follow each other are one group."""
    result: list[list[Piece]] = []
    for group, after in itertools.pairwise([*groups, []]):
        if result and len(group) == 1 and len(result[-1]) >= 1 and result[-1][-1] is not group[0]:
            above, below = result[-1][-1].line, group[0].line
            near = 0 < above.baseline - below.baseline < 3 * max(below.size, 1.0)
            if near and len(result[-1]) < 4 and len(after) != 1:
                result[-1] = [*result[-1], *group]
                continue
        result.append(list(group))
    return result


def _gutter(pieces: list[Piece]) -> float | None:
    """Where an empty strip parts two columns of prose; None where there is none."""
    upright = [piece for piece in pieces if piece.line.upright]
    if len(upright) < 8:
        return None
    best: tuple[int, float] | None = None
    for x in sorted({round(piece.line.x0, 1) for piece in upright}):
        left = [piece for piece in upright if piece.line.x1 <= x + 0.3 * piece.line.size]
        right = [piece for piece in upright if piece.line.x0 >= x - 0.5 * piece.line.size]
        if min(len(left), len(right)) < 4:
            continue
        if not _prose_column(left) or not _prose_column(right):
            continue
        top = min(max(p.line.baseline for p in side) for side in (left, right))
        low = max(min(p.line.baseline for p in side) for side in (left, right))
        shared = sum(low <= p.line.baseline <= top for p in (*left, *right))
        if shared < 0.3 * (len(left) + len(right)):
            continue
        crossing = len(upright) - len(left) - len(right)
        if crossing <= 0.4 * len(upright) and (best is None or crossing < best[0]):
            best = (crossing, x)
    return best[1] if best else None


def _prose_column(pieces: list[Piece]) -> bool:
    widths = [(piece.line.x1 - piece.line.x0) / max(piece.line.size, 1.0) for piece in pieces]
    return median(widths) >= NARROWEST and median(len(piece.text) for piece in pieces) >= 18
