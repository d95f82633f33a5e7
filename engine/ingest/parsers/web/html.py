"""HTML: the text that a reader of the page would see."""

import re
from pathlib import Path
from typing import Any

import lxml.html
from lxml import etree

from engine.errors import ParseError
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.files import MAX_TEXT_BYTES, read_bytes
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder, squeeze
from engine.ingest.parsers.web.flat_html import flattened
from engine.types import Page, ParsedDocument

SKIPPED = frozenset(
    re.findall(
        r"\w+",
        "script style noscript template head svg math iframe object embed audio video canvas "
        "select datalist input textarea button map area meta link title",
    )
)
BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body center dd details dialog div dl dt fieldset "
        "figcaption figure footer form header hr html legend main nav ol p section summary ul "
        "caption",
    )
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.I)
XHTML = re.compile(r"<\?xml\b|www\.w3\.org/1999/xhtml|//DTD XHTML", re.IGNORECASE)
CLOSED_AT_ONCE = re.compile(
    r"<(title|script|style|a|div|span|p|i|b|em|strong|td|th|tr|table|li|ul|ol|h[1-6]|section|iframe"
    r"|canvas|object|textarea|select|small|sup|sub|code|pre|dl|dt|dd)((?:\s[^<>]*?)?)/>",
    re.IGNORECASE,
)
RAISED = re.compile(r"[-+\u2212]?\d+|[a-z]")
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where nothing of the page would be seen."""
    return read(read_bytes(path, MAX_TEXT_BYTES), path.stem)


def read(data: bytes, stem: str, declared: str = "") -> ParsedDocument:
    """A page from its bytes; ``declared`` is the encoding that whoever sent it named."""
    root = _tree(text_of(data, declared))
    if root is None:
        raise ParseError("This web page has no text.", "", "empty")
    builder = PageBuilder()
    _Reader(builder).read(root)
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This web page has no text.", "", "empty")
    return ParsedDocument("html", _title(root) or _first_heading(page) or stem, (page,))


def text_of(data: bytes, declared: str = "") -> str:
    """The page's source. Raises ParseError where the bytes are no text."""
    if not declared:
        found = CHARSET.search(data[:4096])
        declared = found.group(1).decode("ascii") if found else ""
    text = decode(data, declared)
    if text is None:
        raise ParseError("This HTML file is damaged.", "", "damaged")
    return text


def fill(source: str, builder: PageBuilder) -> str:
    """Hand the blocks of a page to a builder; returns the page's title."""
    root = _tree(source)
    if root is None:
        return ""
    _Reader(builder).read(root)
    return _title(root)


def _title(root: Any) -> str:
    named = root.find(".//title")
    return squeeze(named.text or "").replace("\n", " ") if named is not None else ""


def _first_heading(page: Page) -> str:
    return page.headings[0].title if page.headings else ""


def fragment_text(source: str) -> str:
    """The visible text of a piece of HTML, as it stands inside Markdown."""
    root = _tree(source)
    if root is None:
        return ""
    builder = PageBuilder()
    _Reader(builder).read(root)
    return builder.page().text


def _tree(text: str) -> Any:
    # Bounded by libxml2 itself: depth of nesting and size of a text node; no network, no DTD.
    parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
    text = text.replace("\0", "")
    if XHTML.search(text[:2000]):  # an HTML reader takes no notice of the slash
        text = CLOSED_AT_ONCE.sub(r"<\1\2></\1>", text)
    text = XML_DECLARATION.sub("", text)
    try:
        root = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
        if any("depth" in error.message for error in parser.error_log):
            flat = flattened(text).encode("utf-8", "replace")
            return lxml.html.document_fromstring(flat, parser=parser)
        return root
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


class _Reader:
    """Walks the tree and hands its blocks to the builder."""

    def __init__(self, builder: PageBuilder) -> None:
        self._builder = builder
        self._inline: list[str] = []
        self._marker = ""
        self._lists: list[int | None] = []
        """For each open list the number of its next item; ``None`` for bullets."""

    def read(self, root: Any) -> None:
        self._element(root)
        self._flush()

    def _flush(self) -> None:
        text = squeeze("".join(self._inline))
        self._inline.clear()
        if not text:
            return
        if self._lists:
            self._builder.item("  " * (len(self._lists) - 1) + self._marker + text)
            self._marker = ""
        else:
            self._builder.paragraph(text)

    def _text(self, text: str | None) -> None:
        if text:
            self._inline.append(re.sub(r"\s+", " ", text))

    def _children(self, element: Any) -> None:
        self._text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self._element(child)
            self._text(child.tail)

    def _element(self, element: Any) -> None:
        tag = element.tag.lower()
        if tag in SKIPPED or _hidden(element):
            if tag in ("html", "body"):
                self._children(element)
            return
        if tag == "br":
            self._inline.append("\n")
        elif tag == "img":
            self._text(element.get("alt"))
        elif tag == "sup":
            self._text(raised("".join(self._inline[-1:]), _flat(element)))
        elif tag in HEADINGS:
            self._flush()
            self._builder.heading(HEADINGS[tag], _flat(element))
        elif tag == "pre":
            self._flush()
            self._builder.verbatim("".join(element.itertext()))
        elif tag == "table":
            self._table(element)
        elif tag in ("ul", "ol", "menu"):
            self._list(element, ordered=tag == "ol")
        elif tag == "li":
            self._flush()
            self._marker = self._next_marker()
            self._children(element)
            self._flush()
        elif tag in BLOCKS:
            self._flush()
            self._children(element)
            self._flush()
        else:
            self._children(element)

    def _list(self, element: Any, *, ordered: bool) -> None:
        self._flush()
        start = element.get("start", "1")
        self._lists.append((int(start) if start.isdecimal() else 1) if ordered else None)
        self._children(element)
        self._flush()
        self._lists.pop()
        if not self._lists:
            self._builder.end_group()

    def _next_marker(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "• "
        number = self._lists[-1]
        self._lists[-1] = number + 1
        return f"{number}. "

    def _table(self, table: Any) -> None:
        self._flush()
        for part in table.iterchildren("caption"):
            self._builder.paragraph(_flat(part))
        for row in _rows(table):
            cells = [cell for cell in row.iterchildren("td", "th") if not _hidden(cell)]
            if _for_layout(cells):
                for cell in cells:
                    self._children(cell)
                    self._flush()
            else:
                self._builder.row([_flat(cell) for cell in cells])
        self._builder.end_group()


def _rows(table: Any) -> list[Any]:
    rows: list[Any] = []
    for part in table:
        if part.tag == "tr":
            rows.append(part)
        elif part.tag in ("thead", "tbody", "tfoot") and not _hidden(part):
            rows.extend(row for row in part if row.tag == "tr")
    return [row for row in rows if not _hidden(row)]


def _for_layout(cells: list[Any]) -> bool:
    """Whether a row only places blocks side by side, as old pages do."""
    return any(
        next(cell.iter("table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "p"), None)
        is not None
        and len(_flat(cell)) > 120
        for cell in cells
    )


def _flat(element: Any) -> str:
    """All visible text of an element as one line."""
    pieces: list[str] = []

    def collect(part: Any) -> None:
        pieces.append(part.text or "")
        for child in part:
            if isinstance(child.tag, str) and child.tag not in SKIPPED and not _hidden(child):
                if child.tag == "img":
                    pieces.append(child.get("alt", ""))
                parted = child.tag in BLOCKS or child.tag in ("br", "li", "td", "th", "tr")
                pieces.append(" " if parted else "")
                if child.tag == "sup":
                    before = next((piece for piece in reversed(pieces) if piece), "")
                    pieces.append(raised(before, _flat(child)))
                else:
                    collect(child)
                pieces.append(" " if parted else "")
            pieces.append(child.tail or "")

    collect(element)
    return squeeze(" ".join("".join(pieces).split()))


def raised(before: str, text: str) -> str:
    """Superscript as plain text: ``10^6`` is not 106, and a note's mark is no part of its word."""
    return f"^{text}" if RAISED.fullmatch(text) and before[-1:].isalnum() else text


def _hidden(element: Any) -> bool:
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    return HIDDEN_STYLE.search(element.get("style") or "") is not None
