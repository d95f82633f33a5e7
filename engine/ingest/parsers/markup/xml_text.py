"""XML of any kind: fields as ``name: value``, prose as paragraphs, titles as headings.

No tree is built, no DTD is fetched, entities from outside stay unread and those defined inside
are bounded by libxml2.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from engine.errors import ParseError
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.files import MAX_TEXT_BYTES, read_bytes
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder, squeeze
from engine.ingest.parsers.web.html import fragment_text
from engine.types import ParsedDocument

MAX_ELEMENTS = 1_000_000
MAX_DEPTH = 250
TITLES = frozenset(
    re.findall(
        r"\S+",
        "title head heading headline h1 h2 h3 h4 h5 h6 article-title chapter-title "
        "invention-title document-title book-title topic-title sectiontitle",
    )
)
INLINE = frozenset(
    re.findall(
        r"\S+",
        "a abbr b big bold br cite code del em emph emphasis font foreign hi i ins italic kbd "
        "link lb literal mark q quote ref r s sc seg small span strike strong sub subscript "
        "sup superscript t tspan tt u underline var w xref ulink u8 o claim-ref figref",
    )
)
PROSE = frozenset(
    re.findall(
        r"\S+",
        "p para paragraph simpara text line v l li item listitem td th entry desc abstract "
        "caption summary body content note subtitle label claim-text annotation value #text",
    )
)
SKIPPED = frozenset(
    re.findall(
        r"\S+",
        "style script stylesheet bindata binary imagedata instrtext metadata-binary",
    )
)
DULL = frozenset(
    re.findall(
        r"\S+",
        "id class style lang space num role idref xmlns base type schemalocation version href "
        "src width height x y transform fill stroke d viewbox rev rel",
    )
)
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']?([\w.:-]+)", re.I)
MARKUP = re.compile(r"</?(?:p|br|div|a|ul|ol|li|img|span|b|i|em|strong|h\d|table)\b[^>]*>", re.I)


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where it is no text or holds no words."""
    builder = PageBuilder()
    reader = Reader(builder)
    feed(source_of(path), reader)
    page = builder.page()
    if not page.text.strip():
        raise ParseError("This XML file holds no text.", "", "empty")
    title = page.headings[0].title if page.headings and page.headings[0].start < 300 else path.stem
    note = f"Only the first {MAX_ELEMENTS:,} elements were read." if reader.full else ""
    return ParsedDocument("xml", title, (page,), (), note)


def source_of(path: Path) -> str:
    """The file's text without its XML declaration. Raises ParseError where it is none."""
    data = read_bytes(path, MAX_TEXT_BYTES)
    declared = ENCODING.search(data[:1000])
    text = decode(data, declared.group(1).decode("ascii") if declared else "")
    if text is None:
        raise ParseError("This XML file is damaged.", "", "damaged")
    return DECLARATION.sub("", text.replace("\0", "")).strip()


def feed(source: str, target: Any) -> None:
    """Read a text through a parser target as far as it goes."""
    parser = etree.XMLParser(
        target=target, recover=True, no_network=True, load_dtd=False, huge_tree=False,
        encoding="utf-8", remove_pis=True, remove_comments=True,
    )  # fmt: skip
    data = source.encode("utf-8", "replace")
    try:
        for at in range(0, len(data), 65_536):
            parser.feed(data[at : at + 65_536])
        parser.close()
    except (etree.XMLSyntaxError, etree.ParserError, Full):
        pass  # what was read so far stands


class Full(Exception):  # noqa: N818
    """Enough was read."""


@dataclass(slots=True)
class _Open:
    """An element that has not ended yet."""

    name: str
    attributes: list[tuple[str, str]]
    pieces: list["str | _Field"] = field(default_factory=list)


@dataclass(slots=True)
class _Field:
    """An element that has ended, with the lines it makes: ``kind`` says how they are set."""

    name: str
    text: str = ""
    inner: "list[str | _Field]" = field(default_factory=list)
    attributes: list[tuple[str, str]] = field(default_factory=list)


class Reader:
    """A parser target: collects an element until it ends, then writes it."""

    def __init__(self, builder: PageBuilder) -> None:
        self.full = False
        self._builder = builder
        self._open: list[_Open] = []
        self._count = 0
        self._skipping = 0
        self._deeper = 0
        self._picture = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        self._count += 1
        if self._count > MAX_ELEMENTS:
            self.full = True
            raise Full
        if not self._open and not self._skipping:
            self._picture = name == "svg"
        if self._skipping or name.lower() in SKIPPED:
            self._skipping += 1
            return
        if len(self._open) > MAX_DEPTH:
            self._deeper += 1  # its words count as those of what it lies in
            return
        kept = [] if self._picture else [
            (_local(key), value) for key, value in attributes.items()
            if value.strip() and len(value) <= 200 and _local(key).lower() not in DULL
        ]  # fmt: skip
        self._open.append(_Open(name, kept))

    def data(self, data: str) -> None:
        if self._open and not self._skipping:
            self._open[-1].pieces.append(data)

    def end(self, tag: str) -> None:  # noqa: ARG002
        if self._skipping:
            self._skipping -= 1
            return
        if self._deeper:
            self._deeper -= 1
            if self._open and self._open[-1].pieces:
                self._open[-1].pieces.append(" ")
            return
        if not self._open:
            return
        ended = self._open.pop()
        done = _settle(ended)
        if done is None:
            return
        if not self._open:
            self._write(done, 1)
        elif len(self._open) == 1 and not _has_words(self._open[0].pieces):
            self._write(done, 2)  # at once, so that a long list does not gather in memory
        else:
            self._open[-1].pieces.append(done)

    def close(self) -> None:
        self._deeper = 0
        while self._open:  # the file was cut off
            self.end(self._open[-1].name)

    def _write(self, element: _Field, depth: int) -> None:
        """Set an element's lines. Depth is bounded by MAX_DEPTH."""
        name = element.name.lower()
        if element.text:
            text = fragment_text(element.text) if MARKUP.search(element.text) else element.text
            if name in TITLES and len(text) <= 300:
                self._builder.heading(min(depth, 6), text)
            elif name in PROSE or name in INLINE or self._picture:
                self._builder.paragraph(text)
            else:
                extra = "; ".join(f"{key}: {value}" for key, value in element.attributes[:4])
                self._builder.item(f"{element.name}: {text}" + (f" ({extra})" if extra else ""))
            return
        fields = [piece for piece in element.inner if isinstance(piece, _Field)]
        words = TITLES | PROSE | INLINE
        plain = (
            all(child.text for child in fields)
            and name not in PROSE
            and (any(child.name.lower() not in words for child in fields))
        )
        if (plain or element.attributes) and depth > 1:
            self._builder.end_group()
            self._builder.item(element.name)
        for key, value in element.attributes:
            self._builder.item(f"{key}: {value}")
        for piece in element.inner:
            if isinstance(piece, _Field):
                self._write(piece, depth + 1)
            else:
                self._builder.paragraph(piece)
        self._builder.end_group()


def _settle(ended: _Open) -> _Field | None:
    """The element as a text where it is one, else with what it holds."""
    mixed = _has_words(ended.pieces)
    fields = [piece for piece in ended.pieces if isinstance(piece, _Field)]
    if not fields or all(
        child.text and (mixed or child.name.lower() in INLINE) and len(child.text) < 2000
        for child in fields
    ):
        text = squeeze(" ".join("".join(_flat(piece) for piece in ended.pieces).split()))
        if text:
            return _Field(ended.name, text, attributes=ended.attributes)
        return _Field(ended.name, attributes=ended.attributes) if ended.attributes else None
    inner: list[str | _Field] = []
    for piece in ended.pieces:
        if isinstance(piece, _Field):
            inner.append(piece)
        elif piece.strip():
            if inner and isinstance(inner[-1], str):
                inner[-1] += piece
            else:
                inner.append(piece)
    return _Field(ended.name, inner=inner, attributes=ended.attributes)


def _flat(piece: "str | _Field") -> str:
    if isinstance(piece, str):
        return piece
    apart = piece.name.lower() not in INLINE
    return f" {piece.text} " if apart else piece.text


def _has_words(pieces: "list[str | _Field]") -> bool:
    return any(isinstance(piece, str) and piece.strip() for piece in pieces)


def _local(tag: str) -> str:
    return str(tag).rpartition("}")[2]
