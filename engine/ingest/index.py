"""Reading files, embedding their passages several files at once, and storing them.

Everything goes on beside the embedder: the next files are read in their own processes, cut, and
those before are stored while the passages of these are embedded.
"""

import time
from collections import deque
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from engine.inference.embedder import Embedder
from engine.inference.embedder import Vectors as Matrix
from engine.ingest.document_form import UNSTORABLE
from engine.ingest.embedding import Embedding
from engine.ingest.fingerprint import fingerprint
from engine.ingest.judging import (
    FINAL,
    LEFT_OUT,
    OVER_LIMIT,
    PLAIN,
    UNOPENED,
    Judging,
    changed,
    locked_inside,
    off,
    surely_same,
)
from engine.ingest.moves import former_path
from engine.ingest.parsers.formats import VERSIONS
from engine.ingest.passwords import Passwords
from engine.ingest.reading import Reading, reading, with_twin
from engine.ingest.sandbox import Outcome, Reader
from engine.ingest.scan import FoundFile, printable
from engine.ingest.storing import Storing
from engine.ingest.wanted import InHand, Wanted
from engine.library_types import Change, FailedFile
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.document_rows import FileStamp
from engine.store.document_state import DocumentStates
from engine.store.documents import Documents, KnownFile
from engine.store.facts import Facts
from engine.store.jobs import Jobs
from engine.store.space import pack_smaller, tidy
from engine.store.vectors import Vectors, VectorSet

BATCH_PASSAGES = 256
"""Passages gathered over file borders while others are embedded."""

FIRST = 64
"""Passages that an idle embedder waits for."""

BATCH_FILES = 64

AHEAD_FILES = 64
"""Files handed to the reading processes at a time: what they read while a batch is embedded."""

GIVE_WAY_S = 10.0
"""How long other work waits at most for what is urgent, before it goes on beside it."""

LOOKED = 100
"""Files looked at between two tellings; a look takes some microseconds."""

WAIT_S = 0.1
SHORT_S = 0.02
"""The same beside an embedder that may want more."""


class Indexer:
    """Brings single files up to date and counts what became of them."""

    def __init__(
        self,
        vault: Vault,
        embedder: Embedder,
        reader: Reader,
        cancel: CancelToken | None = None,
        *,
        judging: Judging | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self._vault = vault
        self._documents = Documents(vault)
        self._states = DocumentStates(vault)
        self._jobs = Jobs(vault)
        self._store = Vectors(vault)
        self._target = Facts(vault).passage_tokens()
        self._embedder = embedder
        self._reader = reader
        self._cancel = cancel or CancelToken()
        self._judging = judging or Judging()
        self._passwords = passwords or Passwords()
        self._storing = Storing(vault, self._judging, self._target)
        self._queue: list[Wanted] = []
        self._to_read: deque[Wanted] = deque()
        self._in_hand: dict[int, InHand] = {}
        self._keys = 0
        self._done = 0
        self._urgent = False
        self._gathered: list[Reading] = []
        self._passages = 0
        self._look_after = 0.0
        self._holders: frozenset[str] | None = None
        self.indexed = 0
        self.unchanged = 0
        self.moved = 0
        self.passages = 0
        self.failed: list[FailedFile] = []
        self.changes: list[Change] = []

    def want(
        self, files: Sequence[FoundFile], library: str, known: Mapping[str, KnownFile]
    ) -> None:
        """Queue files with what the vault knows of them."""
        settings = self._judging.settings.get(library, PLAIN)
        self._queue += [Wanted(file, library, known.get(file.path), settings) for file in files]

    def look(self) -> Generator[Progress, None, list[str]]:
        """Pass the files that did not change; the paths of the others, which :meth:`run` reads."""
        for number, wanted in enumerate(self._queue):
            if number % LOOKED == 0:
                self._cancel.check()
                yield self._progress(printable(wanted.path.name))
            if self._passed(wanted):
                self._done += 1
            else:
                self._to_read.append(wanted)
        return [wanted.file.path for wanted in self._to_read]

    def run(self, *, urgent: bool = False) -> Generator[Progress, None, None]:
        """Read the others. Counts files; the detail is the file in hand. Gives way to work that is
        urgent, unless this is.

        While the passages of some files are embedded, the next are read and cut, and those before
        are stored.
        """
        self._urgent = urgent
        lot: _Lot | None = None
        try:
            while (more := self._feed()) or self._gathered or lot:
                self._cancel.check()
                yield from self._give_way(lot)
                ended = None
                if lot is not None and lot.embedding.finished():
                    ended, lot = lot, None
                    ended.held.update(ended.embedding.take())
                if lot is None and self._gathered and (self._enough(FIRST) or not more):
                    lot = self._begin(ended)
                if ended is not None:
                    yield from self._put(ended)
                elif more and not self._enough(BATCH_PASSAGES):
                    took = yield from self._gather(lot)
                    if not took and lot is None and self._gathered:
                        lot = self._begin(None)  # what is still being read takes long
                elif lot is not None and not lot.embedding.finished(WAIT_S):
                    yield self._progress(lot.embedding.told())
        finally:
            if lot is not None:
                lot.embedding.stop()
        much = self.indexed >= BATCH_FILES or self.passages >= BATCH_PASSAGES
        if much and not self._urgent:
            tidy(self._vault)
        yield self._progress("")

    def _enough(self, passages: int) -> bool:
        return self._passages >= passages or len(self._gathered) >= BATCH_FILES

    def _gather(self, lot: "_Lot | None") -> Generator[Progress, None, bool]:
        """Take a file that is read; False where none is for a moment."""
        outcome = self._reader.take(WAIT_S if lot is None else SHORT_S)
        if outcome is None:
            first = next(iter(self._in_hand.values()))
            yield self._progress(first.wanted.path.name)
            return False
        yield self._progress(self._in_hand[outcome.key].wanted.path.name)
        found = self._taken(outcome, (*(lot.readings if lot else ()), *self._gathered))
        if found is not None:
            self._gathered.append(found)
            self._passages += found.passages
        elif outcome.key not in self._in_hand:
            self._done += 1
        return True

    def _progress(self, detail: str) -> Progress:
        return Progress("indexing", self._done, len(self._queue), detail)

    # --- one file ------------------------------------------------------------------------------

    def _passed(self, wanted: Wanted) -> bool:
        """Whether a look at the file's name, size and time is enough."""
        name, size_bytes, mtime_ns = wanted.file
        if not name.isascii() and UNSTORABLE.search(name):
            reason = "Its name holds bytes that are no text. Rename the file."
            self.failed.append(FailedFile(printable(name), "name", reason))
            return True
        if size_bytes < 0:
            try:
                stat = wanted.path.stat()
            except OSError as error:
                self._unreadable(wanted, error)
                return True
            size_bytes, mtime_ns = stat.st_size, stat.st_mtime_ns
        stamp = FileStamp(name, size_bytes, mtime_ns, b"")
        if self._too_large(wanted, stamp):
            return True
        known = wanted.known
        if known is None or not surely_same(known, size_bytes, mtime_ns):
            return False
        return self._same(wanted, known, known.stamp)

    def _too_large(self, wanted: Wanted, stamp: FileStamp) -> bool:
        limit, known = wanted.settings.max_mb, wanted.known
        if not limit or stamp.size_bytes <= limit * 1_000_000:
            return False
        reason = f"It is larger than the {limit} MB that this library takes."
        told = known is not None and (known.stamp, known.reason) == (stamp, reason)
        if told and stamp.path not in self._judging.again:
            self.failed.append(FailedFile(stamp.path, OVER_LIMIT, reason))
        else:
            self._fail(wanted, stamp, OVER_LIMIT, reason)
        return True

    def _feed(self) -> bool:
        """Keep the reading processes busy; False when nothing is left."""
        while self._to_read and len(self._in_hand) < AHEAD_FILES:
            wanted = self._to_read.popleft()
            try:
                stat = wanted.path.stat()
                stamp = FileStamp(
                    wanted.file.path, stat.st_size, stat.st_mtime_ns, fingerprint(wanted.path)
                )
            except OSError as error:
                self._unreadable(wanted, error)
                self._done += 1
                continue
            # Somebody else may have read it since it was looked at.
            known = self._documents.known(stamp.path)
            if known is None and (former := self._moved(wanted, stamp)):
                if Path(former).suffix == wanted.path.suffix:
                    self._done += 1
                    continue
                known = self._documents.known(stamp.path)  # its name may decide how it is read
            elif known is not None and self._same(wanted, known, stamp):
                self._done += 1
                continue
            self._keys += 1
            self._storing.expect(stamp.path, known)
            self._in_hand[self._keys] = InHand(wanted, stamp)
            self._reader.submit(self._keys, wanted.path, wanted.options)
        return bool(self._in_hand)

    def _moved(self, wanted: Wanted, stamp: FileStamp) -> str | None:
        """Where the file lay before; then it is the same document here."""
        former = former_path(self._states, stamp, self._judging.away)
        if former is None:
            return None
        self._states.rename(
            former,
            stamp.path,
            wanted.library,
            size_bytes=stamp.size_bytes,
            mtime_ns=stamp.mtime_ns,
        )
        self._holders = None
        if Path(former).suffix == wanted.path.suffix:
            self.moved += 1
            self.failed += self._failed_inside(stamp.path)
            self._tell(Change(stamp.path, "moved", former=former))
        return former

    def _tell(self, change: Change) -> None:
        if self._judging.tell:
            self.changes.append(change)

    def _same(self, wanted: Wanted, known: KnownFile, stamp: FileStamp) -> bool:
        """Whether what the vault holds of the file still stands; then it is counted."""
        judging = self._judging
        retry = judging.retry or stamp.path in judging.again
        if known.stamp.sha256 != stamp.sha256 or (known.state == "failed" and retry):
            return False
        if stamp.path in judging.stale:
            return False
        if known.code == LEFT_OUT and known.read_with != off(wanted.settings):
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
        if stamp.path in judging.again:
            self._documents.settle(stamp.path)
        return True

    def _failed_inside(self, path: str) -> list[FailedFile]:
        if self._holders is None:
            self._holders = self._documents.with_inner()
        return self._documents.failed_inner(path) if path in self._holders else []

    def _taken(self, outcome: Outcome, pending: Iterable[Reading]) -> Reading | None:
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
        if parsed.type in wanted.settings.formats_off:
            reason = f"What it holds is of a kind ({parsed.type}) that this library leaves out."
            self._fail(wanted, stamp, LEFT_OUT, reason)
            return None
        if changed(wanted.path, stamp):
            stamp = replace(stamp, mtime_ns=0, sha256=b"")  # look at it again next time
        left_out = self._judging.left_out
        found = reading(stamp, wanted.library, parsed, self._embedder, left_out, self._target)
        if not found.file.drafts and not found.inner:
            self._fail(wanted, stamp, "empty", "There is no text in this file.")
            return None
        if not stamp.sha256:
            return found
        twins = (each.as_twin() for each in pending if each.stamp.sha256 == stamp.sha256)
        return with_twin(found, next(twins, None) or self._documents.twin(stamp))

    def _unlocking(self, outcome: Outcome, in_hand: InHand) -> bool:
        """Where the file or something in it is locked, try the next password."""
        parsed = outcome.parsed
        if parsed is not None:
            if not locked_inside(parsed):
                return False
            in_hand.opened = parsed
        elif outcome.code != "encrypted":
            return False
        if in_hand.passwords is None:
            in_hand.passwords = self._passwords.candidates(in_hand.stamp.path)
        if not in_hand.passwords:
            return False
        options = replace(in_hand.wanted.options, password=in_hand.passwords.pop(0))
        self._reader.submit(outcome.key, in_hand.wanted.path, options)
        return True

    def _unreadable(self, wanted: Wanted, error: OSError) -> None:
        reason = f"The file cannot be opened: {error.strerror}."
        self._fail(wanted, FileStamp(wanted.file.path, 0, 0, b""), "unreadable", reason)

    def _fail(self, wanted: Wanted, stamp: FileStamp, code: str, reason: str) -> None:
        self.failed.append(FailedFile(stamp.path, code, reason))
        self._documents.put_failed(
            stamp,
            wanted.library,
            code,
            reason,
            keep_text=code in UNOPENED,
            reader=VERSIONS.get(wanted.path.suffix.lstrip(".").lower(), 0),
            read_with=off(wanted.settings) if code == LEFT_OUT else wanted.settings.recognition,
        )
        self._tell(Change(stamp.path, "failed", reason=reason))

    # --- many files ----------------------------------------------------------------------------

    def _begin(self, before: "_Lot | None") -> "_Lot":
        """Embed what was gathered, but for what the vault or the lot before holds."""
        vectors = self._store.ensure(self._embedder.identity)
        gathered, self._gathered, self._passages = self._gathered, [], 0
        texts: dict[bytes, str] = {}
        for found in gathered:
            for part in found.parts:
                for name, text in zip(part.digests, part.texts, strict=True):
                    texts.setdefault(name, text)
        held = {name: before.held[name] for name in texts.keys() & before.held} if before else {}
        held.update(self._store.known(vectors, texts.keys() - held.keys()))
        new = {name: text for name, text in texts.items() if name not in held}
        return _Lot(gathered, vectors, held, Embedding(self._embedder, new))

    def _put(self, lot: "_Lot") -> Generator[Progress, None, None]:
        """Store the files of a lot, while the next is embedded."""
        told = self._storing.put(lot.readings, lot.held, lot.vectors)
        for found, what in zip(lot.readings, told, strict=True):
            self._done += 1
            if what is not None:
                self.indexed += 1
                self.passages += found.passages
                self.failed += found.failed
                self._tell(Change(found.stamp.path, what, found.passages))
            yield self._progress(Path(found.stamp.path).name)
        pack_smaller(self._vault)

    def _give_way(self, lot: "_Lot | None") -> Generator[Progress, None, None]:
        """Wait while somebody else's single file is being read."""
        if self._urgent or time.monotonic() < self._look_after:
            return
        if self._jobs.urgent():
            until = time.monotonic() + GIVE_WAY_S
            with lot.embedding.held() if lot is not None else nullcontext():
                while self._jobs.urgent() and time.monotonic() < until:
                    self._cancel.check()
                    yield self._progress("")
                    time.sleep(0.05)
        self._look_after = time.monotonic() + WAIT_S


@dataclass(frozen=True, slots=True)
class _Lot:
    """Files whose passages are being embedded."""

    readings: Sequence[Reading]
    vectors: VectorSet
    held: dict[bytes, Matrix]
    embedding: Embedding
