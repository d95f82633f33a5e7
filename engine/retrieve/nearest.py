"""The nearest passages by meaning: in a small vault by sqlite-vec, in a large one through memory.

The index in memory is made from the vault in the background, never written to disk, and follows
the vault: what came or went since, in this process or another, is noticed before each search.
While it is being made, sqlite-vec serves. What it finds is scored exactly from the vault, so that
both ways give the same scores.
"""

import logging
import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from engine.errors import CancelledError, EngineError
from engine.inference.embedder import Vectors as Matrix
from engine.progress import CancelToken
from engine.store.connect import Vault
from engine.store.memory_index import SAMPLE, MemoryIndex, expected_bytes
from engine.store.selection import Selection
from engine.store.tallies import Tallies
from engine.store.vector_scan import VectorScan
from engine.store.vectors import Vectors, VectorSet

Ids = NDArray[np.int64]

LARGE = 20_000
"""Passages from which on an index is made."""
CANDIDATES = 250
"""Passages that are scored exactly, at least."""
MOST_CANDIDATES = 4096
SCORED = 1000
"""Where a search is narrowed to so few passages, all of them are scored exactly."""
NEW = 2000
"""So many passages that are not in the index yet are scored beside it."""
GONE = 0.02
"""Share of the index that may be of passages that are gone, before they are taken out."""
GROWN = 3
"""An index that has grown to so many times what it was fitted for is made anew."""
RETRY_S = 60.0
"""How long after a failure it is tried again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NearestState:
    """What the index in memory is about."""

    passages: int
    """Passages in the index; 0 where there is none."""
    size_bytes: int
    building: bool
    needed_bytes: int
    """What a whole index takes, about; 0 where the vault needs none."""


@dataclass(slots=True)
class _Built:
    """An index, and how far it has followed the vault."""

    set_id: int
    index: MemoryIndex
    newest: int
    late: int
    fitted_for: int


def scanned(
    store: Vectors,
    vectors: VectorSet,
    query: Matrix,
    most: int,
    library_id: int | None,
    only: Ids | None,
    also: Collection[int],
) -> dict[int, float]:
    """As :meth:`Nearest.nearest`, but without an index: every passage is compared."""
    if only is None:
        near = dict(store.nearest(vectors, query, most, library_id))
    else:
        near = _best(store.cosines(vectors, query, only), most)
    return near | store.cosines(vectors, query, sorted(set(also) - near.keys()))


class Nearest:
    """Finds neighbours, and keeps the index of one vault. Safe from several threads."""

    def __init__(self, vault: Vault, *, large: int = LARGE) -> None:
        """``large`` is the number of passages from which on an index is made."""
        self._vectors = Vectors(vault)
        self._scan = VectorScan(vault)
        self._selection = Selection(vault)
        self._large = large
        self._lock = threading.Lock()
        self._built: _Built | None = None
        self._thread: threading.Thread | None = None
        self._again = False
        self._stop = CancelToken()
        self._failed_at = float("-inf")
        self._narrowed: tuple[tuple[object, ...], Ids | None] | None = None

    # --- searching -----------------------------------------------------------------------------

    def nearest(
        self,
        vectors: VectorSet,
        query: Matrix,
        most: int,
        *,
        library_id: int | None = None,
        only: Sequence[int] | Ids | None = None,
        also: Collection[int] = (),
    ) -> dict[int, float]:
        """Exact cosines of about the nearest passages, best first; with ``only``, among these.

        Those of ``also`` follow, where they are not among them.
        """
        state = self._scan.state() if only is None or len(only) > SCORED else None
        built = None if state is None else self._usable(vectors, state)
        among = None if only is None else np.asarray(only, dtype=np.int64)
        if built is not None and state is not None and library_id is not None:
            among = self._library(library_id, state)
        if built is not None and (among is None or len(among) > SCORED):
            return self._through(built, vectors, query, most, among, also)
        return scanned(self._vectors, vectors, query, most, library_id, among, also)

    def _through(
        self,
        built: _Built,
        vectors: VectorSet,
        query: Matrix,
        most: int,
        among: Ids | None,
        also: Collection[int],
    ) -> dict[int, float]:
        new = np.array(self._scan.passages_after(built.newest, NEW), dtype=np.int64)
        if among is not None:
            new = new[np.isin(new, among)]
        wanted = max(CANDIDATES, int(2.5 * most))
        asked = wanted
        while True:
            found = built.index.search(query, asked, among)
            own = {*found.tolist(), *new.tolist()}
            scored = self._vectors.cosines(vectors, query, sorted(own.union(also)))
            mine = {id: score for id, score in scored.items() if id in own}
            # Passages that are gone take up places in the index until they are taken out of it.
            enough = len(mine) - len(new) >= 0.9 * wanted
            if enough or len(found) < asked or asked >= MOST_CANDIDATES:
                return _best(mine, most) | {id: scored[id] for id in also if id in scored}
            asked = min(2 * asked, MOST_CANDIDATES)

    def _usable(self, vectors: VectorSet, state: Tallies) -> _Built | None:
        """The index where it is near enough to the vault; wakes the work on it where it is not."""
        if state.passages < self._large or vectors.storage != "int8":
            return None
        built = self._built
        if built is None or built.set_id != vectors.id:
            self.wake()
            return None
        if self._due(built, state):
            self.wake()
        if state.newest == built.newest:
            return built
        return built if len(self._scan.passages_after(built.newest, NEW + 1)) <= NEW else None

    def _library(self, library_id: int, state: Tallies) -> Ids | None:
        """The passages of a library; None where they are all there are."""
        key = (library_id, state)
        held = self._narrowed
        if held is not None and held[0] == key:
            return held[1]
        found: Ids | None = self._selection.passages(libraries=[library_id])
        if found is not None and len(found) == state.passages:
            found = None
        self._narrowed = (key, found)
        return found

    # --- following the vault -------------------------------------------------------------------

    def wake(self) -> None:
        """Make the index, or bring it up to date, in the background; at once back."""
        with self._lock:
            if self._stop.cancelled or time.monotonic() - self._failed_at < RETRY_S:
                return
            self._again = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="nearest", daemon=True)
                self._thread.start()

    def wait(self, timeout_s: float = 600.0) -> bool:
        """Until the work in the background has ended; False where it takes longer."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
            return not thread.is_alive()
        return True

    def state(self) -> NearestState:
        serving = self._vectors.serving()
        passages = self._scan.state().passages
        needed = 0
        if serving is not None and passages >= self._large:
            needed = expected_bytes(serving.identity.dimension, passages)
        built = self._built
        return NearestState(
            passages=len(built.index) if built else 0,
            size_bytes=built.index.size_bytes() if built else 0,
            building=self._thread is not None,
            needed_bytes=needed,
        )

    def close(self) -> None:
        """Stop the work in the background and forget the index."""
        with self._lock:
            self._stop.cancel()
            thread = self._thread
        if thread is not None:
            thread.join()
        self._built = None

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._again or self._stop.cancelled:
                    self._thread = None
                    return
                self._again = False
            try:
                while self._step():
                    self._stop.check()
            except CancelledError:
                pass
            except (EngineError, MemoryError) as error:
                # Searches go on without it.
                log.warning("the index in memory was not made: %s", type(error).__name__)
                self._failed_at = time.monotonic()
                self._built = None

    def _step(self) -> bool:
        """One piece of work; False where nothing is left to do."""
        vectors = self._vectors.serving()
        state = self._scan.state()
        if vectors is None or vectors.storage != "int8" or state.passages < self._large:
            self._built = None
            return False
        built = self._built
        if built is not None and (built.set_id != vectors.id or built.late != state.late):
            self._built = built = None
        if built is None or len(built.index) > GROWN * built.fitted_for:
            self._build(vectors)
            return True
        if not self._due(built, state):
            return False
        with self._scan.snapshot(vectors) as now:
            if _gone(built, now.state):
                held = now.ids()
                built.index.remove(np.setdiff1d(built.index.ids(), held))
            for ids, matrix in now.after(built.newest):
                self._stop.check()
                built.index.add(ids, matrix)
                built.newest = int(ids.max(initial=built.newest))
            built.newest = max(built.newest, now.state.newest)
        return True

    def _build(self, vectors: VectorSet) -> None:
        started = time.perf_counter()
        with self._scan.snapshot(vectors) as now:
            index = MemoryIndex(now.sample(SAMPLE), now.state.passages)
            for ids, matrix in now.all():
                self._stop.check()
                index.add(ids, matrix)
            state = now.state
        self._built = _Built(vectors.id, index, state.newest, state.late, state.passages)
        log.info("index of %d vectors in %.1f s", len(index), time.perf_counter() - started)

    @staticmethod
    def _due(built: _Built, state: Tallies) -> bool:
        """Whether the vault has changed so that the index has to follow."""
        return built.newest < state.newest or built.late != state.late or _gone(built, state)


def _gone(built: _Built, state: Tallies) -> bool:
    """Whether so many passages are gone that they should be taken out."""
    extra = len(built.index) - state.passages
    return extra > max(GONE * len(built.index), 100)


def _best(scored: dict[int, float], most: int) -> dict[int, float]:
    by_number = sorted(scored.items())
    by_number.sort(key=itemgetter(1), reverse=True)  # which keeps the order of equal ones
    return dict(by_number[:most])
