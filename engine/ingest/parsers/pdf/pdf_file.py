"""Opening a PDF with pdfium, one call at a time, and what is told where that fails."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from engine.errors import ParseError
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.pdf.pdf_chars import PageChars, read_chars, read_codes

PDFIUM = threading.RLock()
"""pdfium keeps state for the whole process and is not thread-safe: every call holds this."""


@contextmanager
def opened(path: Path, password: str | None = None) -> Generator[Any, None, None]:
    """The document, with its form where it has one. Raises ParseError."""
    check_size(path)
    try:
        with PDFIUM:
            document = pdfium.PdfDocument(path, password=password)
    except FileNotFoundError as error:
        raise not_readable(error) from error
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise _locked(password) from error
        if error.err_code == pdfium_c.FPDF_ERR_SECURITY:
            raise ParseError(
                "This PDF is protected in a way that cannot be opened here.",
                "Save a copy without the protection and add that.",
                "encrypted",
            ) from error
        raise damaged() from error
    try:
        with PDFIUM:
            document.init_forms()
        yield document
    finally:
        with PDFIUM:
            document.close()


@contextmanager
def loaded(document: Any, number: int) -> Generator[Any, None, None]:
    """A page, from 0. Raises ParseError where it is damaged or not there."""
    with PDFIUM:
        try:
            page = document[number]
        except (pdfium.PdfiumError, IndexError) as error:
            raise damaged() from error
    try:
        yield page
    finally:
        with PDFIUM:
            page.close()


@contextmanager
def text_of(page: Any) -> Generator[Any, None, None]:
    """pdfium's page of text for a loaded page. Raises PdfiumError."""
    with PDFIUM:
        raw = pdfium_c.FPDFText_LoadPage(page.raw)
        if not raw:
            raise pdfium.PdfiumError("Failed to load text page.")
        try:
            yield raw
        finally:
            pdfium_c.FPDFText_ClosePage(raw)


def chars_of(page: Any) -> PageChars:
    """The characters of a loaded page."""
    with text_of(page) as raw:
        return read_chars(page, raw)


def codes_of(document: Any, number: int) -> str:
    """The characters of a page without their places; none where it is damaged."""
    try:
        with PDFIUM, loaded(document, number) as page, text_of(page) as raw:
            return read_codes(raw)
    except (ParseError, pdfium.PdfiumError):
        return ""


def damaged() -> ParseError:
    return ParseError(
        "This PDF is damaged and cannot be opened.",
        "Open it in a PDF viewer and save it again, or fetch it anew.",
        "damaged",
    )


def _locked(password: str | None) -> ParseError:
    if password:
        return ParseError(
            "The password does not open this PDF.", "Enter the password again.", "encrypted"
        )
    return ParseError(
        "This PDF needs a password.",
        "Enter its password, or save a copy without one and add that.",
        "encrypted",
    )
