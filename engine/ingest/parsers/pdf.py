"""PDF: text by page with the way back to the file, page pictures, rectangles of a passage."""

import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from engine.errors import ParseError
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.pdf_chars import PageChars, read_chars
from engine.ingest.parsers.pdf_headings import OutlineEntry, find_headings
from engine.ingest.parsers.pdf_text import PageText, assemble, words_of
from engine.types import Page, ParsedDocument

_PDFIUM = threading.RLock()
"""pdfium keeps state for the whole process and is not thread-safe: every call holds this."""

MAX_PAGES = 10_000
MAX_OUTLINE = 5_000
WORD_BLOCK = 40
"""Pages whose words together decide about hyphens; a page's text depends on its block only."""
MAX_RENDER_PX = 6_000
"""Longest side of a rendered page."""
_SCALE = 1_000_000
"""pdfium gives device positions as whole numbers; this many units make a page's side."""

MADE_BY_A_PROGRAM = re.compile(
    r"microsoft (word|powerpoint)|untitled|presentation$|\.(docx?|pdf|indd|tex|dvi|rtf|odt|pptx?)$",
    re.IGNORECASE,
)


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


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Read all pages that can be read. Raises ParseError where there is no text to be had."""
    texts: list[PageText] = []
    heights: list[float] = []
    pictures = False
    broken = 0
    with _opened(path) as document:
        count = len(document)
        if count > MAX_PAGES:
            raise ParseError(
                f"This PDF has {count:,} pages; at most {MAX_PAGES:,} can be read.",
                "Split it into several files.",
                "too_large",
            )
        for first in range(0, count, WORD_BLOCK):
            block: list[PageChars | None] = []
            known: set[str] = set()
            for number in range(first, min(first + WORD_BLOCK, count)):
                chars, has_picture = _read_page(document, number)
                block.append(chars)
                pictures = pictures or has_picture
                if chars is not None:
                    known |= words_of(chars.codes)
            for chars in block:
                if chars is None:
                    broken += 1
                texts.append(assemble(chars, known) if chars else PageText("", [], []))
                heights.append(chars.height if chars else 0.0)
        outline = _outline(document)
        named = _metadata_title(document)
    if not any(page.text.strip() for page in texts):
        raise _no_text(count, broken, pictures)
    headings = find_headings(texts, heights, outline)
    pages = tuple(
        Page(number, text.text, found)
        for number, (text, found) in enumerate(zip(texts, headings, strict=True), start=1)
    )
    return ParsedDocument("pdf", named or _title(pages) or path.stem, pages)


def render(path: Path, page: int, *, width_px: int) -> PageImage:
    """Picture of a page (from 1), ``width_px`` wide. Raises ParseError."""
    with _opened(path) as document, _loaded(document, page - 1) as loaded, _PDFIUM:
        width, height = loaded.get_size()
        if width <= 0 or height <= 0:
            raise _damaged()
        scale = min(width_px / width, MAX_RENDER_PX / height, MAX_RENDER_PX / width)
        try:
            bitmap = loaded.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        except pdfium.PdfiumError as error:
            raise _damaged() from error
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


def rectangles(path: Path, page: int, start: int, end: int) -> list[Rect]:
    """Where ``page.text[start:end]`` stands on the page, one rectangle a line.

    Computed from the file as it is now. Raises ParseError.
    """
    with _opened(path) as document:
        chars, _ = _read_page(document, page - 1)
        if chars is None:
            raise _damaged()
        known: set[str] = set()
        block = (page - 1) // WORD_BLOCK * WORD_BLOCK
        for number in range(block, min(block + WORD_BLOCK, len(document))):
            known |= words_of(_read_codes(document, number))
        text = assemble(chars, known)
        found = []
        with _loaded(document, page - 1) as loaded, _PDFIUM:
            for span in text.spans:
                first, last = max(span.start, start), min(span.end, end)
                boxes = [
                    chars.boxes[text.indices[place]]
                    for place in range(first, last)
                    if not text.text[place].isspace()
                ]
                if boxes:
                    found.append(_fractions(loaded, boxes))
    return _parted(found)


# --- the file ----------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Generator[Any, None, None]:
    check_size(path)
    try:
        with _PDFIUM:
            document = pdfium.PdfDocument(path)
    except FileNotFoundError as error:
        raise not_readable(error) from error
    except pdfium.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            raise ParseError(
                "This PDF needs a password.",
                "Save a copy without the password and add that.",
                "encrypted",
            ) from error
        raise _damaged() from error
    try:
        yield document
    finally:
        with _PDFIUM:
            document.close()


@contextmanager
def _loaded(document: Any, number: int) -> Generator[Any, None, None]:
    with _PDFIUM:
        try:
            page = document[number]
        except (pdfium.PdfiumError, IndexError) as error:
            raise _damaged() from error
    try:
        yield page
    finally:
        with _PDFIUM:
            page.close()


def _read_page(document: Any, number: int) -> tuple[PageChars | None, bool]:
    """The characters of a page, ``None`` where it is damaged, and whether it shows a picture."""
    try:
        with _PDFIUM, _loaded(document, number) as page:
            textpage = page.get_textpage()
            try:
                chars = read_chars(page, textpage)
            finally:
                textpage.close()
            pictures = not chars.lines and any(
                True for _ in page.get_objects([pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3)
            )
            return chars, pictures
    except (ParseError, pdfium.PdfiumError):
        return None, False


def _read_codes(document: Any, number: int) -> list[int]:
    try:
        with _PDFIUM, _loaded(document, number) as page:
            textpage = page.get_textpage()
            try:
                count = textpage.count_chars()
                return [pdfium_c.FPDFText_GetUnicode(textpage.raw, index) for index in range(count)]
            finally:
                textpage.close()
    except (ParseError, pdfium.PdfiumError):
        return []


def _outline(document: Any) -> list[OutlineEntry]:
    entries: list[OutlineEntry] = []
    with _PDFIUM:
        try:
            for bookmark in document.get_toc(max_depth=6):
                target = bookmark.get_dest()
                page = target.get_index() if target else None
                if page is not None:
                    entries.append(OutlineEntry(page, bookmark.level + 1, bookmark.get_title()))
                if len(entries) >= MAX_OUTLINE:
                    break
        except pdfium.PdfiumError:
            return []
    return entries


def _metadata_title(document: Any) -> str:
    with _PDFIUM:
        title = " ".join(document.get_metadata_value("Title").replace("\0", "").split())
    readable = sum(character.isalpha() for character in title) >= 3
    return title if readable and not MADE_BY_A_PROGRAM.search(title) else ""


def _title(pages: tuple[Page, ...]) -> str:
    """What a cover page says, or else the highest heading of the first pages."""
    cover = pages[0]
    named = [heading.title for heading in cover.headings]
    if named and sum(map(len, named)) + 2 * len(named) + 40 >= len(cover.text) and len(named) <= 3:
        return " – ".join(named)
    headings = [heading for page in pages[:3] for heading in page.headings]
    return min(headings, key=lambda heading: heading.level).title if headings else ""


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
            if 0 < overlap < 0.5 * (rect.y1 - rect.y0) and above.y0 < rect.y0:
                middle = (above.y1 + rect.y0) / 2
                result[-1] = Rect(above.x0, above.y0, above.x1, middle)
                rect = Rect(rect.x0, middle, rect.x1, rect.y1)
        result.append(rect)
    return result


def _damaged() -> ParseError:
    return ParseError(
        "This PDF is damaged and cannot be opened.",
        "Open it in a PDF viewer and save it again, or fetch it anew.",
        "damaged",
    )


def _no_text(pages: int, broken: int, pictures: bool) -> ParseError:
    if pages == 0 or broken == pages:
        return _damaged()
    if pictures:
        return ParseError(
            "This PDF has no text, only pictures of pages.",
            "Run text recognition (OCR) on it and add the result.",
            "empty",
        )
    return ParseError("This PDF has no text.", "", "empty")
