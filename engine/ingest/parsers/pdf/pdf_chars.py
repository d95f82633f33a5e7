"""What pdfium says of the characters of one page: code points, lines, fonts.

Asking pdfium about a character costs as much as reading a line of text, so the text comes in one
piece and only the ends of words are measured.

Only to be called while the lock of ``pdf.py`` is held: pdfium is not thread-safe.
"""

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

HYPHEN_MARK = "\2"
"""Stands for a hyphen at the end of a line; pdfium leaves out the line break after it."""

MAX_CHARS = 400_000
"""Characters read from one page; a real page has a few thousand."""
CELL_GAP = 1.6
"""Gap inside a line, in font sizes, that parts two cells of a row."""

BOLD_NAMES = (b"bold", b"black", b"heavy", b"semibold", b"demi")

_SPACES = " \t\u00a0\u3000\u2000-\u200a"
_LINE = re.compile(rf"[^\r\n{HYPHEN_MARK}]*{HYPHEN_MARK}|[^\r\n{HYPHEN_MARK}]+")
_WORD = re.compile(rf"[^\0{_SPACES}]+")
_LAM_ALEF = re.compile("[اأإآ]ل")

Box = tuple[float, float, float, float]
"""(left, bottom, right, top) in points, as tall as the font."""


@dataclass(frozen=True, slots=True)
class Line:
    """A run of characters on one line without wide gaps, as pdfium orders them."""

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


def read_chars(page: Any, textpage: Any) -> PageChars:
    """Read all characters of a page and gather them into lines."""
    width, height = page.get_size()
    codes = read_codes(textpage)
    reader = _Reader(textpage.raw, codes)
    return PageChars(reader.codes, list(reader.lines()), width, height)


def read_codes(textpage: Any) -> str:
    """The page's characters, one for each of pdfium's indices."""
    raw = textpage.raw
    count = min(textpage.count_chars(), MAX_CHARS)
    if count <= 0:
        return ""
    units = (ctypes.c_ushort * (count + 1))()
    written = pdfium_c.FPDFText_GetText(raw, 0, count, units) - 1
    if written == count:
        return "".join(map(chr, units[:count])).replace("\ufffe", HYPHEN_MARK)
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


class _Reader:
    """Measures the words of one page."""

    def __init__(self, raw: Any, codes: str) -> None:
        self._raw = raw
        self._rect = pdfium_c.FS_RECTF()
        self.codes = self._mended(codes)

    def _mended(self, codes: str) -> str:
        """One glyph for lam and alef comes backwards: pdfium turns it with its line."""
        for match in _LAM_ALEF.finditer(codes):
            if self._box(match.start()) == self._box(match.start() + 1):
                alef = codes[match.start()]
                codes = f"{codes[: match.start()]}ل{alef}{codes[match.end() :]}"
        return codes

    def _box(self, index: int) -> Box:
        rect = self._rect
        if pdfium_c.FPDFText_GetLooseCharBox(self._raw, index, rect):
            return rect.left, rect.bottom, rect.right, rect.top
        return 0.0, 0.0, 0.0, 0.0

    def lines(self) -> Iterator[Line]:
        codes, measure = self.codes, self._box
        for match in _LINE.finditer(codes):
            words: list[tuple[int, int, Box, Box]] = []
            size = 0.0
            before: Box | None = None
            for word in _WORD.finditer(codes, match.start(), match.end()):
                start, end = word.span()
                first = measure(start)
                if before is not None and _parts(before, first, CELL_GAP * size):
                    yield self._line(words, size)
                    words = []
                if not words:
                    size = self._size(start)
                before = first if end - start == 1 else measure(end - 1)
                words.append((start, end, first, before))
            if words:
                yield self._line(words, size)

    def _line(self, words: list[tuple[int, int, Box, Box]], size: float) -> Line:
        start, end = words[0][0], words[-1][1]
        lefts, lows, rights, tops = zip(*(box for word in words for box in word[2:]), strict=True)
        if len(words) > 2:
            size = self._size(words[len(words) // 2][0])
        return Line(
            start,
            end,
            min(lefts),
            max(rights),
            self._baseline(start),
            size,
            self._bold(start) and self._bold(end - 1) and self._bold(words[len(words) // 2][0]),
            max(tops) - min(lows) < 4 * max(size, 1.0),
            max(words[0][2][2], words[0][3][2]),
        )

    def _baseline(self, index: int) -> float:
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium_c.FPDFText_GetCharOrigin(self._raw, index, x, y)
        return y.value

    def _size(self, index: int) -> float:
        size = float(pdfium_c.FPDFText_GetFontSize(self._raw, index))
        matrix = pdfium_c.FS_MATRIX()
        if pdfium_c.FPDFText_GetMatrix(self._raw, index, matrix):
            size *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c)) or 1.0
        return size

    def _bold(self, index: int) -> bool:
        if pdfium_c.FPDFText_GetFontWeight(self._raw, index) >= 600:
            return True
        name = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        pdfium_c.FPDFText_GetFontInfo(self._raw, index, name, 128, flags)
        return any(word in name.value.lower() for word in BOLD_NAMES)


def _parts(before: Box, box: Box, gap: float) -> bool:
    """Whether a word does not go on with the line of the word before it."""
    if box[3] <= before[1] or box[1] >= before[3]:
        # Over or under it: a new line, unless the text is turned and runs up or down.
        return box[0] < before[0] - (before[3] - before[1])
    return box[0] - before[2] > gap or before[0] - box[2] > gap
