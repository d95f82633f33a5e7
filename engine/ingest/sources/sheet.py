"""Rows as they come from a source, and their values as the vault stores them."""

import json
import math
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.errors import EngineError
from engine.types import Cell

MOST_CELL = 20_000
"""Characters kept of one value."""
MOST_CHARACTERS = 100_000_000
"""Characters taken from one table in all."""
MOST_COLUMNS = 2_000


class SourceError(EngineError):
    """A source that cannot be pulled; the code says why."""

    code = "source"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a source: a query's result, a file, a sheet of a workbook."""

    part: str
    """Which part of the source it is; empty where the source is one table."""
    titles: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """What was left out, in words; mostly empty."""


def sheet(
    part: str, titles: Sequence[object], found: Iterable[Sequence[Any]], most_rows: int
) -> Sheet:
    """A sheet with plain values and sound titles, cut at the limits."""
    named = sound(titles)
    rows: list[tuple[Cell, ...]] = []
    work = plain_rows(found, len(named), most_rows)
    while True:
        try:
            rows.append(next(work))
        except StopIteration as end:
            return Sheet(part, named, tuple(rows), end.value)


def sound(titles: Sequence[object]) -> tuple[str, ...]:
    """Titles of columns, a number for those without one."""
    return tuple(
        " ".join(str(title).split())[:MOST_CELL] or f"column {number}"
        for number, title in enumerate(
            ("" if each is None else each for each in titles[:MOST_COLUMNS]), 1
        )
    )


def plain_rows(
    found: Iterable[Sequence[Any]], width: int, most_rows: int
) -> Generator[tuple[Cell, ...], None, str]:
    """Rows of plain values, empty ones left out; what was cut off at the limits, in words."""
    taken = characters = 0
    for row in found:
        if taken >= most_rows:
            return f"Only the first {most_rows} rows were taken."
        values = tuple(plain(value) for value in row[:width])
        if all(value is None or value == "" for value in values):
            continue
        characters += sum(len(value) for value in values if isinstance(value, str))
        if characters > MOST_CHARACTERS:
            return f"Only the first {taken} rows were taken: their text is very long."
        taken += 1
        yield values + (None,) * (width - len(values))
    return ""


def plain(value: Any) -> Cell:
    """A value as text, number or nothing; texts on one line."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return plain(float(value)) if value.is_finite() else None
    if isinstance(value, datetime):
        told = value.replace(tzinfo=None, microsecond=0)
        return told.date().isoformat() if told.time() == time() else told.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"({len(bytes(value))} bytes)"
    if isinstance(value, list | tuple | dict):
        value = json.dumps(value, ensure_ascii=False, default=str)
    text = str(value).encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    return " ".join(text.split())[:MOST_CELL]
