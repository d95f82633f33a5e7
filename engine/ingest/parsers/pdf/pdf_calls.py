"""Asking pdfium the same of many characters of a page, without Python between the calls.

A call through ctypes with converted arguments takes twice the time of one with plain numbers, and
a page has hundreds of words.

Only to be called while the lock of ``pdf.py`` is held: pdfium is not thread-safe.
"""

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

BOLD_NAMES = (b"bold", b"black", b"heavy", b"demi")
BOLD_WEIGHT = 600
MOST_NAME = 256

Boxes = NDArray[np.float64]
"""``(n, 4)``: left, bottom, right, top in points, as tall as the font; zeros for a character that
pdfium made up."""
Call = Callable[..., Any]


def _plain(function: Any, result: Any, *arguments: Any) -> Call:
    """The same function with numbers for pointers."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    made: Call = ctypes.PYFUNCTYPE(result, *arguments)(address)
    return made


_BOX = _plain(
    pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
_ORIGIN = _plain(
    pdfium_c.FPDFText_GetCharOrigin,
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
)  # fmt: skip
_TEXT = _plain(
    pdfium_c.FPDFText_GetText,
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p,
)  # fmt: skip
_SIZE = _plain(pdfium_c.FPDFText_GetFontSize, ctypes.c_double, ctypes.c_void_p, ctypes.c_int)
_MATRIX = _plain(
    pdfium_c.FPDFText_GetMatrix, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
_OBJECT = _plain(pdfium_c.FPDFText_GetTextObject, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_FONT = _plain(pdfium_c.FPDFTextObj_GetFont, ctypes.c_void_p, ctypes.c_void_p)


class Calls:
    """Questions about the characters of one page."""

    def __init__(self, raw: Any) -> None:
        self._typed = raw
        self._raw = ctypes.cast(raw, ctypes.c_void_p).value
        self._fonts: dict[int, bool] = {}
        self._matrix = np.zeros(6, np.float32)
        self._matrix_at = _address(self._matrix)

    def text(self, count: int) -> bytes | None:
        """The first characters in UTF-16; None where pdfium leaves some of them out."""
        units = np.empty(count + 1, np.uint16)
        written = _TEXT(self._raw, 0, count, _address(units)) - 1
        return units[:count].tobytes() if written == count else None

    def boxes(self, places: Sequence[int]) -> Boxes:
        # pdfium's FS_RECTF is left, top, right, bottom.
        floats = np.zeros((len(places), 4), np.float32)
        self._each(_BOX, places, floats)
        return floats.astype(np.float64)[:, [0, 3, 2, 1]]

    def baselines(self, places: Sequence[int]) -> list[float]:
        doubles = np.zeros((len(places), 2), np.float64)
        across = _addresses(doubles)
        up = range(across.start + 8, across.stop + 8, across.step)
        deque(map(_ORIGIN, repeat(self._raw), places, across, up), maxlen=0)
        heights: list[float] = doubles[:, 1].tolist()
        return heights

    def sizes(self, places: Sequence[int]) -> list[float]:
        """Font sizes in points, with the scale of the text's matrix."""
        named = np.fromiter(map(_SIZE, repeat(self._raw), places), np.float64, len(places))
        floats = np.zeros((len(places), 6), np.float32)
        self._each(_MATRIX, places, floats)
        a, b, c, d = floats.astype(np.float64)[:, :4].T
        scale = np.sqrt(np.abs(a * d - b * c))
        sizes: list[float] = (named * np.where(scale > 0, scale, 1.0)).tolist()
        return sizes

    def size(self, place: int) -> float:
        """The same of one character."""
        _MATRIX(self._raw, place, self._matrix_at)
        a, b, c, d = self._matrix[:4].tolist()
        return float(_SIZE(self._raw, place)) * (abs(a * d - b * c) ** 0.5 or 1.0)

    def bold(self, places: Sequence[int]) -> list[bool]:
        """Whether the characters are set in a bold font."""
        things = list(map(_OBJECT, repeat(self._raw), places))
        known: dict[int | None, bool] = {None: False}
        for thing, place in zip(things, places, strict=True):
            if thing not in known:
                font = _FONT(thing) or 0
                if font not in self._fonts:
                    self._fonts[font] = self._is_bold(place)
                known[thing] = self._fonts[font]
        return [known[thing] for thing in things]

    def _is_bold(self, place: int) -> bool:
        if pdfium_c.FPDFText_GetFontWeight(self._typed, place) >= BOLD_WEIGHT:
            return True
        name = ctypes.create_string_buffer(MOST_NAME)
        pdfium_c.FPDFText_GetFontInfo(self._typed, place, name, MOST_NAME, ctypes.c_int())
        return any(word in name.value.lower() for word in BOLD_NAMES)

    def _each(self, call: Call, places: Sequence[int], answers: NDArray[np.float32]) -> None:
        """Let a call write its answer for each place into a row."""
        deque(map(call, repeat(self._raw), places, _addresses(answers)), maxlen=0)


def _addresses(rows: NDArray[Any]) -> range:
    start, step = _address(rows), rows.strides[0]
    return range(start, start + step * len(rows), step)


def _address(values: NDArray[Any]) -> int:
    start: int = values.__array_interface__["data"][0]
    return start
