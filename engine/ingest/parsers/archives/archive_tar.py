"""TAR archives, compressed or not, and single compressed files (.gz, .bz2, .xz)."""

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from engine.errors import ParseError
from engine.ingest.parsers.archives import member_names
from engine.ingest.parsers.archives.archive import PIECE, bounded, damaged, damaged_member, listing
from engine.ingest.parsers.files import check_size, not_readable
from engine.ingest.parsers.options import ParseOptions
from engine.types import ParsedDocument

COMPRESSED = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ", "xz"))
SUFFIXES = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".svgz": ".svg"}
BROKEN = (tarfile.TarError, zlib.error, EOFError, lzma.LZMAError, ValueError, UnicodeError)
MAX_UNPACKED = 400 * 2**20
MAX_MEMBERS = 20_000
"""Entries that are looked at, folders and links included."""


def parse(path: Path, options: ParseOptions) -> ParsedDocument:
    """Raises ParseError where the archive is damaged, empty or unpacks without end."""
    packed = check_size(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
            kind = next((name for magic, name in COMPRESSED if head.startswith(magic)), "")
            stream.seek(0)
            if not kind:
                return _tar(cast(IO[bytes], stream), path.stem, options)
            return _compressed(stream, kind, path, packed, options)
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile) or error.errno is None:
            raise damaged() from error
        raise not_readable(error) from error


def _compressed(
    stream: IO[bytes], kind: str, path: Path, packed: int, options: ParseOptions
) -> ParsedDocument:
    """One compressed file; a TAR archive where that is what it holds."""
    pieces = bounded(_unpacked(stream, kind), packed)
    with tempfile.TemporaryFile(prefix="alcove-") as plain:
        for piece in pieces:
            if plain.tell() + len(piece) > MAX_UNPACKED:
                raise ParseError("This file is too large once unpacked.", "", "too_large")
            plain.write(piece)
        plain.seek(0)
        if _is_tar(plain):
            return _tar(plain, path.stem.removesuffix(".tar"), options)
        name = _inner_name(path)
        found = options.inside.read(name, iter(lambda: plain.read(PIECE), b""), options)
        return listing("gzip", path.stem, [found] if found else [])


def _unpacked(stream: IO[bytes], kind: str) -> Iterator[bytes]:
    opened: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile
    if kind == "gz":
        opened = gzip.GzipFile(fileobj=stream, mode="rb")
    elif kind == "bz2":
        opened = bz2.BZ2File(stream, "rb")
    else:
        opened = lzma.LZMAFile(stream, "rb")  # noqa: SIM115
    got = False
    try:
        while piece := opened.read1(PIECE):  # a whole read would lose what precedes a break
            got = True
            yield piece
    except (*BROKEN, OSError) as error:
        if not got:
            raise damaged() from error
        # Cut off or followed by rubbish: what came out so far is worth reading.


def _inner_name(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return path.stem + SUFFIXES[suffix]
    return path.stem if suffix in (".gz", ".bz2", ".xz", ".z") else path.name


def _is_tar(stream: IO[bytes]) -> bool:
    head = stream.read(512)
    stream.seek(0)
    return is_tar_head(head)


def is_tar_head(head: bytes) -> bool:
    """By its mark, or by the checksum that old archives without a mark have too."""
    if len(head) < 512 or not head[0]:
        return False
    if head[257:262] == b"ustar":
        return True
    field = head[148:156].strip(b" \0")
    if not field or not field.isdigit() or any(byte > 0x37 for byte in field):
        return False
    return sum(head[:148]) + 8 * 0x20 + sum(head[156:512]) == int(field, 8)


def _tar(stream: IO[bytes], title: str, options: ParseOptions) -> ParsedDocument:
    try:
        with tarfile.open(fileobj=stream, mode="r:", errors="surrogateescape") as archive:
            files, links, note = _members(archive)
            pieces = ((_name(member), _pieces(archive, member)) for member in files)
            found = options.inside.read_all(pieces, options)
    except (*BROKEN, RecursionError) as error:
        raise damaged() from error
    if links:
        note = f"Links are not followed ({links}). {note}".strip()
    return listing("tar", title, found, note)


def _members(archive: tarfile.TarFile) -> tuple[list[tarfile.TarInfo], int, str]:
    """The files, how many links there are, and what to say of the rest."""
    files: list[tarfile.TarInfo] = []
    links = 0
    try:
        for entries, member in enumerate(archive, 1):
            if entries > MAX_MEMBERS:
                return files, links, f"Only the first {MAX_MEMBERS:,} entries were looked at."
            if member.isreg():
                files.append(member)
            links += member.issym() or member.islnk()
    except BROKEN:
        if not files:
            raise
        return files, links, "The archive is cut off or damaged; what came before was read."
    return files, links, ""


def _pieces(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    try:
        content = archive.extractfile(member)
        while content is not None and (piece := content.read(PIECE)):
            yield piece
    except (*BROKEN, OSError, KeyError) as error:
        raise damaged_member() from error


def _name(member: tarfile.TarInfo) -> str:
    raw = member.name.encode("utf-8", "surrogateescape")
    return member_names.decode_all([raw])[0]
