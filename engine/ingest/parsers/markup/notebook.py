"""Jupyter notebooks: notes as Markdown, code and what it printed as they stand."""

import json
import re
from pathlib import Path
from typing import Any

from engine.errors import ParseError
from engine.ingest.parsers.encoding import whole_letters
from engine.ingest.parsers.markup import markdown
from engine.ingest.parsers.markup.text import read_text
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.ingest.parsers.web.html import fragment_text
from engine.types import Heading, Page, ParsedDocument

COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
PICTURES = re.compile(r'"(?:[\w.+-]+/(?:png|jpeg|gif|pdf|svg\+xml|octet-stream))"\s*:\s*"[^"]*"')
MAX_OUTPUT = 20_000
"""Characters of one output that are kept; the rest is mostly numbers."""


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where it is no notebook or an empty one."""
    source = PICTURES.sub('"picture": ""', read_text(path))
    try:
        notebook = json.loads(source, strict=False)
    except (ValueError, RecursionError) as error:
        raise ParseError(
            "This notebook is damaged.", "Save it again in Jupyter.", "damaged"
        ) from error
    if not isinstance(notebook, dict):
        raise ParseError("This notebook is damaged.", "Save it again in Jupyter.", "damaged")
    builder = PageBuilder()
    metadata = _dict(notebook.get("metadata"))
    language = _dict(metadata.get("language_info")).get("name")
    if not isinstance(language, str):
        language = _dict(metadata.get("kernelspec")).get("language")
    if isinstance(language, str):
        builder.paragraph(f"Notebook in {language}")
    for cell in _cells(notebook):
        _cell(cell, builder)
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This notebook is empty.", "", "empty")
    named = metadata.get("title")
    title = named if isinstance(named, str) and named.strip() else ""
    if not title and page.headings:
        title = min(page.headings, key=lambda heading: (heading.level, heading.start)).title
    headings = tuple(
        Heading(heading.start, heading.level, heading.title) for heading in page.headings
    )
    return ParsedDocument(
        "ipynb", whole_letters(title) or path.stem, (Page(1, page.text, headings),)
    )


def _cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of version 4, or of the worksheets of version 3."""
    found = _list(notebook.get("cells"))
    for sheet in _list(notebook.get("worksheets")):
        found = found + _list(_dict(sheet).get("cells"))
    return [cell for cell in found if isinstance(cell, dict)]


def _cell(cell: dict[str, Any], builder: PageBuilder) -> None:
    source = _joined(cell.get("source", cell.get("input")))
    kind = cell.get("cell_type")
    if kind == "heading":
        level = cell.get("level")
        builder.heading(level if isinstance(level, int) and 1 <= level <= 6 else 1, source)
    elif kind == "markdown":
        markdown.fill(source, builder)
    else:
        builder.verbatim(source)
        for output in _list(cell.get("outputs")):
            builder.verbatim(_output(_dict(output))[:MAX_OUTPUT])


def _output(output: dict[str, Any]) -> str:
    data = _dict(output.get("data")) or output
    text = _joined(output.get("text") or data.get("text/plain") or data.get("text/markdown"))
    if not text.strip() or text.startswith("<"):  # a table's plain form may be only its type
        page = _joined(data.get("text/html") or data.get("html"))
        text = fragment_text(page) or text
    if output.get("output_type") in ("error", "pyerr"):
        text = f"{_joined(output.get('ename'))}: {_joined(output.get('evalue'))}"
    return COLOURS.sub("", text)


def _joined(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(piece for piece in value if isinstance(piece, str))
    return whole_letters(value) if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
