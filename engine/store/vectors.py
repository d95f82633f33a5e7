"""Vector sets: the passages' embeddings, kept apart for each embedder that made them.

Every set is a table ``vectors_<id>``, a row for each passage, which sqlite-vec compares. One set
serves searches; another may be filling while an embedder is exchanged. Vectors are derived from the
passages and can be rebuilt.
"""

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import apsw
import numpy as np
from numpy.typing import NDArray

from engine.errors import VaultBusyError
from engine.inference.embedder import Vectors as Matrix
from engine.model_types import EmbedderIdentity
from engine.store import tallies
from engine.store.attached import bounds
from engine.store.connect import Vault
from engine.store.plain_vectors import make_table
from engine.store.quantise import packed, unpacked, unpacked_all
from engine.store.rows import numbers, rows, value
from engine.store.spans import let_vectors_follow

Ids = NDArray[np.int64]

CONTEXT_BYTES = 240
"""Most of a title, and of a heading path, that is embedded with a passage."""

_CAST = {"float32": "vec_f32", "int8": "vec_int8"}
_STRAY = "WHERE NOT EXISTS (SELECT 1 FROM passages WHERE passages.id = passage_id)"


@dataclass(frozen=True, slots=True)
class VectorSet:
    id: int
    identity: EmbedderIdentity
    serving: bool
    storage: str = "int8"
    """See :mod:`engine.store.quantise`."""

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
        """The set made by exactly this embedder; the one that serves before one still filling."""
        return _matching(self.sets(), identity)

    def ensure(self, identity: EmbedderIdentity) -> VectorSet:
        """The embedder's set. The first set of a vault serves at once, a later one is filled."""
        with self._vault.write() as db:
            held = _sets(db)
            if (found := _matching(held, identity)) is not None:
                return found
            return self._create(db, identity, serving=not any(each.serving for each in held))

    def successor(self, old: VectorSet) -> VectorSet:
        """A set of the same embedder that is stored smaller, to be filled from the old one."""
        with self._vault.write() as db:
            for found in _sets(db):
                if found.identity == old.identity and found.storage == "int8" and not found.serving:
                    return found
            return self._create(db, old.identity, serving=False)

    def _create(
        self, db: apsw.Connection, identity: EmbedderIdentity, *, serving: bool
    ) -> VectorSet:
        db.execute(
            "INSERT INTO vector_sets(model_id, file_sha256, dimension, query_prefix, "
            "passage_prefix, pooling, max_tokens, state, created_at, storage) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'int8')",
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
        make_table(db, made.table)
        let_vectors_follow(db, made.id)
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
                    f"SELECT v.embedding FROM spans CROSS JOIN {vectors.table} AS v "
                    "ON v.passage_id = spans.id WHERE substr(digest, 1, 5) = substr(?1, 1, 5) "
                    "AND digest = ?1 LIMIT 1",
                    (digest,),
                )
                if blob is not None:
                    found[digest] = unpacked(blob, vectors.storage)
        return found

    def copy(self, old: VectorSet, new: VectorSet, ids: Sequence[int]) -> None:
        """Take vectors of passages over into another set of the same embedder."""
        with self._vault.write() as db:
            still_held(db, new)
            found = rows(
                db,
                f"SELECT v.passage_id, v.embedding FROM carray(?) AS wanted "
                f"CROSS JOIN {old.table} AS v ON v.passage_id = wanted.value",
                (numbers(ids),),
            )
            if found:
                matrix = np.stack([unpacked(blob, old.storage) for _, blob in found])
                insert(db, new, [id for id, _ in found], matrix)

    def held(self, vectors: VectorSet, ids: Sequence[int]) -> dict[int, bytes]:
        """Vectors of passages as they are stored, by number."""
        with self._vault.read() as db:
            found = rows(
                db,
                f"SELECT v.passage_id, v.embedding FROM carray(?) AS wanted "
                f"CROSS JOIN {vectors.table} AS v ON v.passage_id = wanted.value",
                (numbers(ids),),
            )
        return dict(found)

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
            return tallies.passages(db)

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
            if value(db, "SELECT state FROM vector_sets WHERE id = ?", (vectors.id,)) == "serving":
                tallies.note_late(db)

    def nearest(
        self, vectors: VectorSet, query: Matrix, most: int, library_id: int | None = None
    ) -> list[tuple[int, float]]:
        """Passages by exact cosine similarity, best first: all of them are compared."""
        only = "" if library_id is None else "WHERE library_id = :library "
        cast = _CAST[vectors.storage]
        with self._vault.read() as db:
            found = rows(
                db,
                f"SELECT passage_id, vec_distance_cosine({cast}(embedding), {cast}(:query)) "
                f"AS distance FROM {vectors.table} {only}ORDER BY distance LIMIT :most",
                {"query": packed(query, vectors.storage), "most": most, "library": library_id},
            )
        scored = self.cosines(vectors, query, sorted(id for id, _ in found))
        return sorted(scored.items(), key=lambda each: (-each[1], each[0]))[:most]

    def cosines(
        self, vectors: VectorSet, query: Matrix, ids: Sequence[int] | Ids
    ) -> dict[int, float]:
        """Exact cosine similarity of the query and each of these passages; gone ones are left out.

        Exact to the precision of what is stored.
        """
        if not len(ids):
            return {}
        with self._vault.read() as db:
            found = rows(
                db,
                f"SELECT v.passage_id, v.embedding FROM carray(?) AS wanted "
                f"CROSS JOIN {vectors.table} AS v ON v.passage_id = wanted.value",
                (numbers(ids),),
            )
        if not found:
            return {}
        matrix = unpacked_all([blob for _, blob in found], vectors.storage)
        scores = matrix @ query.astype(np.float32)
        return dict(zip((id for id, _ in found), scores.tolist(), strict=True))

    def alike(self, vectors: VectorSet, ids: Sequence[int]) -> Matrix:
        """Cosines of these passages with each other, shape (n, n); 0 for one without a vector."""
        held = self.held(vectors, ids)
        matrix = np.zeros((len(ids), vectors.identity.dimension), dtype=np.float32)
        if held:
            rows_of = [place for place, id in enumerate(ids) if id in held]
            blobs = [held[ids[place]] for place in rows_of]
            matrix[rows_of] = unpacked_all(blobs, vectors.storage)
        return np.asarray(matrix @ matrix.T, dtype=np.float32)


def insert(db: apsw.Connection, vectors: VectorSet, ids: Sequence[int], matrix: Matrix) -> None:
    """Store one vector for each passage inside a running transaction."""
    db.executemany(
        f"INSERT OR IGNORE INTO {vectors.table}(passage_id, library_id, embedding) "
        "SELECT spans.id, documents.library_id, ?2 FROM spans "
        "JOIN documents ON documents.id = spans.document_id WHERE spans.id = ?1",
        [(id, packed(row, vectors.storage)) for id, row in zip(ids, matrix, strict=True)],
    )


def follow(db: apsw.Connection, path: str) -> None:
    """Let the vectors of a file and of what is in it stand in the library of their documents."""
    for held in _sets(db):
        db.execute(
            f"UPDATE {held.table} SET library_id = documents.library_id "
            "FROM documents CROSS JOIN spans ON spans.document_id = documents.id "
            "WHERE (documents.path = ?1 OR (documents.path >= ?2 AND documents.path < ?3)) "
            "AND passage_id = spans.id",
            (path, *bounds(path)),
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
        "SELECT id, state, storage, model_id, file_sha256, dimension, query_prefix, "
        "passage_prefix, pooling, max_tokens FROM vector_sets ORDER BY id",
    )
    return [
        VectorSet(id, EmbedderIdentity(*identity), state == "serving", storage)
        for id, state, storage, *identity in found
    ]


def _matching(held: Sequence[VectorSet], identity: EmbedderIdentity) -> VectorSet | None:
    same = [found for found in held if found.identity == identity]
    return next((found for found in same if found.serving), same[0] if same else None)


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
