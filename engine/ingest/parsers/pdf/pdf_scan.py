"""Pages of a PDF that hold pictures of text instead of text, and reading them."""

import functools
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from engine.ingest.parsers.pdf.pdf_chars import HYPHEN_MARK, PageChars
from engine.ingest.parsers.pdf.pdf_file import PDFIUM, damaged, loaded, opened
from engine.ingest.parsers.pictures.ocr import MAX_SIDE, Pixels
from engine.ingest.parsers.pictures.ocr_page import PictureText, read_picture

DOTS_PER_POINT = 200 / 72
"""How sharp a page is drawn for recognition."""
LEAST_READABLE = 0.6
"""Share of letters, digits and usual marks under which a text layer is taken for garbage."""
LOOKED_AT = 3_000
"""Characters of a page that show whether they can be words."""
LITTLE_TEXT = 60
"""Characters up to which text on a scanned page is a stamp or page number, not the page."""
PICTURE_PAGE = 0.3
"""Share of the page that its largest picture covers on a scanned page."""
OUTLINES = 40
"""Drawn shapes without any text from which letters may have been turned into shapes."""
MOST_DRAWN = 40_000
"""Things on a page above which it is not drawn: lines across the page take half a thousandth of a
second each, and so many are no letters."""

_ODD = re.compile("[\0-\x1f\x7f-\x9f\ud800-\uf8ff\ufffd]")
_NO_LETTERS = bytes(code for code in range(128) if not (chr(code).isalnum() or code == 0x5F))
_MARKED = re.compile(r"\W+")
_MARKS = frozenset(".,;:!?-–—'\"“”‘’„«»()[]{}/%&+*=<>@#§°€$£¥•…|_\\~·、。，：；（）「」")


def is_scan(page: Any, chars: PageChars) -> bool:
    """Whether the page must be looked at to be read. Holds pdfium only for unlikely pages."""
    if _is_plain(chars.codes[:LOOKED_AT]):
        return False
    visible = "".join(chars.codes[:LOOKED_AT].split())
    if len(visible) > LITTLE_TEXT:
        return not _is_readable(visible)
    visible = "".join(chars.codes.split())
    if len(visible) > LITTLE_TEXT:
        return not _is_readable(visible)
    with PDFIUM:
        if pdfium_c.FPDFPage_CountObjects(page) > MOST_DRAWN:
            return False
        share, shapes = _pictures(page)
    if not visible:
        return share > 0 or shapes >= OUTLINES
    return share >= PICTURE_PAGE or not _is_readable(visible)


def _is_plain(codes: str) -> bool:
    """Whether text is so readable that nothing else matters: told ten times faster than doubt."""
    letters = len(codes.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    others = len(codes) - codes.count(" ") - codes.count("\r") - codes.count("\n")
    return letters > LITTLE_TEXT and letters >= 0.75 * others


def replaces(picture: PictureText, chars: PageChars) -> bool:
    """Whether recognition found more than the little readable text that the page has."""
    found = len("".join(picture.text.text.split()))
    visible = "".join(chars.codes.split())
    if len(visible) > LITTLE_TEXT or not _is_readable(visible):
        return found > 0
    return found > 1.3 * len(visible)


def _is_readable(visible: str) -> bool:
    """Whether characters can be words at all, in any script."""
    visible = visible[:2000].replace(HYPHEN_MARK, "-")
    least = LEAST_READABLE * len(visible)
    if not _ODD.search(visible) and len(_MARKED.sub("", visible)) >= least:
        return True
    good = bad = 0
    for character, count in Counter(visible).items():
        kind = unicodedata.category(character)
        if kind in ("Co", "Cn", "Cc", "Cs") or character == "\ufffd":
            bad += count
        elif kind[0] in "LN" or kind in ("Mn", "Mc") or character in _MARKS:
            good += count
    total = max(1, len(visible))
    if good < LEAST_READABLE * total and bad + good < total:
        # Symbols alone are garbage only where letters were meant: formulas hold many of them.
        return good >= 0.35 * total
    return bad <= 0.25 * total


def _pictures(page: Any) -> tuple[float, int]:
    """Share of the page that its largest picture covers, and how many shapes are drawn."""
    width, height = page.get_size()
    largest = 0.0
    shapes = 0
    kinds = [pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING]
    try:
        for number, thing in enumerate(page.get_objects(kinds, max_depth=3)):
            if thing.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                left, bottom, right, top = thing.get_bounds()
                covered = max(0.0, right - left) * max(0.0, top - bottom)
                largest = max(largest, covered / max(width * height, 1.0), 1e-6)
            else:
                shapes += 1
            if number > 2000:
                break
    except pdfium.PdfiumError:
        pass
    return largest, shapes


def drawn(page: Any) -> Pixels:
    """The page as a picture, as it is shown. Raises PdfiumError."""
    with PDFIUM:
        width, height = page.get_size()
        scale = min(DOTS_PER_POINT, MAX_SIDE / max(width, height, 1.0))
        bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
        try:
            rows = np.frombuffer(bitmap.buffer, dtype=np.uint8)
            rows = rows[: bitmap.stride * bitmap.height].reshape(bitmap.height, bitmap.stride)
            used = rows[:, : bitmap.width * bitmap.n_channels]
            pixels = used.reshape(bitmap.height, bitmap.width, bitmap.n_channels)
            return np.array(pixels[:, :, :3] if bitmap.n_channels >= 3 else pixels.repeat(3, 2))
        finally:
            bitmap.close()


def read_scan(page: Any) -> PictureText:
    """Recognise the text of a page; takes seconds. Raises PdfiumError."""
    return read_picture(drawn(page))


@functools.lru_cache(maxsize=16)
def remembered(path: Path, state: tuple[int, int], number: int) -> PictureText:
    """The recognised text of a page (from 0) of a file that is in this state (time, size).

    For the viewer, which asks again for every mark on the page. Raises ParseError.
    """
    stat = path.stat()
    if (stat.st_mtime_ns, stat.st_size) != state:
        raise damaged()
    with opened(path) as document, loaded(document, number) as page:
        return read_scan(page)
