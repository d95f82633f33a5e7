"""Which format a file has: by what it holds first, by its name where the content leaves it open.

A file named ``.txt`` that holds a PDF is read as a PDF.
"""

import re
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers import containers
from engine.ingest.parsers.archives.archive_tar import is_tar_head
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.formats import BY_SUFFIX, BY_TYPE, FORMATS, FileFormat

HEAD_BYTES = 8192
PDF_OBJECT = re.compile(rb"\d \d+ obj\b")
LOCK_SIZES = (162, 165)
"""Bytes of the file that Word and Excel put beside one that is open; it holds a user's name."""
ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")


def detect(path: Path) -> FileFormat:
    """Format of a file, with or without a parser.

    Raises ParseError where the file is empty, too large, cannot be read or is no document.
    """
    size = check_size(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise not_readable(error) from error
    suffix = path.suffix.lower()
    if size in LOCK_SIZES and _is_lock(head):
        raise ParseError(
            "This is no document but a mark that an office program leaves beside an open one.",
            "",
            "unsupported",
        )
    if b"%PDF-" in head[:1024] or (suffix == ".pdf" and PDF_OBJECT.search(head)):
        return BY_TYPE["pdf"]
    if head.startswith(ZIP_MAGIC):
        return containers.zipped(path, suffix)
    if head.startswith(containers.OLE_MAGIC):
        return containers.ole(path, suffix)
    for row in FORMATS:
        for offset, magic in row.magic:
            if head.startswith(magic, offset) and not _is_plain(head, magic):
                return row
    if is_tar_head(head):
        return BY_TYPE["tar"]
    return textual(head, suffix)


def _is_lock(head: bytes) -> bool:
    """The name's length, the name, and the same again with two bytes a letter."""
    length = head[0]
    return 0 < length < 54 and head[54:56] in (bytes((length, 0)), b"  ") and head[1] >= 0x20


def unsupported(name: str) -> ParseError:
    return ParseError(f"{name} files are not supported yet.", "", "unsupported")


def _is_plain(head: bytes, magic: bytes) -> bool:
    """A short mark of letters (BM, MZ, ID3, …) may also begin a sentence."""
    return magic.isalnum() and b"\0" not in head and decode(head) is not None


def textual(head: bytes, suffix: str) -> FileFormat:
    """Format of a file without a binary mark, from its first bytes."""
    text = decode(head)
    if text is None and len(head) == HEAD_BYTES:
        text = decode(head[: HEAD_BYTES - 4])
    named = BY_SUFFIX.get(suffix)
    if text is None:
        if named is not None and named.parser and not named.text:
            raise ParseError(
                f"This file is named {suffix} but holds something else or is damaged.",
                "Fetch it anew from where it came.",
                "damaged",
            )
        if named is not None and named.parser:
            raise ParseError("This file holds no text that can be read.", "", "unsupported")
        raise unsupported(named.title if named else suffix.lstrip(".").upper() or "Binary")
    for row in FORMATS:
        if row.sniff is not None and row.sniff(text):
            return row
    if named is not None and named.text:
        return named
    for row in FORMATS:
        if row.guess is not None and row.guess(text):
            return row
    return BY_TYPE["text"]
