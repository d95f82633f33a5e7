"""FictionBook (.fb2): what the book says of itself, then a page for each of its chapters."""

import re
from pathlib import Path
from typing import Any

from lxml import etree

from engine.errors import ParseError
from engine.ingest.parsers.markup.xml_text import source_of
from engine.ingest.parsers.office.docx_xml import child, children, name_of
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.types import Page, ParsedDocument

MAX_BOOK = 20_000_000
"""Characters without pictures; the longest novels have about ten million."""
MAX_DEPTH = 60
BINARY = re.compile(r"<binary\b[^>]*>[^<]*</binary>", re.IGNORECASE)
FIELDS = (("author", "Authors"), ("translator", "Translators"), ("genre", "Genre"),
          ("date", "Date"), ("sequence", "Series"), ("lang", "Language"))  # fmt: skip


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the book is damaged or empty."""
    source = BINARY.sub("", source_of(path))
    if len(source) > MAX_BOOK:
        raise ParseError("This book is too large to be read.", "Split it.", "too_large")
    parser = etree.XMLParser(
        recover=True, no_network=True, load_dtd=False, huge_tree=False, encoding="utf-8",
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise ParseError("This book is damaged.", "", "damaged") from error
    if root is None:
        raise ParseError("This book is damaged.", "", "damaged")
    pages: list[Page] = []
    about, title = _about(root)
    _add(pages, about, "About this book")
    for body in children(root, "body"):
        _body(body, pages)
    if not pages:
        raise ParseError("This book has no text.", "", "empty")
    return ParsedDocument("fb2", title or path.stem, tuple(pages))


def _about(root: Any) -> tuple[PageBuilder, str]:
    builder = PageBuilder()
    info = child(child(root, "description"), "title-info")
    if info is None:
        return builder, ""
    title = _words(child(info, "book-title"))
    builder.heading(1, title)
    for name, shown in FIELDS:
        found = [_words(part) or str(part.get("name") or "") for part in children(info, name)]
        if any(found):
            builder.item(f"{shown}: {', '.join(value for value in found if value)}")
    builder.end_group()
    annotation = child(info, "annotation")
    if annotation is not None:
        _blocks(annotation, builder, 2, 0)
    return builder, title


def _body(body: Any, pages: list[Page]) -> None:
    """The chapters are the outermost sections, or those inside a lone one."""
    sections = children(body, "section")
    opening = PageBuilder()
    for part in body:
        if name_of(part) != "section":
            _block(part, opening, 1, 0)
    _add(pages, opening, "")
    for section in sections:
        inner = children(section, "section")
        if len(sections) == 1 and len(inner) > 1:
            start = PageBuilder()
            for part in section:
                if name_of(part) != "section":
                    _block(part, start, 1, 0)
            _add(pages, start, "")
            sections_here, level = inner, 2
        else:
            sections_here, level = [section], 1
        for chapter in sections_here:
            builder = PageBuilder()
            _blocks(chapter, builder, level, 0)
            _add(pages, builder, _words(child(chapter, "title")))


def _add(pages: list[Page], builder: PageBuilder, label: str) -> None:
    number = len(pages) + 1
    page = builder.page(number)
    if page.text.strip():
        label = label or (page.headings[0].title if page.headings else "")
        pages.append(Page(number, page.text, page.headings, label[:80] or f"Chapter {number}"))


def _blocks(element: Any, builder: PageBuilder, level: int, depth: int) -> None:
    if depth < MAX_DEPTH:
        for part in element:
            _block(part, builder, level, depth)


def _block(part: Any, builder: PageBuilder, level: int, depth: int) -> None:
    name = name_of(part)
    if name == "title":
        builder.heading(min(level, 6), _words(part))
    elif name == "subtitle":
        builder.heading(min(level + 1, 6), _words(part))
    elif name == "section":
        _blocks(part, builder, level + 1, depth + 1)
    elif name == "tr":
        builder.row([_words(cell) for cell in part if name_of(cell) in ("td", "th")])
    elif name == "v":
        builder.item(_words(part))
    elif name in ("p", "text-author", "date"):
        builder.paragraph(_words(part))
        if name == "p":
            builder.end_group()
    elif name in ("stanza", "table"):
        builder.end_group()
        _blocks(part, builder, level + 1, depth + 1)
        builder.end_group()
    elif name not in ("image", "empty-line", "binary"):
        _blocks(part, builder, level + 1, depth + 1)


def _words(element: Any) -> str:
    """All text of an element on one line; paragraphs inside it parted by a space."""
    if element is None:
        return ""
    pieces = []
    for part in element.iter():
        if part.text and isinstance(part.tag, str):
            pieces.append((" " if name_of(part) in ("p", "v") else "") + part.text)
        apart = name_of(part).endswith("-name") or name_of(part) in ("p", "v", "nickname")
        if part is not element:
            pieces.append((" " if apart else "") + (part.tail or ""))
    return " ".join("".join(pieces).split())
