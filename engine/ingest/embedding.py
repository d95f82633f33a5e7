"""Texts that are embedded on a thread of their own, while the caller reads, cuts and stores others.

The encoder's work is done outside of Python, so that both go on at the same time.
"""

import threading
from collections.abc import Generator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from engine.inference.embedder import Embedder
from engine.inference.embedder import Vectors as Matrix

SLICE = 64
"""Texts embedded between two looks at whether to go on: about a second of two cores."""


class Embedding:
    """One lot of texts on its way, from the moment it is made."""

    def __init__(self, embedder: Embedder, texts: Mapping[bytes, str]) -> None:
        """``texts`` by the name of each; alike ones are embedded together."""
        self._embedder = embedder
        self._texts = texts
        self._names = sorted(texts, key=lambda name: (len(texts[name]), name))
        self._go_on = threading.Event()
        self._go_on.set()
        self._stopped = False
        self._done = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="embedding")
        self._work: Future[dict[bytes, Matrix]] = self._pool.submit(self._run)

    def finished(self, timeout_s: float = 0.0) -> bool:
        """Whether all are embedded, or something went wrong with them."""
        return bool(wait([self._work], timeout_s).done)

    def told(self) -> str:
        """How far it is, in words."""
        return f"{self._done} of {len(self._names)} passages"

    def take(self) -> dict[bytes, Matrix]:
        """The vectors by name, once all are embedded. Raises what the embedder raised."""
        try:
            return self._work.result()
        finally:
            self._pool.shutdown()

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        """Nothing further is begun in the meantime."""
        self._go_on.clear()
        try:
            yield
        finally:
            self._go_on.set()

    def stop(self) -> None:
        """Give up what is left; back when nothing runs any more."""
        self._stopped = True
        self._go_on.set()
        self._pool.shutdown()

    def _run(self) -> dict[bytes, Matrix]:
        found: dict[bytes, Matrix] = {}
        for start in range(0, len(self._names), SLICE):
            self._go_on.wait()
            if self._stopped:
                break
            names = self._names[start : start + SLICE]
            matrix = self._embedder.embed_passages([self._texts[name] for name in names])
            found.update(zip(names, matrix, strict=True))
            self._done = len(found)
        return found
