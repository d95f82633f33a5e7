"""Office files that a password protects: Word, Excel and PowerPoint, old and new.

The decrypted bytes stay in memory; nothing is written to disk in clear.
"""

import importlib
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import msoffcrypto
from msoffcrypto import exceptions

from engine.errors import ParseError
from engine.ingest.parsers import containers
from engine.ingest.parsers.detect import unsupported
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.options import ParseOptions
from engine.types import ParsedDocument

WELL_KNOWN = "VelvetSweatshop"
"""Excel's own password for books that are only locked against changes."""

LIBRARY_FAULTS = (
    OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError,
    EOFError, RecursionError, struct.error, zlib.error, NotImplementedError, MemoryError,
)  # fmt: skip
"""What libraries for office formats raise, besides their own errors, when a file is broken."""


class Reader(Protocol):
    """What the module of an office format offers besides ``parse``."""

    def read(self, source: BinaryIO, stem: str, options: ParseOptions) -> ParsedDocument: ...


def parse(path: Path, options: ParseOptions) -> ParsedDocument:
    """Raises ParseError with code ``encrypted`` where the password is missing or wrong."""
    check_size(path)
    try:
        with path.open("rb") as stream:
            clear = decrypted(stream, options.password)
    except OSError as error:
        raise not_readable(error) from error
    try:
        found = containers.zipped(clear, path.suffix.lower())
    except zipfile.BadZipFile as error:
        raise damaged() from error
    if not found.parser:
        raise unsupported(found.title)
    clear.seek(0)
    module = cast(Reader, importlib.import_module(f"engine.ingest.parsers.{found.parser}"))
    return module.read(clear, path.stem, options)


def decrypted(stream: BinaryIO, password: str | None) -> io.BytesIO:
    """The file in clear. Raises ParseError as :func:`parse` does."""
    clear = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(stream)
        office.load_key(password=password or WELL_KNOWN)
        office.decrypt(clear)
    except (exceptions.InvalidKeyError, exceptions.DecryptionError) as error:
        raise needed(given=password is not None) from error
    except (
        exceptions.FileFormatError,
        exceptions.ParseError,
        exceptions.EncryptionError,
        *LIBRARY_FAULTS,
    ) as error:  # a broken file ends in any of these inside the library
        if password is None:
            raise needed(given=False) from error
        raise damaged() from error
    clear.seek(0)
    return clear


def needed(*, given: bool) -> ParseError:
    if given:
        return ParseError(
            "This password does not open the document.", "Try another one.", "encrypted"
        )
    return ParseError(
        "This document needs a password.",
        "Give its password, or save a copy without one and add that.",
        "encrypted",
    )


def rights() -> ParseError:
    return ParseError(
        "This document is protected by a rights management server, and only its owner's program "
        "can open it.",
        "Ask its owner for an unprotected copy.",
        "unsupported",
    )


def damaged() -> ParseError:
    return ParseError(
        "This document is protected and damaged; it cannot be opened.",
        "Fetch it anew from where it came.",
        "damaged",
    )
