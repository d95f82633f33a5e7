"""What pdfium says of the characters of one page: code points, lines, fonts.

Asking pdfium about a character costs as much as reading a line of text, so the text comes in one
piece, only the ends of words are measured, and all of a page at once (:mod:`pdf_calls`).

Only to be called while the lock of ``pdf.py`` is held: pdfium is not thread-safe.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from engine.ingest.parsers.pdf.pdf_calls import Boxes, Calls

HYPHEN_MARK = "\2"
"""Stands for a hyphen at the end of a line; pdfium leaves out the line break after it."""

MAX_CHARS = 400_000
"""Characters read from one page; a real page has a few thousand."""
CELL_GAP = 1.6
"""Gap inside a line, in font sizes, that parts two cells of a row."""
WIDE_GAP = 0.3 * CELL_GAP
"""Gap from which a line is looked at word by word, in heights of its letters, which are larger
than the font size mostly and never much smaller."""

_SPACES = (*range(0x2000, 0x200B), 0x20, 0x09, 0xA0, 0x3000)
_WORD, _BREAK = 1, 2
_KINDS = np.full(0x10000, _WORD, dtype=np.uint8)
"""By code point: what stands in words, and what between them."""
_KINDS[[0x00, *_SPACES]] = 0
_KINDS[[0x0A, 0x0D]] = _BREAK
_LAM_ALEF = re.compile("[اأإآ]ل")

Box = tuple[float, float, float, float]
"""(left, bottom, right, top) in points, as tall as the font."""


@dataclass(slots=True)
class Line:
    """A run of characters on one line without wide gaps, as pdfium orders them.

    Not frozen, as a freezing takes three times as long to make: there are forty on a page.
    """

    start: int
    end: int
    """Characters ``start`` to ``end`` of the page, end exclusive, spaces at both ends left out."""
    x0: float
    x1: float
    baseline: float
    """Height above the lower edge of the page, in points."""
    size: float
    """Font size in points, with the scale of the text's matrix."""
    bold: bool
    upright: bool
    """False where the text runs up or down the page."""
    first_right: float
    """Where the first word ends."""


@dataclass(frozen=True, slots=True)
class PageChars:
    """The characters of a page."""

    codes: str
    """One character for each of pdfium's, surrogates not joined."""
    lines: list[Line]
    width: float
    height: float


def read_chars(page: Any, raw: Any) -> PageChars:
    """Read all characters of a page, given pdfium's page of text, and gather them into lines."""
    width, height = page.get_size()
    calls = Calls(raw)
    codes = _mended(read_codes(raw, calls), calls)
    return PageChars(codes, _lines(codes, calls), width, height)


def read_codes(raw: Any, calls: Calls | None = None) -> str:
    """The page's characters, one for each of pdfium's indices."""
    count = min(pdfium_c.FPDFText_CountChars(raw), MAX_CHARS)
    if count <= 0:
        return ""
    units = (calls or Calls(raw)).text(count)
    if units is not None:
        text = units.decode("utf-16-le", "surrogatepass")
        if len(text) != count:  # letters of two units; every unit is to keep its place
            text = "".join(map(chr, np.frombuffer(units, "<u2").tolist()))
        return text.replace("\ufffe", HYPHEN_MARK)
    # pdfium leaves control characters out of the text but counts them.
    get = pdfium_c.FPDFText_GetUnicode
    return "".join(chr(min(get(raw, index), 0x10FFFF)) for index in range(count))


def char_box(raw: Any, index: int) -> Box:
    """Where a character stands; zeros for one that pdfium made up."""
    rect = pdfium_c.FS_RECTF()
    if pdfium_c.FPDFText_GetLooseCharBox(raw, index, rect):
        return rect.left, rect.bottom, rect.right, rect.top
    return 0.0, 0.0, 0.0, 0.0


def is_space(code: str) -> bool:
    return code in " \t\u00a0\u3000" or "\u2000" <= code <= "\u200a"


def _mended(codes: str, calls: Calls) -> str:
    """One glyph for lam and alef comes backwards: pdfium turns it with its line."""
    if codes.isascii() or "ل" not in codes:
        return codes
    for match in _LAM_ALEF.finditer(codes):
        first, second = calls.boxes([match.start(), match.start() + 1])
        if (first == second).all():
            codes = f"{codes[: match.start()]}ل{codes[match.start()]}{codes[match.end() :]}"
    return codes


@dataclass(slots=True)
class _Words:
    """The words of a page, measured."""

    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    runs: NDArray[np.intp]
    """For each of pdfium's lines the first of its words."""
    firsts: Boxes
    """Of their first characters, ``(n_words, 4)``."""
    lasts: Boxes


def _lines(codes: str, calls: Calls) -> list[Line]:
    points = np.frombuffer(codes.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = np.zeros(len(points) + 2, np.uint8)
    _KINDS.take(points, mode="clip", out=kinds[1:-1])
    words = kinds == _WORD
    edges = np.flatnonzero(words[1:] != words[:-1])
    breaks = np.flatnonzero(kinds == _BREAK)
    if HYPHEN_MARK in codes:  # a hyphen at the end of a line ends its word, and the line
        divided = np.flatnonzero(points == ord(HYPHEN_MARK)) + 1
        inside = divided[words[divided + 1]]
        edges = np.sort(np.concatenate((edges, inside, inside)))
        breaks = np.sort(np.concatenate((breaks, divided)))
    if not len(edges):
        return []
    starts, ends = edges[::2], edges[1::2]
    line_of = np.searchsorted(breaks, starts, "right")
    runs = np.flatnonzero(line_of[1:] != line_of[:-1]) + 1
    places = edges.copy()
    places[1::2] -= 1
    boxes = calls.boxes(places.tolist())
    measured = _Words(starts, ends, runs, boxes[::2], boxes[1::2])
    return _measured(_parted(measured, calls), measured, calls)


def _parted(words: _Words, calls: Calls) -> NDArray[np.intp]:
    """The first words of lines without wide gaps."""
    left, high, right, low = words.firsts[1:].T
    last_left, last_high, last_right, last_low = words.lasts[:-1].T
    usual = WIDE_GAP * np.minimum(high - low, last_high - last_low)
    far = (low >= last_high) | (high <= last_low)
    far |= (left - last_right > usual) | (last_left - right > usual)
    far[words.runs - 1] = False  # from one line to the next
    places = np.flatnonzero(far)
    if not len(places):
        return np.concatenate(([0], words.runs))
    begins: list[int] = []
    gap, following = 0.0, iter([0, *words.runs.tolist(), len(words.starts)])
    run = next(following)
    for place, before, box in zip(
        (places + 1).tolist(), words.lasts[places].tolist(), words.firsts[places + 1].tolist(),
        strict=True,
    ):  # fmt: skip
        while run <= place:
            begins.append(run)
            run, gap = next(following), 0.0
        gap = gap or CELL_GAP * calls.sizes([int(words.starts[begins[-1]])])[0]
        if _parts(before, box, gap):
            begins.append(place)
            gap = 0.0
    return np.array([*begins, run, *following][:-1], np.intp)


def _measured(begins: NDArray[np.intp], words: _Words, calls: Calls) -> list[Line]:
    after = np.append(begins[1:], len(words.starts))
    firsts, lasts = words.firsts, words.lasts
    least, most = np.minimum(firsts, lasts), np.maximum(firsts, lasts)
    heights = np.maximum.reduceat(most[:, 1], begins) - np.minimum.reduceat(least[:, 3], begins)
    starts = words.starts[begins].tolist()
    ends = words.ends[after - 1].tolist()
    middles = words.starts[(begins + after) >> 1].tolist()
    # A line of two words is as large as its first one: the other may be a footnote's mark.
    telling = [
        middle if several else start
        for start, middle, several in zip(
            starts, middles, (after - begins > 2).tolist(), strict=True
        )
    ]
    sizes = calls.sizes(telling)
    bold = calls.bold(starts)
    for places in ([end - 1 for end in ends], middles):  # and so to its end
        heavy = [number for number, found in enumerate(bold) if found]
        for number, found in zip(heavy, calls.bold([places[n] for n in heavy]), strict=True):
            bold[number] = found
    return [
        Line(
            start, end, left, right, baseline, size, heavy,
            height < 4 * (size if size > 1.0 else 1.0), first_right,
        )
        for start, end, left, right, baseline, size, heavy, height, first_right in zip(
            starts, ends,
            np.minimum.reduceat(least[:, 0], begins).tolist(),
            np.maximum.reduceat(most[:, 2], begins).tolist(),
            calls.baselines(starts), sizes, bold, heights.tolist(), most[begins, 2].tolist(),
            strict=True,
        )
    ]  # fmt: skip


def _parts(before: list[float], box: list[float], gap: float) -> bool:
    """Whether a word does not go on with the line of the word before it."""
    if box[1] <= before[3] or box[3] >= before[1]:
        # Over or under it: a new line, unless the text is turned and runs up or down.
        return box[0] < before[0] - (before[1] - before[3])
    return box[0] - before[2] > gap or before[0] - box[2] > gap
