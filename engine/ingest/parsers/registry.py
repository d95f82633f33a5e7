"""The one door to the parsers: a file in, its pages out, or a reason in words."""

from collections.abc import Callable
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers import docx, html, markdown, pdf, text
from engine.ingest.parsers.detect import SUFFIXES, Format, detect
from engine.types import ParsedDocument

PARSERS: dict[Format, Callable[[Path], ParsedDocument]] = {
    "pdf": pdf.parse,
    "docx": docx.parse,
    "markdown": markdown.parse,
    "html": html.parse,
    "text": text.parse,
}


def parse(path: Path) -> ParsedDocument:
    """Read a file as what it is, whatever its name says.

    Raises ParseError with a code: ``empty``, ``damaged``, ``encrypted``, ``too_large``,
    ``unreadable`` (rights, vanished) or ``unsupported``.
    """
    if path.is_dir():
        raise ParseError("This is a folder, not a file.", "", "unreadable")
    return PARSERS[detect(path)](path)


def supported_suffixes() -> frozenset[str]:
    """Lower case, with the dot: what a file dialog offers."""
    return frozenset(SUFFIXES)


def is_supported(path: Path) -> bool:
    """Whether :func:`parse` knows the file's format, judged by its content."""
    try:
        detect(path)
    except ParseError as error:
        return error.code not in ("unsupported", "unreadable")
    return True
