"""Vector sets: the passages' embeddings, kept apart for each embedder that made them.

Every set is a sqlite-vec table ``vectors_<id>``. One set serves searches; another may be filling
while an embedder is exchanged. Vectors are derived from the passages and can be rebuilt.
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import apsw
import numpy as np

from engine.errors import VaultBusyError
from engine.inference.embedder import Vectors as Matrix
from engine.model_types import EmbedderIdentity
from engine.store.connect import Vault
from engine.store.rows import numbers, rows, value

CONTEXT_BYTES = 240
"""Most of a title, and of a heading path, that is embedded with a passage."""

NEAREST_MOST = 4096
"""sqlite-vec answers at most this many neighbours."""


_STRAY = "WHERE NOT EXISTS (SELECT 1 FROM passages WHERE passages.id = passage_id)"


@dataclass(frozen=True, slots=True)
class VectorSet:
    id: int
    identity: EmbedderIdentity
    serving: bool

    @property
    def table(self) -> str:
        return f"vectors_{self.id}"


class Vectors:
    """The vector sets of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def sets(self) -> list[VectorSet]:
        with self._vault.read() as db:
            return _sets(db)

    def serving(self) -> VectorSet | None:
        """The set that answers searches; None in a vault that never held a passage."""
        return next((found for found in self.sets() if found.serving), None)

    def matching(self, identity: EmbedderIdentity) -> VectorSet | None:
        """The set made by exactly this embedder, serving or still filling."""
        return next((found for found in self.sets() if found.identity == identity), None)

    def ensure(self, identity: EmbedderIdentity) -> VectorSet:
        """The embedder's set. The first set of a vault serves at once, a later one is filled."""
        with self._vault.write() as db:
            held = _sets(db)
            for found in held:
                if found.identity == identity:
                    return found
            return self._create(db, identity, serving=not any(each.serving for each in held))

    def _create(
        self, db: apsw.Connection, identity: EmbedderIdentity, *, serving: bool
    ) -> VectorSet:
        db.execute(
            "INSERT INTO vector_sets(model_id, file_sha256, dimension, query_prefix, "
            "passage_prefix, pooling, max_tokens, state, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                identity.model_id,
                identity.file_sha256,
                identity.dimension,
                identity.query_prefix,
                identity.passage_prefix,
                identity.pooling,
                identity.max_tokens,
                "serving" if serving else "filling",
                time.time(),
            ),
        )
        made = VectorSet(db.last_insert_rowid(), identity, serving)
        table = made.table
        db.execute(
            f"""
            CREATE VIRTUAL TABLE {table} USING vec0(
                passage_id INTEGER PRIMARY KEY,
                library_id INTEGER,
                embedding FLOAT[{int(identity.dimension)}] DISTANCE_METRIC=cosine
            );
            CREATE TRIGGER {table}_delete AFTER DELETE ON passages BEGIN
                DELETE FROM {table} WHERE passage_id = old.id;
            END;
            CREATE TRIGGER {table}_move AFTER UPDATE OF library_id ON documents BEGIN
                UPDATE {table} SET library_id = new.library_id
                WHERE passage_id IN (SELECT id FROM passages WHERE document_id = new.id);
            END;
            """
        )
        return made

    def drop(self, unwanted: VectorSet) -> None:
        with self._vault.write() as db:
            _drop(db, unwanted.id)

    def switch(self, filled: VectorSet) -> bool:
        """Let a filled set serve and drop the others, in one transaction.

        False, and nothing changed, where a passage came in meanwhile that it does not hold.
        """
        with self._vault.write() as db:
            if missing(db, filled, 1):
                return False
            for other in _sets(db):
                if other.id != filled.id:
                    _drop(db, other.id)
            db.execute("UPDATE vector_sets SET state = 'serving' WHERE id = ?", (filled.id,))
        return True

    def known(self, vectors: VectorSet, digests: Iterable[bytes]) -> dict[bytes, Matrix]:
        """Vectors of texts that were embedded before, by the digest of the text."""
        found: dict[bytes, Matrix] = {}
        with self._vault.read() as db:
            for digest in digests:
                blob = value(
                    db,
                    f"SELECT v.embedding FROM passages AS p CROSS JOIN {vectors.table} AS v "
                    "ON v.passage_id = p.id WHERE p.digest = ? LIMIT 1",
                    (digest,),
                )
                if blob is not None:
                    found[digest] = np.frombuffer(blob, dtype=np.float32)
        return found

    def missing(self, vectors: VectorSet, most: int, *, after: int = 0) -> list[tuple[int, str]]:
        """Passages without a vector in this set, by number, as number and text to embed."""
        with self._vault.read() as db:
            return missing(db, vectors, most, after=after)

    def count(self, vectors: VectorSet) -> int:
        with self._vault.read() as db:
            return int(value(db, f"SELECT count(*) FROM {vectors.table}"))

    def passages(self) -> int:
        """Number of passages that a whole set holds."""
        with self._vault.read() as db:
            return int(value(db, "SELECT count(*) FROM passages"))

    def strays(self, vectors: VectorSet) -> int:
        """Vectors whose passage is gone."""
        with self._vault.read() as db:
            return int(value(db, f"SELECT count(*) FROM {vectors.table} {_STRAY}"))

    def drop_strays(self, vectors: VectorSet) -> None:
        with self._vault.write() as db:
            for (id,) in rows(db, f"SELECT passage_id FROM {vectors.table} {_STRAY}"):
                db.execute(f"DELETE FROM {vectors.table} WHERE passage_id = ?", (id,))

    def fill(self, vectors: VectorSet, ids: Sequence[int], matrix: Matrix) -> None:
        """Store vectors of passages that still exist. ``matrix`` is (n, dimension)."""
        with self._vault.write() as db:
            still_held(db, vectors)
            insert(db, vectors, ids, matrix)

    def nearest(
        self, vectors: VectorSet, query: Matrix, most: int, library_id: int | None = None
    ) -> list[tuple[int, float]]:
        """Passages by cosine similarity, best first; exact."""
        only = "" if library_id is None else "AND library_id = :library"
        with self._vault.read() as db:
            found = rows(
                db,
                f"SELECT passage_id, distance FROM {vectors.table} "
                f"WHERE embedding MATCH :query AND k = :most {only}",
                {"query": _blob(query), "most": min(most, NEAREST_MOST), "library": library_id},
            )
        return [(id, 1.0 - distance) for id, distance in found]

    def cosines(self, vectors: VectorSet, query: Matrix, ids: Sequence[int]) -> dict[int, float]:
        """Exact cosine similarity of the query and each of these passages."""
        with self._vault.read() as db:
            found = rows(
                db,
                f"SELECT v.passage_id, v.embedding FROM carray(?) AS wanted "
                f"CROSS JOIN {vectors.table} AS v ON v.passage_id = wanted.value",
                (numbers(ids),),
            )
        if not found:
            return {}
        matrix = np.frombuffer(b"".join(blob for _, blob in found), dtype=np.float32)
        scores = matrix.reshape(len(found), -1) @ query.astype(np.float32)
        return {id: float(score) for (id, _), score in zip(found, scores, strict=True)}


def insert(db: apsw.Connection, vectors: VectorSet, ids: Sequence[int], matrix: Matrix) -> None:
    """Store one vector for each passage inside a running transaction."""
    db.executemany(
        f"INSERT INTO {vectors.table}(passage_id, library_id, embedding) "
        "SELECT passages.id, documents.library_id, ?2 FROM passages "
        "JOIN documents ON documents.id = passages.document_id WHERE passages.id = ?1 "
        f"AND NOT EXISTS (SELECT 1 FROM {vectors.table} WHERE passage_id = ?1)",
        [(id, _blob(row)) for id, row in zip(ids, matrix, strict=True)],
    )


def missing(
    db: apsw.Connection, vectors: VectorSet, most: int, *, after: int = 0
) -> list[tuple[int, str]]:
    found = rows(
        db,
        "SELECT id, title, heading, text FROM passages WHERE id > ? "
        f"AND NOT EXISTS (SELECT 1 FROM {vectors.table} WHERE passage_id = passages.id) "
        "ORDER BY id LIMIT ?",
        (after, most),
    )
    return [(id, embedding_text(title, heading, text)) for id, title, heading, text in found]


def still_held(db: apsw.Connection, vectors: VectorSet) -> None:
    """Raise VaultBusyError where another process exchanged the set meanwhile."""
    if value(db, "SELECT 1 FROM vector_sets WHERE id = ?", (vectors.id,)) is None:
        raise VaultBusyError(
            "Another Alcove process has just changed the sentence encoder.", "Try again."
        )


def _sets(db: apsw.Connection) -> list[VectorSet]:
    found = rows(
        db,
        "SELECT id, state, model_id, file_sha256, dimension, query_prefix, passage_prefix, "
        "pooling, max_tokens FROM vector_sets ORDER BY id",
    )
    return [
        VectorSet(id, EmbedderIdentity(*identity), state == "serving")
        for id, state, *identity in found
    ]


def _drop(db: apsw.Connection, set_id: int) -> None:
    table = f"vectors_{int(set_id)}"
    db.execute(f"DROP TRIGGER IF EXISTS {table}_delete")
    db.execute(f"DROP TRIGGER IF EXISTS {table}_move")
    db.execute(f"DROP TABLE IF EXISTS {table}")
    db.execute("DELETE FROM vector_sets WHERE id = ?", (set_id,))


def embedding_text(title: str, heading: str, text: str) -> str:
    """What is embedded of a passage: where it stands, then its text.

    Very long titles and heading paths are shortened, so that they leave room for the text.
    """
    return "\n".join(part for part in (_within(title), _within(heading), text) if part)


def _within(text: str) -> str:
    """The beginning of a text that takes at most ``CONTEXT_BYTES``."""
    return text.encode("utf-8", "replace")[:CONTEXT_BYTES].decode("utf-8", "ignore")


def digest(text: str) -> bytes:
    """Short name of a text to embed; equal texts share their vector."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _blob(vector: Matrix) -> bytes:
    return np.ascontiguousarray(vector, dtype=np.float32).tobytes()
