"""Which lines of a page are which rows of its sheet, as it is stored beside the page's headings.

They stand among the headings under level 0, which no heading has: ``[start, 0, "12 A-C,F"]`` for
a stretch of lines from row 12 on, and ``[0, 0, "=B5:B9 D1:E1"]`` for the merged areas.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from engine.types import Area, SheetRows

LEVEL = 0
MOST_COLUMNS = 16_384
"""Columns of a sheet in the programs that make them; a place behind them is none."""
_AREA = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


def packed(rows: Sequence[SheetRows], merged: Sequence[Area]) -> list[list[Any]]:
    found: list[list[Any]] = [
        [each.start, LEVEL, f"{each.row} {_columns(each.columns)}"] for each in rows
    ]
    if merged:
        areas = " ".join(
            f"{letters(left)}{top}:{letters(right)}{bottom}" for top, left, bottom, right in merged
        )
        found.append([0, LEVEL, f"={areas}"])
    return found


def unpacked(stored: Sequence[Sequence[Any]]) -> tuple[tuple[SheetRows, ...], tuple[Area, ...]]:
    """Of the entries of level 0, in their order."""
    rows: list[SheetRows] = []
    merged: list[Area] = []
    known: dict[str, tuple[int, ...]] = {}
    for start, _, text in stored:
        if text.startswith("="):
            merged += [
                (int(top), number(left), int(bottom), number(right))
                for left, top, right, bottom in _AREA.findall(text)
            ]
            continue
        row, _, columns = text.partition(" ")
        if columns not in known:
            known[columns] = _numbers(columns)
        rows.append(SheetRows(start, int(row), known[columns]))
    return tuple(rows), tuple(merged)


def letters(column: int) -> str:
    """``A`` for 1, ``AA`` for 27."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def number(column: str) -> int:
    """1 for ``A``, 27 for ``AA``."""
    found = 0
    for letter in column:
        found = found * 26 + ord(letter) - 64
    return found


def _columns(numbers: Sequence[int]) -> str:
    """``A-C,F`` for 1, 2, 3, 6."""
    runs = [
        [each for _, each in run]
        for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    ]
    return ",".join(
        letters(run[0]) if len(run) == 1 else f"{letters(run[0])}-{letters(run[-1])}"
        for run in runs
    )


def _numbers(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for run in text.split(",") if text else ():
        first, _, last = run.partition("-")
        found += range(number(first), min(number(last or first), MOST_COLUMNS) + 1)
    return tuple(found)
