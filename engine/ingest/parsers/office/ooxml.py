"""The zip package of an office document: its XML parts and how they refer to each other.

Parts are read straight from the zip: a document whose pictures or links are broken still has its
text, and what is unpacked stays bounded. Used by Word, Excel, PowerPoint and OpenDocument.
"""

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from engine.errors import ParseError
from engine.ingest.parsers.files import not_readable
from engine.ingest.parsers.office.docx_xml import attribute, child

MAX_PART_BYTES = 300 * 2**20
"""Largest part of the package once unpacked; a thousand pages of text have about ten MB."""
MAX_RATIO = 500
"""Largest ratio of unpacked to packed size of a part above one MB."""
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, etree.LxmlError,
    UnicodeError, LookupError,
)  # fmt: skip
"""What zipfile and lxml raise for a package that is damaged."""
GENERIC_TITLES = frozenset(
    ["word document", "untitled", "document", "powerpoint presentation", "presentation",
     "untitled presentation", "slide 1", "excel", "workbook", "title"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    kind: str
    """Last word of its type: ``"slide"``, ``"notesSlide"``, ``"footnotes"``, …"""
    target: str
    """Full name of the part in the package; empty where it leads out of it."""


@dataclass(slots=True)
class Package:
    """An opened package."""

    archive: zipfile.ZipFile
    title: str
    """What such a document is called in messages: ``"Word"``."""
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Names are the same part whatever their case, and some programs write backslashes.
        for name in self.archive.namelist():
            self._names.setdefault(name.replace("\\", "/").lower(), name)

    def names(self) -> list[str]:
        return list(self._names.values())

    def _info(self, name: str) -> zipfile.ZipInfo | None:
        found = self._names.get(name.lstrip("/").lower())
        return self.archive.getinfo(found) if found is not None else None

    def xml(self, name: str) -> Any:
        """The root of a part, or ``None`` where the package has none of that name."""
        data = self.data(name)
        if data is None:
            return None
        try:
            return etree.fromstring(data, xml_parser())
        except etree.XMLSyntaxError as error:
            raise damaged(self.title) from error

    def optional_xml(self, name: str) -> Any:
        """As :meth:`xml` for a part that the text can do without: ``None`` where it is broken."""
        try:
            return self.xml(name)
        except (ParseError, *BROKEN):
            return None

    def data(self, name: str) -> bytes | None:
        """A part's bytes, unpacked."""
        info = self._info(name)
        if info is None:
            return None
        bomb = info.file_size > 2**20 and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        if info.file_size > MAX_PART_BYTES or bomb:
            raise too_large()
        with self.archive.open(info) as stream:
            # The header may lie about the size: never read more than it says.
            return stream.read(info.file_size + 1)

    @contextmanager
    def stream(self, name: str) -> Iterator[BinaryIO]:
        """A part to be read piece by piece; the reader keeps the bounds. Raises ParseError."""
        info = self._info(name)
        if info is None:
            raise damaged(self.title)
        with self.archive.open(info) as stream:
            yield stream  # type: ignore[misc]

    def relations(self, part: str) -> dict[str, Relation]:
        """By id: what a part refers to. The package's own relations are those of ``""``."""
        folder, name = posixpath.split(part)
        root = self.optional_xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for relation in root if root is not None else ():
            target = attribute(relation, "Target")
            if attribute(relation, "TargetMode") == "External":
                target = ""
            elif target.startswith("/"):
                target = target[1:]
            else:
                target = posixpath.normpath(posixpath.join(folder, target))
            kind = attribute(relation, "Type").rpartition("/")[2]
            found[attribute(relation, "Id")] = Relation(kind, target)
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """Names of the parts that a part refers to as this kind."""
        return [
            relation.target
            for relation in self.relations(part).values()
            if relation.kind == kind and relation.target
        ]

    def main_part(self, usual: str) -> str:
        found = self.related("", "officeDocument")
        return next((name for name in found if self._info(name)), usual)

    def core_title(self) -> str:
        """The title in the document's properties; empty where it says nothing."""
        names = self.related("", "core-properties") or ["docProps/core.xml"]
        found = child(self.optional_xml(names[0]), "title")
        title = " ".join((found.text or "").split()) if found is not None else ""
        return "" if title.lower() in GENERIC_TITLES else title


def xml_parser() -> etree.XMLParser:
    """Follows nothing: no entities, no network, no definitions from outside."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


@contextmanager
def opened(source: Path | BinaryIO, title: str) -> Iterator[Package]:
    """The package, with the zip's own errors as ParseError."""
    try:
        with zipfile.ZipFile(source) as archive:
            yield Package(archive, title)
    except BROKEN as error:
        raise damaged(title) from error
    except OSError as error:
        raise not_readable(error) from error
    except RuntimeError as error:  # zipfile's word for a password
        if isinstance(error, RecursionError):
            raise damaged(title) from error
        raise ParseError(
            "This document needs a password.",
            "Save a copy without the password and add that.",
            "encrypted",
        ) from error


def damaged(title: str) -> ParseError:
    return ParseError(
        f"This {title} document is damaged and cannot be opened.",
        "Open it in the program it was made with and save it again.",
        "damaged",
    )


def too_large() -> ParseError:
    return ParseError(
        "This document unpacks to far more than a document holds, so it was left unread.",
        "Open it in the program it was made with and save it again if you trust it.",
        "too_large",
    )


def empty() -> ParseError:
    return ParseError("This document has no text.", "", "empty")
