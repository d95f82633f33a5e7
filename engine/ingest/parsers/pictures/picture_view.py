"""Pictures as the page viewer shows them, and the rectangles of a passage on them."""

import functools
from pathlib import Path

import numpy as np
from PIL import Image

from engine.errors import ParseError
from engine.ingest.parsers.pdf.pdf_view import PageImage, Rect
from engine.ingest.parsers.pictures.image import frames
from engine.ingest.parsers.pictures.ocr import Pixels
from engine.ingest.parsers.pictures.ocr_page import PictureText, read_picture


def render(path: Path, page: int, *, width_px: int) -> PageImage:
    """A frame (from 1), at most ``width_px`` wide and never enlarged more than twofold."""
    pixels = _frame(path, page)
    height, width = pixels.shape[:2]
    wide = max(1, min(width_px, 2 * width))
    size = (wide, max(1, round(height * wide / width)))
    shown = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
    return PageImage(shown.width, shown.height, shown.tobytes())


def rectangles(
    path: Path, page: int, start: int, end: int, *, expected: str | None = None
) -> list[Rect]:
    """Where ``page.text[start:end]`` stands in the picture, one rectangle a line.

    The picture is recognised again, which takes seconds the first time. Empty where the text is
    not ``expected``. Raises ParseError.
    """
    stat = path.stat()
    found = _remembered(path, (stat.st_mtime_ns, stat.st_size), page)
    if expected is not None and found.text.text != expected:
        return []
    return [Rect(*line) for line in found.lines(start, end)]


@functools.lru_cache(maxsize=16)
def _remembered(path: Path, _state: tuple[int, int], page: int) -> PictureText:
    return read_picture(_frame(path, page))


def _frame(path: Path, page: int) -> Pixels:
    wanted = (frame for frame in frames(path) if isinstance(frame, np.ndarray))
    for number, frame in enumerate(wanted, start=1):
        if number == page:
            return frame
    raise ParseError("This picture has no such page.", "", "damaged")
