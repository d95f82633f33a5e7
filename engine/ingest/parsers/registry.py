"""The one door to the parsers: a file in, its pages out, or a reason in words."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from engine.errors import ParseError
from engine.ingest.parsers.detect import detect, unsupported
from engine.ingest.parsers.formats import FORMATS, FileFormat
from engine.ingest.parsers.inside import Inside
from engine.ingest.parsers.options import ParseOptions
from engine.types import ParsedDocument

Parser = Callable[[Path, ParseOptions], ParsedDocument]


def parse(
    path: Path, *, password: str | None = None, ocr: bool = True, languages: tuple[str, ...] = ()
) -> ParsedDocument:
    """Read a file as what it is, whatever its name says.

    Raises ParseError with a code: ``empty``, ``damaged``, ``encrypted`` (a password is needed, or
    the one given is wrong), ``too_large``, ``unreadable`` (rights, vanished) or ``unsupported``.
    """
    if path.is_dir():
        raise ParseError("This is a folder, not a file.", "", "unreadable")
    return _parse(path, ParseOptions(password, ocr, languages, Inside(_parse)))


def _parse(path: Path, options: ParseOptions) -> ParsedDocument:
    return parser_of(detect(path))(path, options)


def parser_of(found: FileFormat) -> Parser:
    """Loads the parser's module. Raises ParseError where the format is known by name only."""
    if not found.parser:
        raise unsupported(found.title)
    module = importlib.import_module(f"engine.ingest.parsers.{found.parser}")
    return cast(Parser, module.parse)


def supported_suffixes() -> frozenset[str]:
    """Lower case, with the dot: what a file dialog offers."""
    return frozenset(suffix for row in FORMATS if row.parser for suffix in row.suffixes)


def is_supported(path: Path) -> bool:
    """Whether :func:`parse` knows the file's format, judged by its content."""
    try:
        return bool(detect(path).parser)
    except ParseError as error:
        return error.code not in ("unsupported", "unreadable")
