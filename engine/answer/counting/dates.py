"""Times in questions ("since March 2023", "in 2024", "last month") as spans of days."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
    "august aug", "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}

_M = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_Y = r"(?:19|20)\d\d\b(?![.,]\d)"
_D = r"\d{1,2}(?:st|nd|rd|th)?"
_DATED = (
    rf"\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./](?:19|20)\d\d|{_D}(?: of)? {_M},? {_Y}"
    rf"|{_M} {_D},? {_Y}|{_M}(?: of)?,? {_Y}|{_Y}-\d\d\b|q[1-4](?: of| in)? {_Y}"
    rf"|(?:the )?(?:first|second|third|fourth|last) quarter (?:of|in) {_Y}|{_Y}"
    r"|(?:this|last|previous) (?:year|month|week)|today|yesterday"
)
_ANY = rf"(?:{_DATED}|(?:the (?:month|year) of )?{_M})"
_WITH = r"(?:the )?(?:end of |start of |beginning of )?"

_BETWEEN = re.compile(
    rf"\b(?:between|from) ({_ANY}) (?:and|to|until|till|through|-|–) ({_ANY})", re.I
)
_SINCE = re.compile(rf"\b(?:since|from|as of|starting(?: in| from)?) {_WITH}({_ANY})", re.I)
_AFTER = re.compile(rf"\b(?:after|later than) {_WITH}({_ANY})", re.I)
_BEFORE = re.compile(rf"\b(?:before|earlier than|prior to) {_WITH}({_ANY})", re.I)
_UNTIL = re.compile(rf"\b(?:until|till|up to|through) {_WITH}({_ANY})", re.I)
_IN = re.compile(rf"\b(?:in|during|within|on|of|for) (?:the year |the month of )?({_ANY})", re.I)
_BARE = re.compile(rf"(?<![\w.,-])({_DATED})(?![\w-])", re.I)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to before ``end``, ISO; empty where open. Or a month of any year."""

    first: str
    end: str
    month: int = 0
    year: int = 0
    """Where the period is exactly one year, as a column of years would say it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A period and where the question says it."""

    period: Period
    start: int
    end: int


def periods(question: str, today: date) -> list[Told]:
    """The times that a question names, in order."""
    found: list[Told] = []
    for told in _all(question, today):
        if not any(told.start < other.end and other.start < told.end for other in found):
            found.append(told)
    return sorted(found, key=lambda told: told.start)


def _all(question: str, today: date) -> Iterator[Told]:
    for match in _BETWEEN.finditer(question):
        second = _period(match[2], today)
        first = _period(match[1], today, year=match[2])
        if first and second and not second.month:
            yield Told(Period(first.first, second.end), *match.span())
    for pattern in (_SINCE, _AFTER, _BEFORE, _UNTIL):
        for match in pattern.finditer(question):
            period = _period(match[1], today)
            if period is not None:
                yield Told(_open(_of_a_year(period, today), pattern), *match.span())
    for pattern in (_IN, _BARE):
        for match in pattern.finditer(question):
            period = _period(match[1], today)
            if period is not None:
                yield Told(period, *match.span())


def _open(period: Period, pattern: re.Pattern[str]) -> Period:
    """All days from a time on, or up to it."""
    if pattern is _SINCE:
        return Period(period.first, "")
    if pattern is _AFTER:
        return Period(period.end, "")
    return Period("", period.first if pattern is _BEFORE else period.end)


def _of_a_year(period: Period, today: date) -> Period:
    """ "Since March" is the last March that has come."""
    if not period.month:
        return period
    year = today.year if period.month <= today.month else today.year - 1
    return _month(year, period.month)


def _period(text: str, today: date, *, year: str = "") -> Period | None:
    """One named time; ``year`` is the text that a month without one takes its year from."""
    text = re.sub(r"^the (?:month|year) of ", "", text.lower().strip().rstrip(",."))
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", text):
        return _day(int(match[3]), int(match[2]), int(match[1]))
    if match := re.fullmatch(r"(\d{4})-(\d\d)", text):
        return _month(int(match[1]), int(match[2])) if 1 <= int(match[2]) <= 12 else None
    if re.fullmatch(r"\d{4}", text):
        return Period(f"{text}-01-01", f"{int(text) + 1}-01-01", year=int(text))
    if match := re.search(r"q([1-4])\D+(\d{4})", text):
        return _quarter(int(match[2]), int(match[1]))
    if match := re.search(r"(first|second|third|fourth|last) quarter\D+(\d{4})", text):
        return _quarter(int(match[2]), QUARTERS[match[1]])
    if text in ("today", "yesterday") or re.match(r"this|last|previous", text):
        return _relative(text, today)
    names = [word for word in re.findall(r"[a-z]+", text) if word in MONTHS]
    if not names:
        return None
    month = MONTHS[names[0]]
    if told := re.search(r"(?:19|20)\d\d", text):
        day = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b(?!\d)", text.replace(told[0], " "))
        return _day(int(told[0]), month, int(day[1])) if day else _month(int(told[0]), month)
    borrowed = re.search(r"(?:19|20)\d\d", year)
    return _month(int(borrowed[0]), month) if borrowed else Period("", "", month=month)


def _relative(text: str, today: date) -> Period:
    if text == "today":
        return _days(today, today + timedelta(days=1))
    if text == "yesterday":
        return _days(today - timedelta(days=1), today)
    back = 0 if text.startswith("this") else 1
    if text.endswith("week"):
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return _days(monday, monday + timedelta(days=7))
    if text.endswith("month"):
        months = today.year * 12 + today.month - 1 - back
        return _month(months // 12, months % 12 + 1)
    year = today.year - back
    return Period(f"{year}-01-01", f"{year + 1}-01-01", year=year)


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        first = date(year, month, day)
    except ValueError:
        return None
    return _days(first, first + timedelta(days=1))


def _days(first: date, end: date) -> Period:
    return Period(first.isoformat(), end.isoformat())


def _month(year: int, month: int) -> Period:
    after = date(year + month // 12, month % 12 + 1, 1)
    return Period(date(year, month, 1).isoformat(), after.isoformat())


def _quarter(year: int, quarter: int) -> Period:
    return Period(_month(year, quarter * 3 - 2).first, _month(year, quarter * 3).end)
