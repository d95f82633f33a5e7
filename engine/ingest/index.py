"""Reading files, embedding their passages several files at once, storing each by itself.

The next files are read in their own processes while the passages of these are embedded.
"""

import hashlib
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.inference.embedder import Embedder
from engine.inference.embedder import Vectors as Matrix
from engine.ingest.document_form import UNSTORABLE
from engine.ingest.parsers.options import DEFAULTS, ParseOptions
from engine.ingest.passwords import Passwords
from engine.ingest.reading import Part, Reading, reading, with_twin
from engine.ingest.sandbox import Outcome, Reader
from engine.ingest.scan import printable
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.document_rows import FileStamp, Inner
from engine.store.documents import Documents, KnownFile
from engine.store.facts import Facts
from engine.store.vectors import Vectors
from engine.types import FailedFile, ParsedDocument

BATCH_PASSAGES = 256
"""Passages gathered over file borders before they are embedded and their files stored."""

BATCH_FILES = 64

AHEAD_FILES = 64
"""Files handed to the reading processes at a time: what they read while a batch is embedded."""

SLICE = 64
"""Passages embedded between two looks at the cancel token."""

RACY_NS = 2_000_000_000
"""A file written this shortly before it was indexed may change again within the same time stamp."""

WAIT_S = 0.1

FINAL = frozenset({"unsupported", "empty"})
"""Reasons of inner documents that another try would not change."""

UNOPENED = frozenset({"unreadable", "encrypted"})
"""Files of which nobody knows whether their text changed: what is held of them stays."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    path: Path
    library: str
    known: KnownFile | None


@dataclass(slots=True)
class _InHand:
    """A file with the reading processes."""

    wanted: _Wanted
    stamp: FileStamp
    passwords: list[str] | None = None
    """Those not tried yet; None before it was found locked."""
    opened: ParsedDocument | None = field(default=None)
    """It could be read, but something in it is locked."""


class Indexer:
    """Brings single files up to date and counts what became of them."""

    def __init__(
        self,
        vault: Vault,
        embedder: Embedder,
        reader: Reader,
        cancel: CancelToken | None = None,
        *,
        retry: bool = False,
        again: frozenset[str] = frozenset(),
        left_out: frozenset[str] = frozenset(),
        passwords: Passwords | None = None,
    ) -> None:
        """``retry``: also read failed files again that did not change; ``again``: these at least.

        ``left_out``: documents inside files that the user removed.
        """
        self._documents = Documents(vault)
        self._store = Vectors(vault)
        self._target = Facts(vault).passage_tokens()
        self._embedder = embedder
        self._reader = reader
        self._cancel = cancel or CancelToken()
        self._retry = retry
        self._again = again
        self._left_out = left_out
        self._passwords = passwords or Passwords()
        self._queue: list[_Wanted] = []
        self._to_read: deque[_Wanted] = deque()
        self._in_hand: dict[int, _InHand] = {}
        self._keys = 0
        self._done = 0
        self._holders: frozenset[str] | None = None
        self.indexed = 0
        self.unchanged = 0
        self.passages = 0
        self.failed: list[FailedFile] = []

    def want(self, files: Sequence[Path], library: str, known: Mapping[str, KnownFile]) -> None:
        """Queue files with what the vault knows of them."""
        self._queue += [_Wanted(file, library, known.get(str(file))) for file in files]

    def look(self) -> Generator[Progress, None, list[str]]:
        """Pass the files that did not change; the paths of the others, which :meth:`run` reads."""
        for wanted in self._queue:
            self._cancel.check()
            yield self._progress(printable(wanted.path.name))
            if self._passed(wanted):
                self._done += 1
            else:
                self._to_read.append(wanted)
        return [str(wanted.path) for wanted in self._to_read]

    def run(self) -> Generator[Progress, None, None]:
        """Read the others. Counts files; the detail is the file in hand."""
        pending: list[Reading] = []
        while self._feed():
            self._cancel.check()
            outcome = self._reader.take(WAIT_S)
            if outcome is None:
                first = next(iter(self._in_hand.values()))
                yield self._progress(first.wanted.path.name)
                continue
            yield self._progress(self._in_hand[outcome.key].wanted.path.name)
            found = self._taken(outcome, pending)
            if found is not None:
                pending.append(found)
            elif outcome.key not in self._in_hand:
                self._done += 1
            passages = sum(each.passages for each in pending)
            if passages >= BATCH_PASSAGES or len(pending) >= BATCH_FILES:
                self._feed()
                yield from self._store_all(pending)
                pending = []
        yield from self._store_all(pending)
        yield self._progress("")

    def _progress(self, detail: str) -> Progress:
        return Progress("indexing", self._done, len(self._queue), detail)

    # --- one file ------------------------------------------------------------------------------

    def _passed(self, wanted: _Wanted) -> bool:
        """Whether a look at the file's name, size and time is enough."""
        name = str(wanted.path)
        if UNSTORABLE.search(name):
            reason = "Its name holds bytes that are no text. Rename the file."
            self.failed.append(FailedFile(printable(name), "name", reason))
            return True
        try:
            stat = wanted.path.stat()
        except OSError as error:
            self._unreadable(wanted, error)
            return True
        stamp = FileStamp(name, stat.st_size, stat.st_mtime_ns, b"")
        known = wanted.known
        if known is None or not _surely_same(known, stamp):
            return False
        return self._same(wanted, known, known.stamp)

    def _feed(self) -> bool:
        """Keep the reading processes busy; False when nothing is left."""
        while self._to_read and len(self._in_hand) < AHEAD_FILES:
            wanted = self._to_read.popleft()
            try:
                stat = wanted.path.stat()
                stamp = FileStamp(
                    str(wanted.path), stat.st_size, stat.st_mtime_ns, _sha256(wanted.path)
                )
            except OSError as error:
                self._unreadable(wanted, error)
                self._done += 1
                continue
            if wanted.known is not None and self._same(wanted, wanted.known, stamp):
                self._done += 1
                continue
            self._keys += 1
            self._in_hand[self._keys] = _InHand(wanted, stamp)
            self._reader.submit(self._keys, wanted.path, DEFAULTS)
        return bool(self._in_hand)

    def _same(self, wanted: _Wanted, known: KnownFile, stamp: FileStamp) -> bool:
        """Whether what the vault holds of the file still stands; then it is counted."""
        retry = self._retry or stamp.path in self._again
        if known.stamp.sha256 != stamp.sha256 or (known.state == "failed" and retry):
            return False
        inner = self._failed_inside(stamp.path)
        if retry and any(each.code not in FINAL for each in inner):
            return False
        if known.stamp != stamp or (known.state == "indexed" and known.code):
            self._documents.touch(stamp)
        if known.library != wanted.library:
            self._documents.move(stamp.path, wanted.library)
        if known.state == "failed":
            self.failed.append(FailedFile(stamp.path, known.code, known.reason))
        else:
            self.unchanged += 1
            self.failed += inner
        if stamp.path in self._again:
            self._documents.settle(stamp.path)
        return True

    def _failed_inside(self, path: str) -> list[FailedFile]:
        if self._holders is None:
            self._holders = self._documents.with_inner()
        return self._documents.failed_inner(path) if path in self._holders else []

    def _taken(self, outcome: Outcome, pending: Sequence[Reading]) -> Reading | None:
        """The file's passages; None where it failed or is read again with a password."""
        in_hand = self._in_hand[outcome.key]
        if self._unlocking(outcome, in_hand):
            return None
        del self._in_hand[outcome.key]
        wanted, stamp = in_hand.wanted, in_hand.stamp
        parsed = outcome.parsed or in_hand.opened
        if parsed is None:
            self._fail(wanted, stamp, outcome.code, outcome.reason)
            return None
        if _changed(wanted.path, stamp):
            stamp = replace(stamp, mtime_ns=0, sha256=b"")  # look at it again next time
        found = reading(stamp, wanted.library, parsed, self._embedder, self._left_out, self._target)
        if not found.file.drafts and not found.inner:
            self._fail(wanted, stamp, "empty", "There is no text in this file.")
            return None
        if not stamp.sha256:
            return found
        twins = (each.as_twin() for each in pending if each.stamp.sha256 == stamp.sha256)
        return with_twin(found, next(twins, None) or self._documents.twin(stamp))

    def _unlocking(self, outcome: Outcome, in_hand: _InHand) -> bool:
        """Where the file or something in it is locked, try the next password."""
        parsed = outcome.parsed
        if parsed is not None:
            if not _locked_inside(parsed):
                return False
            in_hand.opened = parsed
        elif outcome.code != "encrypted":
            return False
        if in_hand.passwords is None:
            in_hand.passwords = self._passwords.candidates(in_hand.stamp.path)
        if not in_hand.passwords:
            return False
        options = ParseOptions(password=in_hand.passwords.pop(0))
        self._reader.submit(outcome.key, in_hand.wanted.path, options)
        return True

    def _unreadable(self, wanted: _Wanted, error: OSError) -> None:
        reason = f"The file cannot be opened: {error.strerror}."
        self._fail(wanted, FileStamp(str(wanted.path), 0, 0, b""), "unreadable", reason)

    def _fail(self, wanted: _Wanted, stamp: FileStamp, code: str, reason: str) -> None:
        keep = code in UNOPENED
        self._documents.put_failed(stamp, wanted.library, code, reason, keep_text=keep)
        self.failed.append(FailedFile(stamp.path, code, reason))

    # --- many files ----------------------------------------------------------------------------

    def _store_all(self, pending: Sequence[Reading]) -> Generator[Progress, None, None]:
        if not pending:
            return
        vectors = self._store.ensure(self._embedder.identity)
        texts: dict[bytes, str] = {}
        for found in pending:
            for part in found.parts:
                for name, text in zip(part.digests, part.texts, strict=True):
                    texts.setdefault(name, text)
        held = self._store.known(vectors, texts)
        # By length, so that texts embedded together are alike.
        new = sorted(texts.keys() - held.keys(), key=lambda name: (len(texts[name]), name))
        for start in range(0, len(new), SLICE):
            self._cancel.check()
            names = new[start : start + SLICE]
            yield self._progress(f"{start} of {len(new)} passages")
            matrix = self._embedder.embed_passages([texts[name] for name in names])
            held.update(zip(names, matrix, strict=True))
        for found in pending:
            self._cancel.check()
            file = found.file
            assert file.parsed is not None
            self._documents.put(
                found.stamp,
                found.library,
                file.parsed,
                file.drafts,
                self._matrix(file, held),
                vectors,
                digests=file.digests,
                inner=[self._inner(part, held) for part in found.inner],
                passage_tokens=self._target,
            )
            self._done += 1
            self.indexed += 1
            self.passages += found.passages
            self.failed += found.failed
            yield self._progress(Path(found.stamp.path).name)

    def _inner(self, part: Part, held: Mapping[bytes, Matrix]) -> Inner:
        return Inner(
            path=part.path,
            container=part.container,
            parsed=part.parsed,
            drafts=part.drafts,
            digests=part.digests,
            matrix=self._matrix(part, held),
            code=part.code,
            reason=part.reason,
        )

    def _matrix(self, part: Part, held: Mapping[bytes, Matrix]) -> Matrix:
        if not part.digests:
            return np.zeros((0, self._embedder.identity.dimension), dtype=np.float32)
        return np.stack([held[name] for name in part.digests])


def _locked_inside(parsed: ParsedDocument) -> bool:
    return any(
        each.code == "encrypted" or (each.parsed is not None and _locked_inside(each.parsed))
        for each in parsed.attachments
    )


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
