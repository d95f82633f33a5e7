"""Texts of cells as typed values: numbers with their units, dates, or text as it is.

A column has a type only where every cell in it agrees, empty ones left out. What could be read in
two ways (``03/04/2024``, ``1,234``) is decided by the other cells of its column.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime

from engine.types import Cell, Column, ColumnType

NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a", "?"})
"""What people write where a value is missing."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

_UNIT = r"[^\W\d_]{1,4}|[€$£¥%°²³]{1,3}|[^\W\d_]{1,3}[²³/][^\W\d_]{0,3}"
_NUMBER = re.compile(
    rf"(?P<before>[€$£¥]|[A-Z]{{3}})?\s?(?P<sign>[-+−])?\s?(?P<before2>[€$£¥])?"
    rf"(?P<digits>\d[\d.,' \u00a0\u202f]*\d|\d|[.,]\d+)(?P<power>[eE][-+]?\d+)?"
    rf"\s?(?P<after>{_UNIT})?"
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}:\d{2}(?::\d{2})?)\S*)?")
_SHORT = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[T ](\d{1,2}:\d{2}(?::\d{2})?))?")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ .-]+([A-Za-z]{3,9})\.?,?[ -]+(\d{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")


def typed(titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> tuple[
    tuple[Column, ...], tuple[tuple[Cell, ...], ...]
]:  # fmt: skip
    """Columns with types, and the rows as values of them. Short rows are filled with None."""
    columns: list[Column] = []
    values: list[Sequence[Cell]] = []
    for place, title in enumerate(titles):
        cells = [row[place] if place < len(row) else None for row in rows]
        kind, unit, column = column_of(cells)
        columns.append(Column(" ".join(title.split()), kind, unit))
        values.append(column)
    return tuple(columns), tuple(zip(*values, strict=True)) if values else ()


def column_of(cells: Sequence[Cell]) -> tuple[ColumnType, str, list[Cell]]:
    """Type and unit of a column, and its cells as values."""
    cleaned: list[Cell] = [_cleaned(cell) for cell in cells]
    present = [cell for cell in cleaned if cell is not None]
    if not present:
        return "text", "", cleaned
    if all(isinstance(cell, int | float) for cell in present):
        whole = all(isinstance(cell, int) for cell in present)
        return ("integer" if whole else "real"), "", cleaned
    texts = [str(cell) for cell in present]
    if read := _dates(texts):
        return "date", "", _back(cleaned, read)
    if numbers := _numbers(texts):
        unit, found = numbers
        whole = all(isinstance(cell, int) for cell in found)
        return ("integer" if whole else "real"), unit, _back(cleaned, found)
    return "text", "", [None if cell is None else str(cell) for cell in cleaned]


def _cleaned(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return None if isinstance(cell, float) and cell != cell else cell
    text = cell.strip()
    return None if text.casefold() in NOTHING else text


def _back(cells: Sequence[Cell], found: Sequence[Cell]) -> list[Cell]:
    values = iter(found)
    return [None if cell is None else next(values) for cell in cells]


# --- numbers -----------------------------------------------------------------------------------


def _numbers(texts: Sequence[str]) -> tuple[str, list[Cell]] | None:
    """Numbers and the one unit that stands beside them; None where a text is no number."""
    matches = [_NUMBER.fullmatch(text) for text in texts]
    if not all(matches):
        return None
    parts = [match for match in matches if match is not None]
    digits = [match["digits"] for match in parts]
    # Codes and telephone numbers begin with zeros that belong to them.
    if any(re.match(r"0\d", text) for text in digits):
        return None
    units = {match["before"] or match["before2"] or match["after"] or "" for match in parts}
    if len(units - {""}) > 1:
        return None
    point = _decimal_mark(digits)
    if point is None:
        return None
    values: list[Cell] = []
    for match, text in zip(parts, digits, strict=True):
        plain = re.sub(r"[ '\u00a0\u202f]", "", text)
        plain = plain.replace("," if point == "." else ".", "").replace(point, ".")
        plain += match["power"] or ""
        try:
            value: int | float = int(plain) if plain.isdigit() else float(plain)
        except ValueError:
            return None
        if isinstance(value, int) and value >= 2**63:
            return None
        values.append(-value if match["sign"] in ("-", "−") else value)
    return next(iter(units - {""}), ""), values


def _decimal_mark(texts: Sequence[str]) -> str | None:
    """``"."`` or ``","``, as the texts write decimals; None where they contradict each other."""
    marks: set[str] = set()
    for text in texts:
        comma, dot = text.rfind(","), text.rfind(".")
        if comma >= 0 and dot >= 0:
            marks.add("," if comma > dot else ".")
        elif comma >= 0:
            if not re.fullmatch(r"\d{1,3}(,\d{3})+", text):
                marks.add(",")
        elif re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", text):
            marks.add(",")
        elif dot >= 0 and not re.fullmatch(r"\d{1,3}\.\d{3}", text):
            marks.add(".")
    if len(marks) > 1:
        return None
    return marks.pop() if marks else "."


# --- dates -------------------------------------------------------------------------------------


def _dates(texts: Sequence[str]) -> list[Cell] | None:
    """The dates in ISO form; None where a text is none."""
    shorts = [match for text in texts if (match := _SHORT.fullmatch(text))]
    day_first = not any(int(match[3]) > 12 for match in shorts)
    found: list[Cell] = []
    for text in texts:
        read = date_of(text, day_first=day_first)
        if read is None:
            return None
        found.append(read)
    return found


def date_of(text: str, *, day_first: bool = True) -> str | None:
    """One date, with its time where it has one, in ISO form; None for anything else."""
    if match := _ISO.fullmatch(text):
        return _iso(match[1], match[2], match[3], match[4])
    if match := _SHORT.fullmatch(text):
        day, month = (match[1], match[3]) if day_first else (match[3], match[1])
        return _iso(match[4], month, day, match[5])
    if match := _DAY_FIRST.fullmatch(text):
        named = MONTHS.get(match[2].lower())
        return _iso(match[3], str(named), match[1], None) if named else None
    if match := _MONTH_FIRST.fullmatch(text):
        named = MONTHS.get(match[1].lower())
        return _iso(match[3], str(named), match[2], None) if named else None
    return None


def _iso(year: str, month: str, day: str, clock: str | None) -> str | None:
    try:
        told = date(int(year), int(month), int(day)).isoformat()
        if clock is None:
            return told
        time = datetime.strptime(clock, "%H:%M:%S" if clock.count(":") > 1 else "%H:%M").time()
    except ValueError:
        return None
    return f"{told} {time.isoformat()}"
