"""ZIP archives: a page with the names of the files, each file a document of its own."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.archives import member_names, zip_aes
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.options import ParseOptions
from engine.types import Attachment, Page, ParsedDocument

MAX_DIRECTORY = 16 * 2**20
"""Bytes of the list of contents; a hundred thousand files have about ten MB."""
MAX_LISTED = 5000
MAX_RATIO = 1000
"""Largest ratio of unpacked to packed size above one MB; honest log files reach a hundred."""
RATIO_FROM = 2**20
PIECE = 2**20
UTF8_NAME = 0x800
ENCRYPTED = 0x1
PACKINGS = (
    zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zip_aes.METHOD,
)  # fmt: skip
"""Ways of packing that can be undone; very old ZIP files know others."""
END_MARK = b"PK\x05\x06"


def parse(path: Path, options: ParseOptions) -> ParsedDocument:
    """Raises ParseError where the archive is damaged, empty, or wholly needs a password."""
    check_size(path)
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _parse(archive, path, options)
    except OSError as error:
        raise not_readable(error) from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, struct.error) as error:
        raise damaged() from error


def _parse(archive: zipfile.ZipFile, path: Path, options: ParseOptions) -> ParsedDocument:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    odd = sum(info.compress_type not in PACKINGS for info in infos)
    if odd and odd == len(infos):
        raise ParseError(
            "The files in this archive are packed in an old way that cannot be read yet.",
            "Unpack it yourself and add the files.",
            "unsupported",
        )
    infos = [info for info in infos if info.compress_type in PACKINGS]
    names = _names(infos)
    pieces = (_pieces(archive, info, options.password) for info in infos)
    found = options.inside.read_all(zip(names, pieces, strict=True), options)
    locked = [attachment for attachment in found if attachment.code == "encrypted"]
    if locked and len(locked) == len(found):
        raise ParseError(
            locked[0].reason if options.password else "The files in this archive need a password.",
            "Give the password, or unpack it yourself and add the files.",
            "encrypted",
        )
    files = "1 further file is" if odd == 1 else f"{odd:,} further files are"
    note = f"{files} packed in an old way that cannot be read yet." if odd else ""
    return listing("zip", path.stem, found, note)


def listing(type_: str, title: str, found: list[Attachment], note: str = "") -> ParsedDocument:
    """The archive as a document: the names of what is in it. Raises ParseError for none."""
    if not found:
        raise ParseError("This archive holds no files.", "", "empty")
    lines = [f"• {attachment.name}" for attachment in found[:MAX_LISTED]]
    if len(found) > MAX_LISTED:
        lines.append(f"and {len(found) - MAX_LISTED:,} more")
    page = Page(1, "\n".join(["Files in this archive:", *lines]))
    unread = sum(attachment.parsed is None for attachment in found)
    if unread:
        note = f"{unread:,} of {len(found):,} files could not be read. {note}".strip()
    return ParsedDocument(type_, title, (page,), tuple(found), note)


def damaged() -> ParseError:
    return ParseError(
        "This archive is damaged and cannot be opened.",
        "Fetch it anew from where it came.",
        "damaged",
    )


def bounded(pieces: Iterator[bytes], packed: int) -> Iterator[bytes]:
    """The pieces, until they are out of all proportion to the packed size."""
    unpacked = 0
    for piece in pieces:
        unpacked += len(piece)
        if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
            raise ParseError(
                "This file unpacks to far more than it should; it may be made to fill a disk.",
                "",
                "too_large",
            )
        yield piece


def _pieces(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, password: str | None
) -> Iterator[bytes]:
    secret = password.encode() if password and info.flag_bits & ENCRYPTED else None

    def read() -> Iterator[bytes]:
        if info.compress_type == zip_aes.METHOD:
            lock = zip_aes.lock_of(info)
            if lock is None:
                raise NotImplementedError
            if password is None:
                raise ParseError("This file needs a password.", "", "encrypted")
            yield from zip_aes.read(archive, info, lock, password)
            return
        with archive.open(info, pwd=secret) as stream:
            while piece := stream.read(PIECE):
                yield piece

    try:
        yield from bounded(read(), info.compress_size)
    except NotImplementedError as error:
        raise ParseError(
            "This file is packed in a way that is not supported yet.", "", "unsupported"
        ) from error
    except zip_aes.WrongPasswordError as error:
        raise ParseError("This password does not open it.", "", "encrypted") from error
    except RuntimeError as error:  # zipfile's word for a missing or wrong password
        if not info.flag_bits & ENCRYPTED:
            raise damaged_member() from error
        message = "This password does not open it." if secret else "This file needs a password."
        raise ParseError(message, "", "encrypted") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError) as error:
        if (
            secret and info.compress_type != zip_aes.METHOD
        ):  # one wrong password of 256 passes the check
            raise ParseError("This password does not open it.", "", "encrypted") from error
        raise damaged_member() from error


def damaged_member() -> ParseError:
    return ParseError(
        "This file is damaged inside the archive.", "Fetch the archive anew.", "damaged"
    )


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Names as their makers meant them. zipfile reads those without a mark as code page 437."""
    raw = [_raw_name(info) for info in infos if not info.flag_bits & UTF8_NAME]
    decoded = iter(member_names.decode_all(raw))
    return [info.filename if info.flag_bits & UTF8_NAME else next(decoded) for info in infos]


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    extra = info.extra
    while len(extra) >= 4:  # a name in UTF-8 may stand in an extra field
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == 0x7075 and size > 5:
            return extra[9 : 4 + size]
        extra = extra[4 + size :]
    return info.filename.encode("cp437", "replace")


def _check_directory(path: Path) -> None:
    """zipfile reads the whole list of contents at once: refuse one made to fill the memory."""
    try:
        with path.open("rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - 66_000))
            tail = stream.read()
    except OSError as error:
        raise not_readable(error) from error
    end = tail.rfind(END_MARK)
    if end < 0 or len(tail) < end + 20:
        return
    size = struct.unpack("<I", tail[end + 12 : end + 16])[0]
    wide = tail.rfind(b"PK\x06\x06", 0, end)
    if wide >= 0 and len(tail) >= wide + 56:
        size = max(
            size if size != 0xFFFFFFFF else 0, struct.unpack("<Q", tail[wide + 40 : wide + 48])[0]
        )
    if MAX_DIRECTORY < size < 0xFFFFFFFF or size > 2**40:
        raise ParseError("This archive holds too many files.", "Unpack it yourself.", "too_large")
