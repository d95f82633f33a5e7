"""Pictures: what is written in them, read by text recognition; each frame of a TIFF is a page."""

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, ImageSequence

from engine.errors import ParseError
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.pdf.pdf_headings import find_headings
from engine.ingest.parsers.pictures.ocr import MAX_SIDE, Pixels, not_read
from engine.ingest.parsers.pictures.ocr_page import PictureText, read_picture
from engine.types import Page, ParsedDocument

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
MAX_PIXELS = 120_000_000
"""Of one frame; a page of A3 at 600 dots per inch has 70 million."""
MAX_FRAMES = 500
SECONDS = 25.0
SECONDS_A_MB = 15.0
"""No page is begun after so much processor time; what is read by then is kept."""
MAX_ANIMATED = 1
"""Frames read of an animation, where they are no pages."""


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:
    """Read the text in a picture. Raises ParseError."""
    check_size(path)
    if not options.ocr:
        raise ParseError(
            "This is a picture, and reading text in pictures is switched off.",
            "Switch it on for this library.",
            "empty",
        )
    texts: list[PictureText] = []
    notes = [note] if (note := not_read(options.languages)) else []
    until = time.thread_time() + SECONDS + SECONDS_A_MB * path.stat().st_size / 2**20
    waiting = 0
    try:
        for frame in frames(path):
            if isinstance(frame, str):
                notes.append(frame)
            elif texts and time.thread_time() > until:
                waiting += 1
            else:
                texts.append(read_picture(frame))
    except ParseError:
        if not any(found.text.text for found in texts):
            raise
        notes.append(f"What follows page {len(texts) + waiting} is damaged and was not read.")
    if waiting:
        further = "page" if waiting == 1 else "pages"
        notes.append(f"There was no time for {waiting} further {further}.")
    if not any(found.text.text for found in texts):
        raise ParseError("No text was found in this picture.", "", "empty")
    headings = find_headings([found.text for found in texts], [found.height for found in texts], [])
    pages = tuple(
        Page(number, found.text.text, headed)
        for number, (found, headed) in enumerate(zip(texts, headings, strict=True), start=1)
    )
    notes.insert(0, "Text recognition read this picture; letters can be wrong.")
    return ParsedDocument("picture", path.stem, pages, note=" ".join(notes), scanned=len(pages))


def frames(path: Path) -> Iterator[Pixels | str]:
    """The pages of a picture, upright as the camera says; a note where some were left out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd in a file is no business of the user
            with Image.open(path, formats=FORMATS) as image:
                yield from _frames(image)
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError) as error:
        if isinstance(error, PermissionError | FileNotFoundError):
            raise not_readable(error) from error
        raise _damaged() from error
    except (TypeError, ZeroDivisionError, OverflowError, AttributeError) as error:
        # Pillow's readers trip over broken headers in these ways too.
        raise _damaged() from error


def _frames(image: Any) -> Iterator[Pixels | str]:
    limit = MAX_FRAMES if image.format == "TIFF" else MAX_ANIMATED
    for number, frame in enumerate(ImageSequence.Iterator(image)):
        if number >= limit:
            # How many there are is not asked: that takes minutes where there are tens of thousands.
            if image.format == "TIFF":
                yield f"Only the first {limit} pages were read."
            break
        width, height = frame.size
        if width * height > MAX_PIXELS:
            raise _too_large()
        yield _pixels(frame)


def _pixels(frame: Any) -> Pixels:
    """A frame in three colours on white, no larger than is read."""
    if frame.format in ("JPEG", "MPO"):
        frame.draft("RGB", (MAX_SIDE, MAX_SIDE))
    if frame.mode.startswith("I;16"):
        # Sixteen bits a pixel: Pillow cuts the values off instead of scaling them.
        frame = Image.fromarray((np.asarray(frame) >> 8).astype(np.uint8))
    turned = ImageOps.exif_transpose(frame)
    if max(turned.size) > MAX_SIDE:
        turned = turned.convert("RGBA" if _has_alpha(turned) else "RGB")
        turned.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    if _has_alpha(turned):
        paper = Image.new("RGBA", turned.size, "white")
        turned = Image.alpha_composite(paper, turned.convert("RGBA"))
    return np.asarray(turned.convert("RGB"), dtype=np.uint8)


def _has_alpha(image: Any) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _damaged() -> ParseError:
    return ParseError(
        "This picture is damaged and cannot be opened.",
        "Fetch it anew from where it came.",
        "damaged",
    )


def _too_large() -> ParseError:
    return ParseError(
        f"This picture has more than {MAX_PIXELS // 1_000_000} million points.",
        "Save a smaller copy and add that.",
        "too_large",
    )
