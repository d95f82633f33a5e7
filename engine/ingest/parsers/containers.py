"""What kind of document a zip or an OLE2 file is, told by the names of what lies in it."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO
from xml.sax import saxutils

import olefile

from engine.errors import ParseError
from engine.ingest.parsers.files import not_readable
from engine.ingest.parsers.formats import BY_SUFFIX, BY_TYPE, FORMATS, FileFormat

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROTECTED = "protected"
"""The stream names of an encrypted package of Office 2007 and later."""
ENCRYPTED_STREAMS = ("EncryptedPackage", "EncryptionInfo")
IWORK = tuple(BY_TYPE[name] for name in ("pages", "keynote", "numbers"))
MAX_TYPES_BYTES = 4 * 2**20
LOST_ROOT_BYTES = 8 * 2**20
"""Of an OLE2 file with a broken directory this much is looked through for names."""


def zipped(source: Path | BinaryIO, suffix: str) -> FileFormat:
    """Format of a zip. Raises ParseError where it is a document that cannot be opened."""
    try:
        with zipfile.ZipFile(source) as package:
            names = package.namelist()
            mimetype = _start(package, "mimetype", 200).strip().lower()
            types = _start(package, "[Content_Types].xml", MAX_TYPES_BYTES).lower()
    except (
        zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, LookupError, struct.error,
    ) as error:  # fmt: skip
        raise damaged_zip(suffix) from error
    except OSError as error:
        raise not_readable(error) from error
    return _by_mimetype(mimetype) or _by_types(types) or _by_members(names, suffix)


def _start(package: zipfile.ZipFile, name: str, limit: int) -> str:
    try:
        with package.open(name) as stream:
            return stream.read(limit).decode("utf-8", "replace")
    except (KeyError, RuntimeError, OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile):
        # RuntimeError is zipfile's word for a password; the other names still tell the kind.
        return ""


def _by_mimetype(mimetype: str) -> FileFormat | None:
    for row in FORMATS:
        if mimetype and any(mimetype.startswith(start) for start in row.mimetypes):
            return row
    return None


def _by_types(types: str) -> FileFormat | None:
    """The format whose main part is declared first: a workbook may lie inside a document."""
    found = [
        (place, row)
        for row in FORMATS
        for mark in row.content_types
        if (place := types.find(saxutils.escape(mark))) >= 0
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _by_members(names: list[str], suffix: str) -> FileFormat:
    named = BY_SUFFIX.get(suffix)
    for row in FORMATS:
        if any(name.startswith(row.members) for name in names if row.members):
            # The three programs of iWork lay their files out alike.
            return named if row.type == "iwork" and named in IWORK else row
    if any(name.endswith(("/Index.zip", ".key/", ".pages/", ".numbers/")) for name in names):
        return named if named in IWORK else BY_TYPE["iwork"]
    return BY_TYPE["zip"]


def damaged_zip(suffix: str) -> ParseError:
    named = BY_SUFFIX.get(suffix)
    if named is not None and (named.content_types or named.mimetypes):
        return ParseError(
            f"This {named.title} file is damaged and cannot be opened.",
            "Open it in the program it was made with and save it again.",
            "damaged",
        )
    return ParseError(
        "This compressed file is damaged and cannot be opened.",
        "Fetch it anew from where it came.",
        "damaged",
    )


def ole(source: Path | BinaryIO, suffix: str) -> FileFormat:
    """Format of an OLE2 file: old Office files, mails, and protected new Office files."""
    names = ole_names(source)
    if any(name in ENCRYPTED_STREAMS for name in names):
        return BY_TYPE[PROTECTED]
    for row in FORMATS:
        if any(name.startswith(row.streams) for name in names if row.streams):
            return row
    named = BY_SUFFIX.get(suffix)
    if named is None or not named.streams:
        return BY_TYPE["ole"]
    if named.parser and not names:
        raise ParseError(
            f"This file is named {suffix} but holds something else or is damaged.",
            "Fetch it anew from where it came.",
            "damaged",
        )
    return BY_TYPE["ole"] if named.parser else named


def ole_names(source: Path | BinaryIO) -> list[str]:
    """Names at the root; those that stand anywhere near the start where the directory is broken."""
    try:
        with olefile.OleFileIO(source) as container:
            return list(dict.fromkeys(entry[0] for entry in container.listdir(storages=True)))
    except (OSError, ValueError, IndexError, TypeError, AttributeError, RecursionError):
        pass  # olefile's words for a broken file
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                data = stream.read(LOST_ROOT_BYTES)
        else:
            source.seek(0)
            data = source.read(LOST_ROOT_BYTES)
    except OSError as error:
        raise not_readable(error) from error
    known = [*ENCRYPTED_STREAMS, *(name for row in FORMATS for name in row.streams)]
    return [name for name in known if len(name) > 3 and name.encode("utf-16-le") in data]
