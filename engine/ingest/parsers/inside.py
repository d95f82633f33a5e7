"""Files inside files: mails' attachments, members of archives, what is embedded in a document.

One :class:`Inside` belongs to one file of the user. Whatever lies in it, however deep, shares its
bounds: so many files, so many bytes, so much time. What is over a bound is told by name, not read.
"""

import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers.archives import member_names
from engine.ingest.parsers.options import ParseOptions
from engine.types import Attachment, ParsedDocument

Parse = Callable[[Path, ParseOptions], ParsedDocument]

MAX_DEPTH = 5
"""Files in files in files: a document in a zip in a mail in a mail in a mailbox."""
MAX_FILES = 2000
MAX_BYTES = 400 * 2**20
"""Unpacked, all together."""
MAX_FILE_BYTES = 200 * 2**20
MAX_SECONDS = 30.0
"""Of processor time, after which no further file inside is read; what is read by then is kept."""

PICTURE_SECONDS = 15.0
"""Pictures are begun within this time only: reading one may take many seconds."""
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic")

JUNK = frozenset([".ds_store", "thumbs.db", "desktop.ini", ".directory"])
"""What systems leave behind in folders."""


@dataclass(slots=True)
class Spent:
    """What has been used up so far, shared by all depths."""

    files: int = 0
    bytes: int = 0
    started: float = field(default_factory=time.thread_time)


class Inside:
    """Reads the files inside one file."""

    def __init__(self, parse: Parse, spent: Spent | None = None, depth: int = 0) -> None:
        self._parse = parse
        self._spent = spent or Spent()
        self._depth = depth
        self._taken: set[str] = set()

    def read(
        self, name: str, content: bytes | Iterable[bytes], options: ParseOptions
    ) -> Attachment | None:
        """The file as an attachment, with the reason where it could not be read.

        ``content`` may be pieces that are made while they are read; a ParseError raised there is
        the file's. ``None`` for what is no document of anyone: a system's leftovers.
        """
        name = member_names.clean(name)
        base = name.rpartition("/")[2]
        if base.lower() in JUNK or base.startswith("._") or name.startswith("__MACOSX/"):
            return None
        name = member_names.unique(name, self._taken)
        try:
            return Attachment(name, self._document(base, content, options))
        except ParseError as error:
            return Attachment(name, None, error.code, error.message)

    def read_all(
        self, files: Iterable[tuple[str, bytes | Iterable[bytes]]], options: ParseOptions
    ) -> list[Attachment]:
        """The files in their order. Pictures are read last: they must not cost the others' time."""
        numbered = list(enumerate(files))
        numbered.sort(key=lambda entry: entry[1][0].lower().endswith(PICTURES))
        found = {
            place: attachment
            for place, (name, content) in numbered
            if (attachment := self.read(name, content, options)) is not None
        }
        return [found[place] for place in sorted(found)]

    def _document(
        self, base: str, content: bytes | Iterable[bytes], options: ParseOptions
    ) -> ParsedDocument:
        self._check(base)
        self._spent.files += 1
        deeper = replace(options, inside=Inside(self._parse, self._spent, self._depth + 1))
        with tempfile.TemporaryDirectory(prefix="alcove-") as folder:
            path = Path(folder) / base
            try:
                with path.open("wb") as stream:
                    for piece in [content] if isinstance(content, bytes) else content:
                        self._count(len(piece), stream.tell())
                        stream.write(piece)
            except OSError as error:
                raise ParseError(
                    "There is no room to unpack this file.", "Free some space.", "unreadable"
                ) from error
            return self._parse(path, deeper)

    def _check(self, base: str) -> None:
        if self._depth >= MAX_DEPTH:
            raise _over("This file lies too deep inside other files to be read.")
        if self._spent.files >= MAX_FILES:
            raise _over(f"Only the first {MAX_FILES:,} files inside a file are read.")
        limit = PICTURE_SECONDS if base.lower().endswith(PICTURES) else MAX_SECONDS
        if time.thread_time() - self._spent.started > min(limit, MAX_SECONDS):
            raise _over("Reading the files before this one took too long.")

    def _count(self, size: int, before: int) -> None:
        self._spent.bytes += size
        if before + size > MAX_FILE_BYTES or self._spent.bytes > MAX_BYTES:
            raise _over("This file is too large once unpacked.")


def _over(message: str) -> ParseError:
    return ParseError(message, "Unpack it yourself and add what you need.", "too_large")
