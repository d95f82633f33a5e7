"""Asking pdfium the same of many characters of a page, without Python between the calls.

A call through ctypes with converted arguments takes twice the time of one whose arguments are made
already, and a page has hundreds of words: addresses are made once and written to again and again.

Only to be called while the lock of ``pdf.py`` is held: pdfium is not thread-safe, and the room for
its answers is one for all pages.
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
ROWS = 1024
"""Answers that there is room for at once."""

Boxes = NDArray[np.float64]
"""``(n, 4)``: left, top, right, bottom in points, as tall as the font; zeros for a character that
pdfium made up."""
Call = Callable[..., Any]


class _Room:
    """Where pdfium writes its answers: rows of numbers and their addresses."""

    def __init__(self, columns: int, kind: type[np.float32 | np.float64]) -> None:
        self.rows = np.zeros((ROWS, columns), kind)
        start, step = _address(self.rows), self.rows.strides[0]
        self.places = [ctypes.c_void_p(start + row * step) for row in range(ROWS)]
        self.seconds = [
            ctypes.c_void_p(start + row * step + self.rows.itemsize) for row in range(ROWS)
        ]


def _plain(function: Any, result: Any) -> Call:
    """The same function, which takes whole numbers and pointers as they are."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    made: Call = ctypes.PYFUNCTYPE(result)(address)
    return made


def _address(values: NDArray[Any]) -> int:
    start: int = values.__array_interface__["data"][0]
    return start


_BOX = _plain(pdfium_c.FPDFText_GetLooseCharBox, None)
_ORIGIN = _plain(pdfium_c.FPDFText_GetCharOrigin, None)
_TEXT = _plain(pdfium_c.FPDFText_GetText, ctypes.c_int)
_SIZE = _plain(pdfium_c.FPDFText_GetFontSize, ctypes.c_double)
_MATRIX = _plain(pdfium_c.FPDFText_GetMatrix, None)
_OBJECT = _plain(pdfium_c.FPDFText_GetTextObject, ctypes.c_void_p)
_FONT = _plain(pdfium_c.FPDFTextObj_GetFont, ctypes.c_void_p)

_BOXES = _Room(4, np.float32)
_POINTS = _Room(2, np.float64)
_MATRICES = _Room(6, np.float32)


class Calls:
    """Questions about the characters of one page."""

    def __init__(self, raw: Any) -> None:
        self._typed = raw
        self._raw = ctypes.cast(raw, ctypes.c_void_p)
        self._fonts: dict[int, bool] = {}

    def text(self, count: int) -> bytes | None:
        """The first characters in UTF-16; None where pdfium leaves some of them out."""
        units = np.empty(count + 1, np.uint16)
        written = _TEXT(self._raw, 0, count, ctypes.c_void_p(_address(units))) - 1
        return units[:count].tobytes() if written == count else None

    def boxes(self, places: Sequence[int]) -> Boxes:
        return self._each(_BOX, places, _BOXES)

    def baselines(self, places: Sequence[int]) -> list[float]:
        heights: list[float] = self._each(_ORIGIN, places, _POINTS, _POINTS.seconds)[:, 1].tolist()
        return heights

    def sizes(self, places: Sequence[int]) -> list[float]:
        """Font sizes in points, with the scale of the text's matrix."""
        named = map(_SIZE, repeat(self._raw), places)
        return [
            size * (abs(a * d - b * c) ** 0.5 or 1.0)
            for size, (a, b, c, d, _, _) in zip(
                named, self._each(_MATRIX, places, _MATRICES).tolist(), strict=True
            )
        ]

    def bold(self, places: Sequence[int]) -> list[bool]:
        """Whether the characters are set in a bold font."""
        things = list(map(_OBJECT, repeat(self._raw), places))
        known: dict[int | None, bool] = {None: False}
        for thing, place in zip(things, places, strict=True):
            if thing not in known:
                font = _FONT(ctypes.c_void_p(thing)) or 0
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

    def _each(
        self, call: Call, places: Sequence[int], room: _Room, *more: list[ctypes.c_void_p]
    ) -> NDArray[np.float64]:
        """The answers of a call for each place; zeros where it gives none."""
        answers = np.empty((len(places), room.rows.shape[1]))
        for first in range(0, len(places), ROWS):
            some = places[first : first + ROWS]
            room.rows[: len(some)] = 0.0
            deque(map(call, repeat(self._raw), some, room.places, *more), maxlen=0)
            answers[first : first + ROWS] = room.rows[: len(some)]
        return answers
