"""Lines that run through a document at the top or foot of its pages: titles, page numbers.

They say nothing about the page they stand on, but in a passage they are found, embedded and quoted
like its words. Told from the pages' texts alone, so that stored pages can be cut anew.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product

from engine.types import Page

LOOKED_AT = 3
"""Lines of a page, from its top and from its foot, that may run."""
LEAST_PAGES = 4
"""On which a line stands at the same place; in a shorter document all."""
LEAST_SHARE = 0.4
"""Of the pages from its first to its last: left and right ones may have lines of their own."""
LONGEST = 200
"""Characters of a line that can run."""
MOST_NUMBERS = 4
"""In a line; more are a row of values."""

_LINE = re.compile(r"[^\n]*\S[^\n]*")
_NUMBER = re.compile(r"\d+")
_BAR = " | "

Span = tuple[int, int]


def bodies(pages: Sequence[Page]) -> dict[int, Span]:
    """For each page's number the span of its text without the lines that run.

    Where such a line stands for the first time it is kept, so that its words are found once.
    """
    tops = [_ends(page, _LINE.finditer(page.text)) for page in pages]
    feet = [_ends(page, reversed(list(_LINE.finditer(page.text)))) for page in pages]
    at_top, at_foot = _running(pages, tops), _running(pages, feet)
    found = {}
    for number, page in enumerate(pages):
        begin, end = 0, len(page.text)
        for span, runs in zip(tops[number], at_top[number], strict=True):
            if not runs:
                break
            begin = span[1]
        for span, runs in zip(feet[number], at_foot[number], strict=True):
            if not runs or span[0] < begin:
                break
            end = span[0]
        found[page.number] = (begin, end)
    return found


def _ends(page: Page, lines: Iterable[re.Match[str]]) -> list[Span]:
    """The outermost lines, as far as they are no headings, rows or long ones."""
    heads = {heading.start for heading in page.headings}
    spans = []
    for _, line in zip(range(LOOKED_AT), lines, strict=False):
        start, end = line.span()
        if (
            end - start > LONGEST
            or _BAR in line.group()
            or any(start <= head < end for head in heads)
        ):
            break
        spans.append((start, end))
    return spans


def _running(pages: Sequence[Page], ends: list[list[Span]]) -> list[list[bool]]:
    """For each of the lines whether it runs, and stood on an earlier page already."""
    keys = [
        [_keys(page.text[start:end], number, place) for place, (start, end) in enumerate(spans)]
        for number, (page, spans) in enumerate(zip(pages, ends, strict=True))
    ]
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for number, lines in enumerate(keys):
        for key in {key for line in lines for key in line}:
            seen[key].append(number)
    run = {
        key: places[0]
        for key, places in seen.items()
        if len(places) >= min(LEAST_PAGES, max(len(pages), 3))
        and len(places) >= LEAST_SHARE * (places[-1] - places[0] + 1)
    }
    return [
        [any(run.get(key, number) < number for key in line) for line in lines]
        for number, lines in enumerate(keys)
    ]


def _keys(line: str, page: int, place: int) -> list[str]:
    """What a line, ``place`` lines from the edge, may have in common with those of other pages.

    Each of its numbers may be the same everywhere or count the pages; a sum that changes is
    neither, so that a line of values does not run.
    """
    line = " ".join(line.split())
    numbers = _NUMBER.findall(line)
    if len(numbers) > MOST_NUMBERS:
        return [f"{place}:{line}"]
    rest = _NUMBER.split(line)
    ways = product(*((number, f"#{int(number) - page}") for number in numbers))
    return [f"{place}:" + "".join(map("".join, zip(rest, (*way, ""), strict=True))) for way in ways]
