"""Pictures of a PDF's pages, and the rectangles of a passage on them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from engine.ingest.parsers.pdf.known_words import KnownWords
from engine.ingest.parsers.pdf.pdf_chars import HYPHEN_MARK, char_box
from engine.ingest.parsers.pdf.pdf_extras import extras_of
from engine.ingest.parsers.pdf.pdf_file import (
    PDFIUM,
    chars_of,
    codes_of,
    damaged,
    loaded,
    opened,
    text_of,
)
from engine.ingest.parsers.pdf.pdf_scan import is_scan, remembered, replaces
from engine.ingest.parsers.pdf.pdf_text import PageText, assemble

WORD_BLOCK = 40
"""Pages whose words together decide about hyphens; a page's text depends on its block only."""
MAX_RENDER_PX = 6_000
"""Longest side of a rendered page."""
_SCALE = 1_000_000
"""pdfium gives device positions as whole numbers; this many units make a page's side."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A rendered page; ``rgb`` holds three bytes a pixel, rows from the top, no padding."""

    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class Rect:
    """Part of a page in fractions of its width and height, origin at the top left."""

    x0: float
    y0: float
    x1: float
    y1: float


def render(path: Path, page: int, *, width_px: int) -> PageImage:
    """Picture of a page (from 1), ``width_px`` wide. Raises ParseError."""
    with opened(path) as document, loaded(document, page - 1) as shown, PDFIUM:
        width, height = shown.get_size()
        if width <= 0 or height <= 0:
            raise damaged()
        scale = min(width_px / width, MAX_RENDER_PX / height, MAX_RENDER_PX / width)
        try:
            bitmap = shown.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        except pdfium.PdfiumError as error:
            raise damaged() from error
        try:
            rows = bytes(bitmap.buffer)
            step = bitmap.width * 3
            rgb = b"".join(
                rows[row * bitmap.stride : row * bitmap.stride + step]
                for row in range(bitmap.height)
            )
            return PageImage(bitmap.width, bitmap.height, rgb)
        finally:
            bitmap.close()


def rectangles(
    path: Path, page: int, start: int, end: int, *, expected: str | None = None
) -> list[Rect]:
    """Where ``page.text[start:end]`` stands on the page, one rectangle a line.

    Computed from the file as it is now; a scanned page is recognised again, which takes seconds
    the first time. Empty where the text is not ``expected``. Raises ParseError.
    """
    with opened(path) as document, loaded(document, page - 1) as shown:
        try:
            chars = chars_of(shown)
        except pdfium.PdfiumError as error:
            raise damaged() from error
        extras = extras_of(document, shown)
        scan = is_scan(shown, chars)
        if scan:
            stat = path.stat()
            picture = remembered(path, (stat.st_mtime_ns, stat.st_size), page - 1)
            if replaces(picture, chars):
                text = picture.text
                found = [Rect(*lines) for lines in picture.lines(start, end)]
            else:
                scan = False
        if not scan:
            block = (page - 1) // WORD_BLOCK * WORD_BLOCK
            numbers = range(block, min(block + WORD_BLOCK, len(document)))
            if HYPHEN_MARK not in chars.codes:
                numbers = range(0)
            known = KnownWords(codes_of(document, number) for number in numbers)
            text = assemble(chars, known)
            found = _of_text(shown, text, start, end)
        whole = text.text
        for extra in extras:
            whole, at = extra.added_to(whole)
            if start < len(whole) and end > at and extra.box is not None:
                with PDFIUM:
                    found.append(_fractions(shown, [extra.box]))
    if expected is not None and whole != expected:
        return []
    return _parted(found)


def _of_text(page: Any, text: PageText, start: int, end: int) -> list[Rect]:
    found = []
    with text_of(page) as raw:
        for span in text.spans:
            first, last = max(span.start, start), min(span.end, end)
            boxes = [
                char_box(raw, span.places[place - span.start])
                for place in range(first, last)
                if not text.text[place].isspace()
            ]
            if boxes:
                found.append(_fractions(page, boxes))
    return found


def _fractions(page: Any, boxes: list[tuple[float, float, float, float]]) -> Rect:
    """The rectangle around boxes in page space, turned and cropped as the page is shown."""
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    corners = [_device(page, left, top), _device(page, right, bottom)]
    xs, ys = sorted(corner[0] for corner in corners), sorted(corner[1] for corner in corners)
    return Rect(xs[0], ys[0], xs[1], ys[1])


def _device(page: Any, x: float, y: float) -> tuple[float, float]:
    across, down = pdfium_c.c_int(), pdfium_c.c_int()
    pdfium_c.FPDF_PageToDevice(page.raw, 0, 0, _SCALE, _SCALE, 0, x, y, across, down)
    return (
        min(max(across.value / _SCALE, 0.0), 1.0),
        min(max(down.value / _SCALE, 0.0), 1.0),
    )


def _parted(rects: list[Rect]) -> list[Rect]:
    """Cut lines that touch at the middle, so that a translucent mark is even."""
    result: list[Rect] = []
    for rect in rects:
        if result:
            above = result[-1]
            overlap = above.y1 - rect.y0
            aside = rect.x0 >= above.x1 or rect.x1 <= above.x0
            if 0 < overlap < 0.5 * (rect.y1 - rect.y0) and above.y0 < rect.y0 and not aside:
                middle = (above.y1 + rect.y0) / 2
                result[-1] = Rect(above.x0, above.y0, above.x1, middle)
                rect = Rect(rect.x0, middle, rect.x1, rect.y1)
        result.append(rect)
    return result
