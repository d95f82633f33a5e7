"""Reading files, embedding their passages several files at once, storing each by itself."""

import hashlib
import logging
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.errors import ParseError
from engine.inference.embedder import Embedder
from engine.ingest import tables
from engine.ingest.chunk import cut
from engine.ingest.scan import printable
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.documents import Documents, FileStamp, KnownFile
from engine.store.vectors import Vectors, digest, embedding_text
from engine.types import FailedFile, ParsedDocument, PassageDraft

BATCH_PASSAGES = 256
"""Passages gathered over file borders before they are embedded and their files stored."""

BATCH_FILES = 64

SLICE = 64
"""Passages embedded between two looks at the cancel token."""

RACY_NS = 2_000_000_000
"""A file written this shortly before it was indexed may change again within the same time stamp."""

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that are no text; each becomes one replacement character, so that spans hold."""

Parse = Callable[[Path], ParsedDocument]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Wanted:
    path: Path
    library: str
    known: KnownFile | None


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was parsed and cut, and waits for its vectors."""

    stamp: FileStamp
    library: str
    parsed: ParsedDocument
    drafts: Sequence[PassageDraft]
    digests: Sequence[bytes]


class Indexer:
    """Brings single files up to date and counts what became of them."""

    def __init__(
        self,
        vault: Vault,
        embedder: Embedder,
        parse: Parse,
        cancel: CancelToken | None,
        *,
        retry: bool,
    ) -> None:
        """``retry``: also parse failed files again that did not change."""
        self._documents = Documents(vault)
        self._store = Vectors(vault)
        self._embedder = embedder
        self._parse = parse
        self._cancel = cancel or CancelToken()
        self._retry = retry
        self._queue: list[_Wanted] = []
        self._done = 0
        self.indexed = 0
        self.unchanged = 0
        self.passages = 0
        self.failed: list[FailedFile] = []

    def want(self, files: Sequence[Path], library: str, known: Mapping[str, KnownFile]) -> None:
        """Queue files with what the vault knows of them."""
        self._queue += [_Wanted(file, library, known.get(str(file))) for file in files]

    def run(self) -> Generator[Progress, None, None]:
        """Work the queue off. Counts files; the detail is the file in hand."""
        pending: list[_Read] = []
        for wanted in self._queue:
            self._cancel.check()
            yield self._progress(printable(wanted.path.name))
            read = self._look(wanted)
            if read is None:
                self._done += 1
                continue
            pending.append(read)
            if (
                sum(len(each.drafts) for each in pending) >= BATCH_PASSAGES
                or len(pending) >= BATCH_FILES
            ):
                yield from self._store_all(pending)
                pending = []
        yield from self._store_all(pending)
        yield self._progress("")

    def _progress(self, detail: str) -> Progress:
        return Progress("indexing", self._done, len(self._queue), detail)

    # --- one file ------------------------------------------------------------------------------

    def _look(self, wanted: _Wanted) -> _Read | None:
        """The file's passages; None where it needs no embedding: unchanged or failed."""
        name = str(wanted.path)
        if UNSTORABLE.search(name):
            reason = "Its name holds bytes that are no text. Rename the file."
            self.failed.append(FailedFile(printable(name), "name", reason))
            return None
        try:
            stat = wanted.path.stat()
            stamp = FileStamp(name, stat.st_size, stat.st_mtime_ns, b"")
            if wanted.known is not None and _surely_same(wanted.known, stamp):
                stamp = wanted.known.stamp
            else:
                stamp = replace(stamp, sha256=_sha256(wanted.path))
        except OSError as error:
            reason = f"The file cannot be opened: {error.strerror}."
            stamp = FileStamp(name, 0, 0, b"")
            self._fail(wanted, stamp, "unreadable", reason, keep_text=True)
            return None
        if wanted.known is not None and self._same(wanted, wanted.known, stamp):
            return None
        return self._read(wanted, stamp)

    def _same(self, wanted: _Wanted, known: KnownFile, stamp: FileStamp) -> bool:
        """Whether what the vault holds of the file still stands; then it is counted."""
        if known.stamp.sha256 != stamp.sha256 or (known.state == "failed" and self._retry):
            return False
        if known.stamp != stamp or (known.state == "indexed" and known.code):
            self._documents.touch(stamp)
        if known.library != wanted.library:
            self._documents.move(stamp.path, wanted.library)
        if known.state == "failed":
            self.failed.append(FailedFile(stamp.path, known.code, known.reason))
        else:
            self.unchanged += 1
        return True

    def _read(self, wanted: _Wanted, stamp: FileStamp) -> _Read | None:
        try:
            parsed = _clean(self._parse(wanted.path))
            parsed = replace(parsed, tables=tables.found(parsed, wanted.path.name))
        except ParseError as error:
            keep = error.code == "unreadable"
            self._fail(wanted, stamp, error.code, error.message, keep_text=keep)
            return None
        except Exception as error:  # noqa: BLE001 - one file must not stop the others
            # A fault in a parser, not a known error. The text of the exception may quote the file.
            logger.error("parsing failed with %s", type(error).__name__)
            reason = f"Alcove failed to read this file ({type(error).__name__})."
            self._fail(wanted, stamp, "fault", reason)
            return None
        drafts = cut(parsed, self._embedder)
        if not drafts:
            self._fail(wanted, stamp, "empty", "There is no text in this file.")
            return None
        if _changed(wanted.path, stamp):
            stamp = replace(stamp, mtime_ns=0, sha256=b"")  # look at it again next time
        texts = (embedding_text(parsed.title, draft.heading, draft.text) for draft in drafts)
        return _Read(stamp, wanted.library, parsed, drafts, [digest(text) for text in texts])

    def _fail(
        self,
        wanted: _Wanted,
        stamp: FileStamp,
        code: str,
        reason: str,
        *,
        keep_text: bool = False,
    ) -> None:
        self._documents.put_failed(stamp, wanted.library, code, reason, keep_text=keep_text)
        self.failed.append(FailedFile(stamp.path, code, reason))

    # --- many files ----------------------------------------------------------------------------

    def _store_all(self, pending: Sequence[_Read]) -> Generator[Progress, None, None]:
        if not pending:
            return
        vectors = self._store.ensure(self._embedder.identity)
        texts = {
            name: embedding_text(read.parsed.title, draft.heading, draft.text)
            for read in pending
            for name, draft in zip(read.digests, read.drafts, strict=True)
        }
        held = self._store.known(vectors, texts)
        # By length, so that texts embedded together are alike.
        new = sorted(texts.keys() - held.keys(), key=lambda name: (len(texts[name]), name))
        for start in range(0, len(new), SLICE):
            self._cancel.check()
            names = new[start : start + SLICE]
            yield self._progress(f"{start} of {len(new)} passages")
            matrix = self._embedder.embed_passages([texts[name] for name in names])
            held.update(zip(names, matrix, strict=True))
        for read in pending:
            self._cancel.check()
            matrix = np.stack([held[name] for name in read.digests])
            self._documents.put(read.stamp, read.library, read.parsed, read.drafts, matrix, vectors)
            self._done += 1
            self.indexed += 1
            self.passages += len(read.drafts)
            yield self._progress(Path(read.stamp.path).name)


def _surely_same(known: KnownFile, stamp: FileStamp) -> bool:
    """Same size and time, and not so fresh that a later change could carry the same time."""
    settled = known.indexed_at * 1e9 - stamp.mtime_ns > RACY_NS
    alike = (known.stamp.size_bytes, known.stamp.mtime_ns) == (stamp.size_bytes, stamp.mtime_ns)
    readable = bool(known.stamp.sha256) and not (known.state == "indexed" and known.code)
    return alike and settled and readable


def _changed(path: Path, stamp: FileStamp) -> bool:
    try:
        stat = path.stat()
    except OSError:
        return True
    return (stat.st_size, stat.st_mtime_ns) != (stamp.size_bytes, stamp.mtime_ns)


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _clean(parsed: ParsedDocument) -> ParsedDocument:
    """The document with every character storable, none moved."""
    pages = tuple(
        replace(
            page,
            text=UNSTORABLE.sub("\ufffd", page.text),
            headings=tuple(
                replace(heading, title=UNSTORABLE.sub("\ufffd", heading.title))
                for heading in page.headings
            ),
        )
        for page in parsed.pages
    )
    return replace(parsed, title=UNSTORABLE.sub("\ufffd", parsed.title), pages=pages)
