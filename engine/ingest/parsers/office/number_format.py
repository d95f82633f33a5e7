"""A cell's number as its sheet shows it: dates, percentages, rounded decimals.

Thousands are not parted and currencies are left out: digits that stand together are found by the
word index, and what a number means stands in its column's head.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

Kind = Literal["general", "number", "percent", "date", "time", "datetime", "duration", "text"]

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "m/d/yyyy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yyyy h:mm", 37: "#,##0",
    38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    49: "@", **dict.fromkeys([*range(27, 32), 36, *range(50, 59)], "yyyy/m/d"),
    **dict.fromkeys([32, 33, 34, 35], "h:mm"),
}  # fmt: skip
"""Number formats that are not written into the file (ECMA-376, 18.8.30)."""

LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
MANY_DIGITS = 6
"""A number with more decimals than these is rounded to those that the sheet shows."""


@dataclass(frozen=True, slots=True)
class Shown:
    kind: Kind
    decimals: int | None
    """Digits after the point; ``None`` where the format does not say."""


@lru_cache(maxsize=1024)
def reading(code: str) -> Shown:
    """What a format code (``"0.00%"``, ``"d.m.yyyy"``) makes of a number."""
    plain = LITERAL.sub("", code.split(";")[0]).lower()
    if not plain or plain == "general":
        return Shown("general", None)
    if "@" in plain:
        return Shown("text", None)
    if re.search(r"\[[hms]+\]", plain):
        return Shown("duration", None)
    day = re.search(r"[ydge]", plain.replace("e+", "").replace("e-", "")) is not None
    clock = re.search(r"[hs]|am/pm", plain) is not None
    if re.search(r"m", plain) and not clock:
        day = True
    if (day or clock) and not re.search(r"[0#?](?![0#?]*$)", plain):
        return Shown("datetime" if day and clock else "date" if day else "time", None)
    point = re.search(r"\.([0#?]+)", plain)
    decimals = len(point.group(1)) if point else 0
    if "%" in plain:
        return Shown("percent", decimals)
    if "e+" in plain or "/" in plain or not re.search(r"[0#?]", plain):
        return Shown("general", None)
    return Shown("number", decimals)


def written(value: float, code: str, *, from_1904: bool = False) -> str:
    """A number with its format code as text."""
    shown = reading(code)
    match shown.kind:
        case "percent":
            return f"{_plain(round(value * 100, shown.decimals or 0))}%"
        case "date" | "time" | "datetime" | "duration":
            return _moment(value, shown.kind, from_1904=from_1904)
        case "number" if shown.decimals is not None and not _short(value):
            return _plain(round(value, max(shown.decimals, 2)))
    return _plain(value)


def _short(value: float) -> bool:
    return round(value, MANY_DIGITS) == value


def _plain(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def _moment(value: float, kind: Kind, *, from_1904: bool) -> str:
    try:
        if kind == "duration":
            seconds = round(value * 86_400)
            return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        if not from_1904 and value < 60:
            first = datetime(1899, 12, 31)  # Excel counts a 29 February 1900 that never was
        moment = first + timedelta(seconds=round(value * 86_400))
    except (OverflowError, ValueError):
        return _plain(value)
    if kind == "time" or (kind == "datetime" and 0 <= value < 1):
        return clock(moment.time())
    return day(moment) if kind == "date" else day_and_clock(moment)


def day(moment: date) -> str:
    return f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"


def clock(moment: time) -> str:
    return moment.strftime("%H:%M" if moment.second == 0 else "%H:%M:%S")


def day_and_clock(moment: datetime) -> str:
    if moment.time() == time():
        return day(moment)
    return f"{day(moment)} {clock(moment.time())}"
