"""Markdown, read as its reader would: marks of emphasis and links gone, structure kept."""

import re
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from engine.errors import ParseError
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.ingest.parsers.web.html import fragment_text
from engine.types import ParsedDocument

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
BLOCK_START = re.compile(r"[ \t]*(?:$|[-*+#>|]|\d+[.)])")
MARK = re.compile(r"[\[\]*_`!<&\\~]")
MAX_WORK = 5_000_000
"""Open brackets times marks of one paragraph; one of a thousand links has about as many."""
MAX_NESTING = 60
"""Quotes and lists in one another; the parser drops what lies deeper."""
FIELD = re.compile(r"^(\w[\w -]*):[ \t]*(\S.*)$", re.MULTILINE)


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the file is empty or no text."""
    source = read_text(path)
    builder = PageBuilder()
    fields: dict[str, str] = {}
    matter = FRONT_MATTER.match(source)
    if matter:
        for name, value in FIELD.findall(matter.group(1)):
            value = value.strip().strip("\"'")
            if value:
                fields[name.lower()] = value
                if name.lower() != "title":  # the title is shown and indexed as such
                    builder.item(f"{name}: {value}")
        builder.end_group()
        source = source[matter.end() :]
    note = fill(source, builder)
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This file is empty.", "", "empty")
    title = fields.get("title", "")
    if not title and page.headings:
        title = min(page.headings, key=lambda heading: (heading.level, heading.start)).title
    return ParsedDocument("markdown", title or path.stem, (page,), note=note)


def fill(source: str, builder: PageBuilder) -> str:
    """Hand the blocks of a piece of Markdown to a builder. Returns a note for the user, or ""."""
    if _work(source) > MAX_WORK:
        _plain(source, builder)
        return "It has too many brackets to be read as Markdown and was read as plain text."
    tokens = _parser().parse(source)
    if any(token.level >= MAX_NESTING - 1 and token.nesting == 1 for token in tokens):
        _plain(source, builder)
        return "It is nested too deeply to be read as Markdown and was read as plain text."
    _write(tokens, builder)
    return ""


@cache
def _parser() -> MarkdownIt:
    """Made once: that takes longer than reading a short text."""
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING})
    return parser.enable(["table", "strikethrough"])


def _plain(source: str, builder: PageBuilder) -> None:
    for block in re.split(r"\n[ \t]*\n", source):
        builder.verbatim(block)


def _work(source: str) -> int:
    """What the block with the most open brackets costs: for each the rest is looked through."""
    most = opened = marks = 0
    for line in source.split("\n"):
        if BLOCK_START.match(line):
            opened = marks = 0
        opened += line.count("[")
        marks += len(MARK.findall(line)) if opened else 0
        most = max(most, opened * marks)
    return most


def _write(tokens: list[Token], builder: PageBuilder) -> None:
    """Hand the document's blocks to the builder."""
    numbers: list[int | None] = []
    marker = ""
    cells: list[str] | None = None
    heading = 0
    for token in tokens:
        match token.type:
            case "heading_open":
                heading = int(token.tag[1:])
            case "heading_close":
                heading = 0
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                if not numbers:
                    builder.end_group()
            case "list_item_open":
                number = numbers[-1]
                marker = "• " if number is None else f"{number}. "
                numbers[-1] = None if number is None else number + 1
            case "tr_open":
                cells = []
            case "tr_close":
                builder.row(cells or [])
                cells = None
            case "table_close":
                builder.end_group()
            case "inline":
                text = _inline_text(token)
                if heading:
                    builder.heading(heading, text)
                elif cells is not None:
                    cells.append(text)
                elif numbers:
                    builder.item("  " * (len(numbers) - 1) + marker + text)
                    marker = ""
                else:
                    builder.paragraph(text)
            case "fence" | "code_block":
                builder.verbatim(token.content)
            case "html_block":
                builder.paragraph(fragment_text(token.content))


def _inline_text(token: Token) -> str:
    pieces: list[str] = []
    for child in token.children or []:
        match child.type:
            case "text" | "code_inline" | "text_special":
                pieces.append(child.content)
            case "softbreak":
                pieces.append(" ")
            case "hardbreak":
                pieces.append("\n")
            case "image":
                pieces.append(child.content)
            case "html_inline" if child.content.lower().startswith("<br"):
                pieces.append("\n")
    return "".join(pieces)
