"""What decides whether a file is read again, and what is known of it then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.ingest.parsers.formats import VERSIONS
from engine.ingest.reading import Part
from engine.library_types import LibrarySettings
from engine.store.document_rows import FileStamp
from engine.store.documents import KnownFile
from engine.types import ParsedDocument

RACY_NS = 2_000_000_000
"""A file written this shortly before it was indexed may change again within the same time stamp."""

FINAL = frozenset({"unsupported", "empty"})
"""Reasons of inner documents that another try would not change."""

UNOPENED = frozenset({"unreadable", "encrypted"})
"""Files of which nobody knows whether their text changed: what is held of them stays."""


LEFT_OUT = "left_out"
"""Code of files of a kind that their library leaves out, whatever their names say."""
OVER_LIMIT = "limit"
"""Code of files larger than their library wants."""

PLAIN = LibrarySettings()


@dataclass(frozen=True, slots=True)
class Judging:
    """What decides about single files."""

    retry: bool = False
    """Also read failed files again that did not change."""
    again: frozenset[str] = frozenset()
    """Files that interrupted work left; these are tried again too."""
    stale: frozenset[str] = frozenset()
    """Files to be read again although they did not change: their reader did, or the settings."""
    left_out: frozenset[str] = frozenset()
    """Documents inside files that the user removed."""
    settings: Mapping[str, LibrarySettings] = field(default_factory=dict)
    """Of each library, by name."""
    away: tuple[str, ...] = ()
    """What the paths of files begin with that cannot be looked at now."""
    tell: bool = False
    """Whether what became of each file is told, one by one."""


def locked_inside(parsed: ParsedDocument) -> bool:
    """Whether anything in a file is locked."""
    return any(
        each.code == "encrypted" or (each.parsed is not None and locked_inside(each.parsed))
        for each in parsed.attachments
    )


def reader_of(part: Part) -> int:
    """Version of what read a part, or failed to."""
    if part.parsed is None:
        return VERSIONS.get(Path(part.path).suffix.lstrip(".").lower(), 0)
    return VERSIONS.get(part.parsed.type, 1)


def off(settings: LibrarySettings) -> str:
    """Names what a library leaves out: with another, files left out are judged again."""
    return f"without {' '.join(sorted(settings.formats_off))}"


def surely_same(known: KnownFile, size_bytes: int, mtime_ns: int) -> bool:
    """Same size and time, and not so fresh that a later change could carry the same time."""
    settled = known.indexed_at * 1e9 - mtime_ns > RACY_NS
    alike = (known.stamp.size_bytes, known.stamp.mtime_ns) == (size_bytes, mtime_ns)
    readable = bool(known.stamp.sha256) and not (known.state == "indexed" and known.code)
    return alike and settled and readable


def changed(path: Path, stamp: FileStamp) -> bool:
    """Whether a file is another than when it was stamped."""
    try:
        stat = path.stat()
    except OSError:
        return True
    return (stat.st_size, stat.st_mtime_ns) != (stamp.size_bytes, stamp.mtime_ns)
