"""Which format a file has: by what it holds first, by its name where the content leaves it open.

A file named ``.txt`` that holds a PDF is read as a PDF.
"""

import re
import zipfile
from pathlib import Path
from typing import Literal

from engine.errors import ParseError
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.files import check_size, not_readable

Format = Literal["pdf", "docx", "markdown", "html", "text"]

SUFFIXES: dict[str, Format] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".docm": "docx",
    ".dotx": "docx",
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".mkd": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".log": "text",
}
HEAD_BYTES = 8192

MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"{\\rtf", "RTF"),
    (0, b"\x89PNG", "Picture"),
    (0, b"\xff\xd8\xff", "Picture"),
    (0, b"GIF8", "Picture"),
    (0, b"BM", "Picture"),
    (0, b"II*\0", "Picture"),
    (0, b"MM\0*", "Picture"),
    (8, b"WEBP", "Picture"),
    (4, b"ftyp", "Video and sound"),
    (0, b"ID3", "Sound"),
    (0, b"OggS", "Sound"),
    (0, b"fLaC", "Sound"),
    (8, b"WAVE", "Sound"),
    (0, b"\x1f\x8b", "Compressed"),
    (0, b"BZh", "Compressed"),
    (0, b"\xfd7zXZ", "Compressed"),
    (0, b"7z\xbc\xaf\x27\x1c", "Compressed"),
    (0, b"Rar!", "Compressed"),
    (257, b"ustar", "TAR archive"),
    (0, b"\x7fELF", "Program"),
    (0, b"MZ", "Program"),
    (0, b"SQLite format 3\0", "SQLite database"),
    (0, b"AT&TFORM", "DjVu"),
    (0, b"ITSF", "CHM help"),
    (0, b"!BDN", "Outlook mailbox"),
    (0, b"%!PS", "PostScript"),
    (60, b"BOOKMOBI", "Kindle book"),
    (0, b"\xffWPC", "WordPerfect"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_STREAMS = (
    ("__substg1.0_", "Outlook message"),
    ("WordDocument", "Old Word (.doc)"),
    ("Workbook", "Old Excel (.xls)"),
    ("Book", "Old Excel (.xls)"),
    ("PowerPoint Document", "Old PowerPoint (.ppt)"),
    ("FileHeader", "Hangul (.hwp)"),
)
ZIPPED = (
    ("xl/", "Excel"),
    ("ppt/", "PowerPoint"),
    ("Index/Document.iwa", "Apple iWork"),
    ("index.apxl", "Apple iWork"),
    ("Documents/1/FixedDoc", "XPS"),
    ("FixedDocSeq.fdseq", "XPS"),
)
MIMETYPES = (
    ("epub", "EPUB book"),
    ("opendocument.text", "OpenDocument text"),
    ("opendocument.spreadsheet", "OpenDocument spreadsheet"),
    ("opendocument.presentation", "OpenDocument presentation"),
)
NAMED_TEXT = {
    ".csv": "CSV",
    ".tsv": "TSV",
    ".json": "JSON",
    ".jsonl": "JSON",
    ".ipynb": "Jupyter notebook",
    ".xml": "XML",
    ".fb2": "FictionBook",
    ".svg": "Picture",
    ".eml": "Mail",
    ".mbox": "Mailbox",
    ".mhtml": "Web archive",
    ".mht": "Web archive",
    ".rtf": "RTF",
    ".fodt": "OpenDocument",
}
"""Text formats whose content read as plain text would mislead."""

HTML_START = re.compile(
    # Atomic: a file of nothing but comments must not be tried in every partition.
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?>(?>(?:<!--.*?-->)\s*+)*+)<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
PDF_OBJECT = re.compile(rb"\d \d+ obj\b")
XML_START = re.compile(r"\s*<\?xml\b")


def detect(path: Path) -> Format:
    """Format of a file. Raises ParseError where it is none that can be read yet."""
    check_size(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise not_readable(error) from error
    if b"%PDF-" in head[:1024] or (path.suffix.lower() == ".pdf" and PDF_OBJECT.search(head)):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if head.startswith(OLE):
        raise _ole(path)
    for offset, magic, name in MAGIC:
        if head[offset:].startswith(magic) and not _is_plain(head, magic):
            raise unsupported(name)
    return _textual(path, head)


def unsupported(name: str) -> ParseError:
    return ParseError(f"{name} files are not supported yet.", "", "unsupported")


def _is_plain(head: bytes, magic: bytes) -> bool:
    """A short mark of letters (BM, MZ, ID3, …) may also begin a sentence."""
    return magic.isalnum() and b"\0" not in head and decode(head) is not None


def _zipped(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            mimetype = package.read("mimetype")[:200] if "mimetype" in names else b""
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError) as error:
        if path.suffix.lower() in (".docx", ".docm", ".dotx"):
            raise ParseError(
                "This Word document is damaged and cannot be opened.",
                "Open it in a word processor and save it again.",
                "damaged",
            ) from error
        raise unsupported("Compressed") from error
    except RuntimeError as error:  # zipfile's word for a password
        raise unsupported("Compressed") from error
    if any(name.startswith("word/") for name in names):
        return "docx"
    for mark, name in MIMETYPES:
        if mark.encode() in mimetype:
            raise unsupported(name)
    for start, name in ZIPPED:
        if any(entry.startswith(start) for entry in names):
            raise unsupported(name)
    raise unsupported("Compressed")


def _ole(path: Path) -> ParseError:
    """Old Office files and encrypted new ones share a container; its streams tell which."""
    try:
        with path.open("rb") as stream:
            data = stream.read(8 * 2**20)
    except OSError as error:
        return not_readable(error)
    if "EncryptedPackage".encode("utf-16-le") in data:
        return ParseError(
            "This document needs a password.",
            "Save a copy without the password and add that.",
            "encrypted",
        )
    for stream_name, name in OLE_STREAMS:
        if stream_name.encode("utf-16-le") in data:
            return unsupported(name)
    return unsupported("Old Office")


def _textual(path: Path, head: bytes) -> Format:
    suffix = path.suffix.lower()
    text = decode(head)
    if text is None and len(head) == HEAD_BYTES:
        text = decode(head[: HEAD_BYTES - 4])
    if text is None:
        named = suffix.lstrip(".").upper()
        if SUFFIXES.get(suffix) in ("pdf", "docx"):
            raise ParseError(
                f"This file is named .{named.lower()} but holds something else or is damaged.",
                "Fetch it anew from where it came.",
                "damaged",
            )
        raise unsupported(named if named and suffix not in SUFFIXES else "Binary")
    if HTML_START.match(text):
        return "html" if suffix not in (".mhtml", ".mht", ".eml") else _named(suffix)
    if suffix in NAMED_TEXT:
        raise unsupported(NAMED_TEXT[suffix])
    named_format = SUFFIXES.get(suffix)
    if named_format in ("markdown", "html"):
        return named_format
    if XML_START.match(text) and suffix not in (".txt", ".text", ".log"):
        raise unsupported("XML")
    return "text"


def _named(suffix: str) -> Format:
    raise unsupported(NAMED_TEXT[suffix])
