"""Where sentences begin and end, as exact spans of the text they were found in."""

import re
from itertools import pairwise

from engine.answer.text import word_set

Span = tuple[int, int]

ABBREVIATIONS = word_set(
    """
    mr mrs ms dr prof rev hon st sr jr gen col capt lt sgt gov sen rep pres messrs mt ft
    vs etc al e.g i.e eg ie cf ca approx est fig figs eq eqs sec no nos vol vols ed eds pp p ch
    art para inc ltd co corp llc dept univ bros jan feb mar apr jun jul aug sep sept oct nov dec
    a.m p.m u.s u.k u.n d.c b.c a.d ph.d m.d
    z.b bzw usw nr str abs bspw d.h ggf inkl evtl
    """
)
"""Words before a full stop that does not end a sentence (lower case, without the stop)."""

STILL_ENDING = word_set("etc inc ltd co corp jr sr al usw a.m p.m u.s u.k d.c b.c a.d ph.d")
"""Abbreviations that may also close a sentence when a new one clearly begins."""

WIDE_ENDS = "\u3002\uff01\uff1f\u0964"
"""Chinese, Japanese and Hindi marks, which need no space after them."""
END = re.compile(rf"[.!?…]+[\"'”’»)\]]*|[{WIDE_ENDS}]+[”’」』)]*")
BREAK = re.compile(
    r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*•▪●◦‣]\s|\d{1,3}[.)]\s|[a-zA-Z][.)]\s|#{1,6}\s|\|))"
)
MARKER = re.compile(r"[ \t]*(?:[-*•▪●◦‣]|\d{1,3}[.)]|[a-zA-Z]\)|#{1,6}|>)[ \t]+")
NEXT = re.compile(r"\s+[\"'“‘«(\[*_]*([A-ZÀ-ÞΑ-ЯĀ-Ž\d•]|[^\x00-\u024f])")
LONGEST = 600
"""Characters; a longer run without an end is cut at a line, a semicolon or a space."""


def split(text: str) -> list[Span]:
    """The sentences of a text in order, without the white space and list marks around them.

    Line breaks inside a sentence (as PDFs have them) do not end it; empty lines, list items,
    headings and table rows do. Every span is non-empty and spans never overlap.
    """
    spans: list[Span] = []
    for start, end in _blocks(text):
        begin = start
        for match in END.finditer(text, start, end):
            if match.end() < end and not _ends_here(text, begin, match, end):
                continue
            spans.extend(_trimmed(text, begin, match.end()))
            begin = match.end()
        spans.extend(_trimmed(text, begin, end))
    return spans


def _blocks(text: str) -> list[Span]:
    """Stretches that no sentence crosses: paragraphs, list items, table rows, heading lines."""
    cuts = {match.start() for match in BREAK.finditer(text)} | {0, len(text)}
    lines = [match.span() for match in re.finditer(r"[^\n]+", text)]
    for start, end in lines:
        if " | " in text[start:end]:
            cuts.update((start, end))
    fresh = True
    for (start, end), (after, after_end) in pairwise(lines):
        title = (fresh or start in cuts) and _is_title(text[start:end], text[after:after_end])
        if title:
            cuts.update((start, end))
        fresh = title or text[start:end].rstrip()[-1:] in tuple(".!?:")
    edges = sorted(cuts)
    return list(pairwise(edges))


def _is_title(line: str, following: str) -> bool:
    """A short line without an end mark, before a line that begins anew."""
    line, following = line.strip(), following.lstrip()
    if line.startswith(("#", "|")):
        return True
    if not line or not following or len(line) > 60 or line[-1] in ".!?,;:-–(&/":
        return False
    ending = line.rsplit(None, 1)[-1].lower()
    if ending in {"the", "a", "an", "of", "and", "or", "to", "in", "for", "by", "with", "at"}:
        return False
    return following[0].isupper() and line[0].isupper() and len(line.split()) <= 8


def _ends_here(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    mark = match.group()
    if mark[0] in WIDE_ENDS:
        return True
    following = NEXT.match(text, match.end(), min(end, match.end() + 12))
    if following is None:
        return False
    if mark[0] != ".":
        return True
    word_start = max(text.rfind(space, begin, match.start()) for space in " \n\t(")
    word = text[max(word_start + 1, begin) : match.start()].strip("\"'“‘([").lower()
    if word in ABBREVIATIONS:
        return word in STILL_ENDING and following.group(1).isupper() and text[match.end()] == "\n"
    if len(word) == 1 and word.isalpha():
        return False  # an initial: "J. Smith"
    # "1. First item": the mark of a list, not the end of a sentence
    return not (word.isdigit() and match.start() - begin <= 4)


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    while start < end and text[start].isspace():
        start += 1
    marker = MARKER.match(text, start, end)
    if marker is not None and marker.end() < end:
        start = marker.end()
    while end > start and text[end - 1].isspace():
        end -= 1
    if not any(letter.isalnum() for letter in text[start:end]):
        return []
    spans: list[Span] = []
    while end - start > LONGEST:
        cut = _cut(text, start)
        spans.append((start, cut))
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        spans.append((start, end))
    return spans


def _cut(text: str, start: int) -> int:
    limit = start + LONGEST
    for mark in ("\n", "; ", ", ", " "):
        found = text.rfind(mark, start + LONGEST // 3, limit)
        if found > 0:
            return found + len(mark.rstrip())
    return limit
