"""What pdfium says of the characters of one page: code points, boxes, lines, fonts.

Only to be called while the lock of ``pdf.py`` is held: pdfium is not thread-safe.
"""

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c

HYPHEN_MARK = 2
"""pdfium's code for a hyphen at the end of a line; the line break after it is left out."""

MAX_CHARS = 400_000
"""Characters read from one page; a real page has a few thousand."""

BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")


@dataclass(frozen=True, slots=True)
class Line:
    """A run of characters that stand on one line, as pdfium orders them."""

    indices: tuple[int, ...]
    """pdfium's character indices, from the first to the last visible one."""
    x0: float
    x1: float
    baseline: float
    """Height above the lower edge of the page, in points."""
    size: float
    """Font size in points, with the scale of the text's matrix."""
    bold: bool
    upright: bool
    """False where the text runs up or down the page."""


@dataclass(frozen=True, slots=True)
class PageChars:
    """The characters of a page. Lists run parallel, one entry a pdfium character index."""

    codes: list[int]
    boxes: list[tuple[float, float, float, float]]
    """(left, bottom, right, top) in points, as tall as the font; zeros for generated ones."""
    lines: list[Line]
    width: float
    height: float


def read_chars(page: Any, textpage: Any) -> PageChars:
    """Read all characters of a page and gather them into lines."""
    count = min(textpage.count_chars(), MAX_CHARS)
    raw = textpage.raw
    rect = pdfium_c.FS_RECTF()
    codes: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    for index in range(count):
        codes.append(pdfium_c.FPDFText_GetUnicode(raw, index))
        found = pdfium_c.FPDFText_GetLooseCharBox(raw, index, rect)
        boxes.append((rect.left, rect.bottom, rect.right, rect.top) if found else (0, 0, 0, 0))
    width, height = page.get_size()
    lines = [_line(raw, codes, boxes, indices) for indices in _split(codes, boxes)]
    return PageChars(codes, boxes, lines, width, height)


def is_space(code: int) -> bool:
    return code in (0x20, 0x09, 0xA0, 0x3000) or 0x2000 <= code <= 0x200A


def _split(
    codes: list[int], boxes: list[tuple[float, float, float, float]]
) -> list[tuple[int, ...]]:
    """Indices of each line, spaces at both ends left out."""
    lines: list[tuple[int, ...]] = []
    current: list[int] = []
    last: tuple[float, float, float, float] | None = None

    def flush() -> None:
        while current and is_space(codes[current[-1]]):
            current.pop()
        if current:
            lines.append(tuple(current))
        current.clear()

    for index, code in enumerate(codes):
        if code in (0x0A, 0x0D):
            flush()
            last = None
            continue
        if is_space(code):
            if current:
                current.append(index)
            continue
        if code == 0:
            continue
        box = boxes[index]
        if last is not None and current:
            off_line = box[3] <= last[1] or box[1] >= last[3]
            went_back = box[0] < last[0] - (last[3] - last[1])
            if off_line and went_back:
                flush()
        current.append(index)
        last = box
        if code == HYPHEN_MARK:
            flush()
            last = None
    flush()
    return lines


def _line(
    raw: Any,
    codes: list[int],
    boxes: list[tuple[float, float, float, float]],
    indices: tuple[int, ...],
) -> Line:
    visible = [index for index in indices if not is_space(codes[index])]
    samples = {visible[0], visible[len(visible) // 2], visible[-1]}
    size = _size(raw, visible[len(visible) // 2])
    tops, bottoms = [boxes[i][3] for i in visible], [boxes[i][1] for i in visible]
    return Line(
        indices=indices,
        x0=min(boxes[index][0] for index in visible),
        x1=max(boxes[index][2] for index in visible),
        baseline=_baseline(raw, visible[0]),
        size=size,
        bold=all(_bold(raw, index) for index in samples),
        upright=max(tops) - min(bottoms) < 4 * max(size, 1.0),
    )


def _baseline(raw: Any, index: int) -> float:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium_c.FPDFText_GetCharOrigin(raw, index, x, y)
    return y.value


def _size(raw: Any, index: int) -> float:
    size = float(pdfium_c.FPDFText_GetFontSize(raw, index))
    matrix = pdfium_c.FS_MATRIX()
    if pdfium_c.FPDFText_GetMatrix(raw, index, matrix):
        size *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c)) or 1.0
    return size


def _bold(raw: Any, index: int) -> bool:
    if pdfium_c.FPDFText_GetFontWeight(raw, index) >= 600:
        return True
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(raw, index, name, 128, flags)
    return any(word in name.value.lower().decode("latin-1") for word in BOLD_NAMES)
