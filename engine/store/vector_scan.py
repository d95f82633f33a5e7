"""Reading a whole vector set, or what came to it, in batches: for the index in memory."""

import random
from collections.abc import Generator
from contextlib import contextmanager
from itertools import islice

import apsw
import numpy as np
from numpy.typing import NDArray

from engine.store import tallies
from engine.store.connect import Vault
from engine.store.quantise import Matrix, unpacked_all
from engine.store.rows import numbers, rows
from engine.store.tallies import Tallies
from engine.store.vectors import VectorSet

Ids = NDArray[np.int64]

BATCH = 8192
"""Vectors handed over at a time: 12 MB as floats of 384 parts."""


class VectorScan:
    """Reads the vectors of a vault. Safe from several threads."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def state(self) -> Tallies:
        with self._vault.read() as db:
            return tallies.read(db)

    @contextmanager
    def snapshot(self, vectors: VectorSet) -> Generator["Snapshot", None, None]:
        """One unchanging state of a set."""
        with self._vault.read() as db:
            yield Snapshot(db, vectors)

    def passages_after(self, newest: int, most: int) -> list[int]:
        """Passages that came after this one, by number."""
        with self._vault.read() as db:
            found = rows(
                db, "SELECT id FROM spans WHERE id > ? ORDER BY id LIMIT ?", (newest, most)
            )
        return [id for (id,) in found]


class Snapshot:
    """A set as it was at one moment."""

    def __init__(self, db: apsw.Connection, vectors: VectorSet) -> None:
        self._db = db
        self._vectors = vectors
        self.state = tallies.read(db)

    def ids(self) -> Ids:
        """All passages."""
        found = self._db.execute("SELECT id FROM spans")
        return np.fromiter((id for (id,) in found), dtype=np.int64)

    def sample(self, most: int) -> Matrix:
        """Vectors from everywhere in the set, always the same ones for the same passages."""
        ids = self.ids()
        if len(ids) > most:
            ids = np.sort(np.array(random.Random(most).sample(ids.tolist(), most)))
        return self.of(ids)[1]

    def of(self, ids: Ids) -> tuple[Ids, Matrix]:
        """The vectors of these passages, of those that have one."""
        found = rows(
            self._db,
            "SELECT v.passage_id, v.embedding FROM carray(?) AS wanted "
            f"CROSS JOIN {self._vectors.table} AS v ON v.passage_id = wanted.value",
            (numbers(ids),),
        )
        return self._batch(found)

    def all(self) -> Generator[tuple[Ids, Matrix], None, None]:
        """Every vector, in no order."""
        found = self._db.execute(f"SELECT passage_id, embedding FROM {self._vectors.table}")
        while batch := list(islice(found, BATCH)):
            yield self._batch(batch)

    def after(self, newest: int) -> Generator[tuple[Ids, Matrix], None, None]:
        """The vectors of the passages that came after this one."""
        found = self._db.execute("SELECT id FROM spans WHERE id > ? ORDER BY id", (newest,))
        ids = np.fromiter((id for (id,) in found), dtype=np.int64)
        for start in range(0, len(ids), BATCH):
            yield self.of(ids[start : start + BATCH])

    def _batch(self, found: list[tuple[int, bytes]]) -> tuple[Ids, Matrix]:
        if not found:
            dimension = self._vectors.identity.dimension
            return np.zeros(0, dtype=np.int64), np.zeros((0, dimension), dtype=np.float32)
        ids = np.array([id for id, _ in found], dtype=np.int64)
        return ids, unpacked_all([blob for _, blob in found], self._vectors.storage)
