"""JSON and JSON lines as an outline a person can read: ``name: value``, records parted by lines.

The text is read token by token: nothing is built in memory, nesting has no limit, and what is cut
off, carries comments or holds several values one after the other is read as well.
"""

import json
import re
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.encoding import whole_letters
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.types import Page, ParsedDocument

MAX_VALUES = 1_000_000
MAX_INDENT = 12
TOKEN = re.compile(
    r'"(?P<string>[^"\\]*+(?:\\.[^"\\]*+)*+)"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<colon>:)|(?P<comma>,)'
    r"|(?P<comment>//[^\n]*+|/\*.{0,300}?\*/)|(?P<bare>[^\s{}\[\]:,\"]++)|(?P<rest>\")",
    re.DOTALL,
)


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    lines, complete = outline(read_text(path))
    text = whole_letters("\n".join(lines)).strip("\n")
    if not text.strip():
        raise ParseError("This file holds no values.", "", "empty")
    note = "" if complete else f"Only the first {MAX_VALUES:,} values were read."
    return ParsedDocument("json", path.stem, (Page(1, text),), (), note)


def outline(source: str) -> tuple[list[str], bool]:
    """Lines, and whether that is all."""
    lines: list[str] = []
    kinds: list[str] = []
    """For each open value its bracket."""
    key: str | None = None
    pending: str | None = None
    """A string of which it is not known yet whether it is a name or a value."""
    bullet = ""
    values = 0

    def write(text: str) -> None:
        nonlocal bullet
        depth = max(0, len(kinds) - (2 if kinds[:1] == ["["] else 1))
        indent = "  " * min(depth - (1 if bullet else 0), MAX_INDENT)
        lines.append(indent + bullet + text)
        bullet = ""

    def value(text: str) -> None:
        nonlocal key, bullet, values
        values += 1
        text = text.strip()
        if key is not None:
            write(f"{key}: {text}" if text else f"{key}:")
            key = None
        elif text:
            write("• " + text if len(kinds) > 1 and kinds[-1] == "[" else text)

    for match in TOKEN.finditer(source):
        kind = match.lastgroup
        if kind == "colon" and pending is not None:
            key, pending = pending, None
            continue
        if pending is not None:
            value(pending)
            pending = None
        if kind == "string":
            pending = _string(match["string"])
        elif kind == "open":
            if key is not None:
                write(f"{key}:")
                key = None
            elif len(kinds) > 1 and kinds[-1] == "[" and match["open"] == "{":
                bullet = "• "
            elif len(kinds) <= 1 and lines and lines[-1]:
                lines.append("")
            kinds.append(match["open"])
        elif kind == "close":
            if kinds:
                kinds.pop()
            if key is not None:
                value("")
            bullet = ""
        elif kind == "bare":
            value("" if match["bare"] == "null" else match["bare"])
        if values >= MAX_VALUES:
            return lines, False
    if pending is not None:
        value(pending)
    return lines, True


def _string(token: str) -> str:
    if "\\" not in token:
        return token
    try:
        return str(json.loads(f'"{token}"', strict=False))
    except ValueError:
        return token
