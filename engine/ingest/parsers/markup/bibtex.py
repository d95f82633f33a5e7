"""BibTeX: every entry a paragraph with its fields in words."""

import re
from collections.abc import Iterator
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.markup.tex import plain
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import ParsedDocument

ENTRY = re.compile(r"@[ \t]*(?P<kind>[A-Za-z]+)[ \t\n]*(?P<open>[{(])", re.I)
NAME = re.compile(r"\s*,?\s*(?P<name>[\w:+.-]+)\s*=\s*")
PIECE = re.compile(r"\s*#?\s*(?:(?P<open>[{\"])|(?P<word>[^\s{},\"#()]+))")
MONTHS = dict(zip(
    re.findall(
        r"\S+",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    ),
    re.findall(
        r"\S+",
        "January February March April May June July August September October November "
        "December",
    ),
    strict=True,
))  # fmt: skip
FIRST = ("author", "editor", "title", "journal", "booktitle", "year")
MAX_VALUE = 100_000


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    source = read_text(path)
    builder = PageBuilder()
    strings = dict(MONTHS)
    for kind, key, fields in _entries(source, strings):
        _write(kind, key, fields, builder)
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This bibliography holds no entries.", "", "empty")
    return ParsedDocument("bib", path.stem, (page,))


def _write(kind: str, key: str, fields: list[tuple[str, str]], builder: PageBuilder) -> None:
    values: dict[str, str] = {}
    for name, value in fields:
        values.setdefault(name, value)
    title = values.get("title", "") or key
    builder.heading(1, " ".join(title.split()))
    builder.item(f"{kind.capitalize()}: {key}" if key else kind.capitalize())
    order = [name for name in FIRST if name in values]
    order += [name for name in values if name not in FIRST]
    for name in order:
        value = values[name]
        if name in ("author", "editor"):
            value = re.sub(r"\s+and\s+", "; ", value)
        if value:
            builder.item(f"{name.capitalize()}: {' '.join(value.split())}")
    builder.end_group()


def _entries(
    source: str, strings: dict[str, str]
) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    at = 0
    while match := ENTRY.search(source, at):
        at = match.end()
        kind = match["kind"].lower()
        if kind == "comment":
            continue
        key = ""
        if kind == "preamble":
            continue
        if kind != "string":
            comma = re.compile(r"\s*([^\s,={}\"]*)\s*(?:,|(?=[})]))").match(source, at)
            if comma is None:
                continue
            key, at = comma[1], comma.end()
        fields, at = _fields(source, at, strings)
        if kind == "string":
            strings.update((name, value) for name, value in fields)
        else:
            yield kind, key, fields


def _fields(source: str, at: int, strings: dict[str, str]) -> tuple[list[tuple[str, str]], int]:
    found: list[tuple[str, str]] = []
    while match := NAME.match(source, at):
        at = match.end()
        pieces: list[str] = []
        first = True
        while piece := PIECE.match(source, at):
            if not first and "#" not in piece.group():
                break
            first = False
            if piece["word"]:
                word = piece["word"]
                pieces.append(strings.get(word.lower(), word))
                at = piece.end()
            else:
                value, at = _value(source, piece.end(), piece["open"])
                pieces.append(value)
        found.append((match["name"].lower(), "".join(pieces)))
    return found, at


def _value(source: str, at: int, opened: str) -> tuple[str, int]:
    """A value in braces or quotes as text, and the place behind it."""
    depth = 1 if opened == "{" else 0
    for match in re.compile(r"\\.|[{}\"]", re.DOTALL).finditer(source, at, at + MAX_VALUE):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
        if (match[0] == "}" and opened == "{" and depth == 0) or (
            match[0] == '"' and opened == '"' and depth <= 0
        ):
            return _text(source[at : match.start()]), match.end()
    end = source.find("\n", at)
    end = len(source) if end < 0 else end
    return _text(source[at:end].rstrip(",")), end


def _text(value: str) -> str:
    return (
        plain(value)
        if "\\" in value or "$" in value
        else re.sub(r"[{}]", "", value).replace("~", " ").replace("--", "–")
    )
