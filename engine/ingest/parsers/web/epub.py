"""EPUB books: what the book says of itself, then a page for each file of its reading order."""

import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote

from lxml import etree

from engine.errors import ParseError
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.office.docx_xml import attribute, name_of
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.parsers.page_builder import PageBuilder
from engine.ingest.parsers.web import html
from engine.types import Heading, Page, ParsedDocument

MAX_PART = 20 * 2**20
MAX_BOOK = 150 * 2**20
MAX_CHAPTERS = 3000
FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
PAGES = (".xhtml", ".html", ".htm", ".xml")
FIELDS = (("creator", "Authors"), ("contributor", "Contributors"), ("publisher", "Publisher"),
          ("date", "Date"), ("language", "Language"), ("subject", "Subjects"),
          ("description", "Description"))  # fmt: skip
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, ValueError)


def parse(path: Path, options: ParseOptions = DEFAULTS) -> ParsedDocument:  # noqa: ARG001
    """Raises ParseError where the book is damaged, copy-protected or empty."""
    check_size(path)
    try:
        with zipfile.ZipFile(path) as package:
            return _Book(package).document(path.stem)
    except OSError as error:
        raise not_readable(error) from error
    except BROKEN as error:
        raise ParseError(
            "This book is damaged and cannot be opened.", "Fetch it anew.", "damaged"
        ) from error
    except RuntimeError as error:  # zipfile's word for a password
        raise _protected() from error


class _Book:
    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self._names = {info.filename: info for info in package.infolist()[:100_000]}
        self._lower = {name.lower(): name for name in self._names}
        self._read_bytes = 0

    def document(self, stem: str) -> ParsedDocument:
        self._check_protection()
        place = self._package_file()
        root = _xml(self._part(place))
        chapters = self._spine(root, place)
        if not chapters:
            chapters = sorted(name for name in self._names if name.lower().endswith(PAGES))
        title, about = _about(root)
        labels = self._labels(root, place)
        pages: list[Page] = []
        if about.text.strip():
            pages.append(replace(about, label="About this book"))
        damaged = 0
        for name in chapters[:MAX_CHAPTERS]:
            try:
                page, own_title = self._chapter(name, len(pages) + 1)
            except (ParseError, RuntimeError, *BROKEN):
                damaged += 1
                continue
            if page.text.strip():
                first = page.headings[0].title if page.headings else ""
                shown = own_title if own_title and own_title != title else ""
                label = labels.get(name) or first or shown or f"Chapter {len(pages) + 1}"
                pages.append(replace(page, label=" ".join(label.split())[:80]))
        if not pages or (len(pages) == 1 and about.text.strip() and damaged):
            raise ParseError("This book has no text.", "", "empty")
        note = f"{damaged} chapters could not be read." if damaged else ""
        return ParsedDocument("epub", title or stem, tuple(pages), (), note)

    def _part(self, name: str) -> bytes:
        found = name if name in self._names else self._lower.get(name.lower(), "")
        if not found:
            return b""
        with self._package.open(self._names[found]) as stream:
            data = stream.read(MAX_PART + 1)
        self._read_bytes += len(data)
        if len(data) > MAX_PART or self._read_bytes > MAX_BOOK:
            raise ParseError("This book is too large once unpacked.", "", "too_large")
        return data

    def _check_protection(self) -> None:
        """Some books only disguise their fonts; others are locked to one reader."""
        root = _xml(self._part("META-INF/encryption.xml"))
        if root is not None:
            for element in root.iter():
                kind = (
                    attribute(element, "Algorithm")
                    if name_of(element) == "EncryptionMethod"
                    else ""
                )
                parent = element.getparent()
                data = parent is not None and name_of(parent) == "EncryptedData"
                if kind and data and kind not in FONTS_ONLY:
                    raise _protected()
        if "META-INF/rights.xml" in self._names and "META-INF/encryption.xml" in self._names:
            raise _protected()

    def _package_file(self) -> str:
        root = _xml(self._part("META-INF/container.xml"))
        if root is not None:
            for element in root.iter():
                if name_of(element) == "rootfile" and attribute(element, "full-path"):
                    return unquote(attribute(element, "full-path"))
        return next((name for name in self._names if name.lower().endswith(".opf")), "")

    def _spine(self, root: Any, place: str) -> list[str]:
        if root is None:
            return []
        files: dict[str, tuple[str, str]] = {}
        order: list[str] = []
        for element in root.iter():
            name = name_of(element)
            if name == "item":
                files[attribute(element, "id")] = (
                    _resolved(place, attribute(element, "href")),
                    attribute(element, "properties"),
                )
            elif name == "itemref":
                order.append(attribute(element, "idref"))
        found = [files[key][0] for key in order if key in files and files[key][1] != "nav"]
        return list(dict.fromkeys(found))

    def _labels(self, root: Any, place: str) -> dict[str, str]:
        """Titles from the table of contents, by file: the first that points at it."""
        labels: dict[str, str] = {}
        if root is None:
            return labels
        for item in [element for element in root.iter() if name_of(element) == "item"]:
            kind = attribute(item, "media-type")
            nav = "nav" in attribute(item, "properties").split()
            if kind != "application/x-dtbncx+xml" and not nav:
                continue
            toc = _resolved(place, attribute(item, "href"))
            try:
                tree = _xml(self._part(toc))
            except (ParseError, RuntimeError, *BROKEN):
                continue
            for target, label in _entries(tree):
                labels.setdefault(_resolved(toc, target), label)
        return labels

    def _chapter(self, name: str, number: int) -> tuple[Page, str]:
        builder = PageBuilder()
        title = html.fill(html.text_of(self._part(name), "utf-8"), builder)
        return builder.page(number), title


def _entries(tree: Any) -> list[tuple[str, str]]:
    """(file, title) of an NCX or a navigation page, in its order."""
    found: list[tuple[str, str]] = []
    if tree is None:
        return found
    label = ""
    for element in tree.iter():
        name = name_of(element)
        if name == "text":
            label = " ".join("".join(element.itertext()).split())
        elif name == "content" and label:
            found.append((attribute(element, "src"), label))
        elif name == "a" and attribute(element, "href"):
            found.append(
                (attribute(element, "href"), " ".join("".join(element.itertext()).split()))
            )
    return [(target.partition("#")[0], label) for target, label in found if label]


def _about(root: Any) -> tuple[str, Page]:
    """The title and a page of what else the book says of itself."""
    values: dict[str, list[str]] = {}
    if root is not None:
        for element in root.iter():
            text = " ".join("".join(element.itertext()).split()) if len(element) == 0 else ""
            if text and name_of(element) in ("title", *(name for name, _ in FIELDS)):
                values.setdefault(name_of(element), []).append(text)
    title = values.get("title", [""])[0]
    if not any(name in values for name in ("creator", "description", "publisher")):
        return title, Page(1, "")
    lines = [title] if title else []
    for name, shown in FIELDS:
        if name in values:
            text = ", ".join(values[name])
            if "<" in text:
                text = html.fragment_text(text)
            lines.append(f"{shown}: {text}")
    headings = (Heading(0, 1, title),) if title else ()
    return title, Page(1, "\n".join(lines), headings)


def _resolved(place: str, target: str) -> str:
    """A path inside the book, from the file that names it; never outside it."""
    return normpath(join(dirname(place), unquote(target.partition("#")[0]))).lstrip("/")


def _xml(data: bytes) -> Any:
    if not data.strip():
        return None
    parser = etree.XMLParser(
        recover=True, no_network=True, load_dtd=False, huge_tree=False, resolve_entities=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _protected() -> ParseError:
    return ParseError(
        "This book is copy-protected and can be read only by the program it was bought for.",
        "",
        "encrypted",
    )
