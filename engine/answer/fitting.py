"""The part of a passage that fits: whole sentences around those that meet the question."""

import re
from collections.abc import Callable, Sequence

from engine.answer import tables
from engine.answer.sentences import Span, split

LEAST = 40
"""Characters of a sentence too long to fit that are still worth reading."""
WORD_END = re.compile(r"(?<=\S)(?=\s|$)")

Fits = Callable[[str], bool]
"""Whether a text has room."""


def kept(text: str, wanted: Sequence[Span], fits: Fits, *, torn: bool = True) -> tuple[Span, ...]:
    """The spans of a passage that are read, in order; none where nothing fits.

    All of it where it fits; else the sentence wanted most, with those wanted next as far as they
    and what lies between fit, then with its neighbours on both sides. A row of a table comes
    under its header. ``torn``: of one that is too long alone, its beginning.
    """
    if fits(text):
        return ((0, len(text)),)
    spans = split(text)
    if not spans:
        return ()
    wanted = _telling(text, wanted)
    places = [_sentences(spans, span) for span in wanted] or [(0, 0)]

    def spread(first: int, last: int) -> tuple[Span, ...]:
        return _under_header(text, (spans[first][0], spans[last][1]))

    def stays(first: int, last: int) -> bool:
        return fits(joined(text, spread(first, last)))

    first, last = places[0]
    if not stays(first, last):
        return _shorter(text, wanted[0] if wanted else spans[0], fits, torn=torn)
    for low, high in places[1:]:
        if stays(min(first, low), max(last, high)):
            first, last = min(first, low), max(last, high)
    after = before = True
    while after or before:
        after = after and last + 1 < len(spans) and stays(first, last + 1)
        last += after
        before = before and first > 0 and stays(first - 1, last)
        first -= before
    return spread(first, last)


def joined(text: str, spans: Sequence[Span]) -> str:
    """The spans as one text."""
    return "\n".join(text[start:end] for start, end in spans)


def _sentences(spans: Sequence[Span], wanted: Span) -> Span:
    """The first and the last of the sentences that a span lies in."""
    first = next((at for at, span in enumerate(spans) if span[1] > wanted[0]), len(spans) - 1)
    last = next((at for at, span in enumerate(spans) if span[1] >= wanted[1]), first)
    return first, max(first, last)


def _telling(text: str, wanted: Sequence[Span]) -> list[Span]:
    """What is wanted, without headers of rows that are wanted too: they come with these."""
    headers = {tables.header(text, start) for start, _ in wanted}
    return [span for span in wanted if span not in headers]


def _under_header(text: str, span: Span) -> tuple[Span, ...]:
    line = text.find("\n", span[0])
    if not tables.is_row(text[span[0] : line if 0 <= line < span[1] else span[1]]):
        return (span,)
    header = tables.header(text, span[0])
    if header is None or header[1] > span[0]:
        return (span,)
    beside = not text[header[1] : span[0]].strip()
    return ((header[0], span[1]),) if beside else (header, span)


def _shorter(text: str, wanted: Span, fits: Fits, *, torn: bool) -> tuple[Span, ...]:
    """A sentence alone: without the header over it, or else as many of its words as fit."""
    start, end = wanted
    if fits(text[start:end]):
        return (wanted,)
    if not torn:
        return ()
    ends = [found.start() for found in WORD_END.finditer(text, start, end)]
    low, high = 0, len(ends)
    while low < high:
        middle = (low + high) // 2
        if fits(text[start : ends[middle]]):
            low = middle + 1
        else:
            high = middle
    if not low or ends[low - 1] - start < LEAST:
        return ()
    return ((start, ends[low - 1]),)
