"""Filters that people type into a question: ``file:handbook type:pdf after:2024-01``.

A value stands directly behind the colon, in quotation marks where it holds spaces. Any other word
with a colon stays text, and so does a filter inside quotation marks.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

from engine.errors import InputError

_FILTER = re.compile(
    r"(?<![\w\"“„«])(file|library|type|page|after|before):(?:\"([^\"]+)\"|“([^”]+)”|([^\s\"“”]+))",
    re.IGNORECASE,
)
_PAGES = re.compile(r"(\d{1,6})(?:[-–](\d{1,6}))?")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")

TYPES = {
    "word": ("docx", "doc"),
    "excel": ("xlsx", "xls", "xlsb"),
    "powerpoint": ("pptx", "ppt"),
    "md": ("markdown",),
    "txt": ("text",),
    "htm": ("html",),
    "mail": ("mail", "eml", "msg", "mbox"),
}
"""Names that people use, and the document types they mean."""

QUOTE = "Put quotation marks around it to search for it as words."


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to; empty parts narrow nothing."""

    files: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    after: float | None = None
    """Unix seconds from which on a file was changed."""
    before: float | None = None
    """Unix seconds before which it was changed."""
    told: tuple[tuple[str, str], ...] = ()
    """Name and value of each, as typed."""

    def __bool__(self) -> bool:
        return bool(self.told)


def parse(text: str) -> tuple[Filters, str]:
    """The filters of a question, and the question without them.

    Raises InputError for a value that cannot be a page or a date.
    """
    told: list[tuple[str, str]] = []

    def taken(found: re.Match[str]) -> str:
        if _inside_quotes(text, found.start()):
            return found[0]
        value = found[2] or found[3] or found[4].rstrip(",;?!")
        told.append((found[1].lower(), value))
        return " "

    rest = " ".join(_FILTER.sub(taken, text).split()) if _FILTER.search(text) else text
    if not told:
        return Filters(), text

    def of(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in told if key == name)

    after = [_date(value, "after") for value in of("after")]
    before = [_date(value, "before") for value in of("before")]
    return Filters(
        files=of("file"),
        libraries=of("library"),
        types=tuple(kind for value in of("type") for kind in _types(value)),
        pages=tuple(_page(value) for value in of("page")),
        after=max(after, default=None),
        before=min(before, default=None),
        told=tuple(told),
    ), rest


def _inside_quotes(text: str, at: int) -> bool:
    return text[:at].count('"') % 2 == 1


def _types(value: str) -> tuple[str, ...]:
    plain = value.lower().lstrip(".")
    return TYPES.get(plain, (plain,))


def _page(value: str) -> tuple[int, int]:
    found = _PAGES.fullmatch(value)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last:
        raise InputError(
            f"“{value}” is no page.", f"Write page:12 or page:12-15. {QUOTE}", code="filter"
        )
    return first, last


def _date(value: str, name: str) -> float:
    """The first moment of a day, a month or a year, in the time of this machine."""
    found = _DATE.fullmatch(value)
    if found:
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        if year >= 1970 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            return datetime(year, month, day).timestamp()
    raise InputError(
        f"“{value}” is no date.",
        f"Write {name}:2024, {name}:2024-01 or {name}:2024-01-31. {QUOTE}",
        code="filter",
    )
