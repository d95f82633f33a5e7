"""Plain text. The page's text is the file's, line ends aside."""

import re
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.files import MAX_TEXT_BYTES, read_bytes
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import Heading, Page, ParsedDocument

UNDERLINED = re.compile(
    r"^(?P<title>\S.{1,98}\S)\n(?P<line>={3,}|-{3,}|~{3,})[ \t]*$", re.MULTILINE
)
DIVISION = re.compile(
    r"(?<=\n\n)(?P<title>(?:article|chapter|section|part|appendix|schedule|annex|exhibit)"
    r" (?:[ivxlc]+|\d+|[a-z])\b(?![.)]\d)[^\n]{0,80})$",
    re.MULTILINE | re.IGNORECASE,
)
LEVELS = {"=": 1, "-": 2, "~": 3}


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    text = read_text(path)
    headings = find_headings(text)
    title = headings[0].title if headings and headings[0].start < 200 else path.stem
    return ParsedDocument("text", title, (Page(1, text, headings),))


def read_text(path: Path) -> str:
    """The file's text without trailing space. Raises ParseError."""
    text = decode(read_bytes(path, MAX_TEXT_BYTES))
    if text is None:
        raise ParseError("This file holds no text that can be read.", "", "unsupported")
    text = text.replace("\0", "").replace("\f", "\n\n").strip("\n").rstrip()
    if not text.strip():
        raise ParseError("This file is empty.", "", "empty")
    return text


def find_headings(text: str) -> tuple[Heading, ...]:
    """Underlined titles, and ``ARTICLE IV``-like lines between empty lines; nothing guessed."""
    found = [
        Heading(match.start(), LEVELS[match["line"][0]], match["title"].strip())
        for match in UNDERLINED.finditer(text)
        if 0.5 <= len(match["line"].strip()) / len(match["title"]) <= 2.0
    ]
    found += [
        Heading(match.start(), 2, match["title"].strip())
        for match in DIVISION.finditer(text)
        if match["title"].strip()[-1] not in ".,;" and text[match.end() : match.end() + 1] == "\n"
    ]
    return tuple(sorted(found, key=lambda heading: heading.start))
