"""Storing files whose passages are embedded, several in one transaction."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from engine.inference.embedder import Vectors as Matrix
from engine.ingest.judging import PLAIN, Judging, changed, reader_of
from engine.ingest.reading import Part, Reading
from engine.store.connect import Vault
from engine.store.document_rows import Inner
from engine.store.documents import Documents, KnownFile
from engine.store.vectors import VectorSet

Stored = Literal["added", "changed"]


class Storing:
    """Puts files into the vault, unless somebody stored a later state of them meanwhile."""

    def __init__(self, vault: Vault, judging: Judging, passage_tokens: int) -> None:
        self._vault = vault
        self._documents = Documents(vault)
        self._judging = judging
        self._tokens = passage_tokens
        self._before: dict[str, KnownFile | None] = {}

    def expect(self, path: str, known: KnownFile | None) -> None:
        """A file is about to be read; ``known`` is what the vault holds of it."""
        self._before[path] = known

    def put(
        self, readings: Sequence[Reading], held: Mapping[bytes, Matrix], vectors: VectorSet
    ) -> list[Stored | None]:
        """Store all of the files or none; what became of each, None where it was overtaken.

        In one transaction: the word index is written in larger pieces then, at half the work.
        """
        with self._vault.write():
            # Nobody else writes now, so that this is the state that counts.
            known = self._documents.known_of([each.stamp.path for each in readings])
            return [self._put(each, known, held, vectors) for each in readings]

    def _put(
        self,
        found: Reading,
        known: Mapping[str, KnownFile],
        held: Mapping[bytes, Matrix],
        vectors: VectorSet,
    ) -> Stored | None:
        stamp, file = found.stamp, found.file
        assert file.parsed is not None
        before, now = self._before.pop(stamp.path, None), known.get(stamp.path)
        overtaken = now is not None and (before is None or now.stamp != before.stamp)
        if overtaken and changed(Path(stamp.path), stamp):
            self._documents.settle(stamp.path)
            return None
        self._documents.put(
            stamp,
            found.library,
            file.parsed,
            file.drafts,
            _matrix(file, held, vectors),
            vectors,
            digests=file.digests,
            inner=[_inner(part, held, vectors) for part in found.inner],
            reader=reader_of(file),
            read_with=self._judging.settings.get(found.library, PLAIN).recognition,
            passage_tokens=self._tokens,
        )
        return "changed" if before is not None else "added"


def _inner(part: Part, held: Mapping[bytes, Matrix], vectors: VectorSet) -> Inner:
    return Inner(
        path=part.path,
        container=part.container,
        parsed=part.parsed,
        drafts=part.drafts,
        digests=part.digests,
        matrix=_matrix(part, held, vectors),
        code=part.code,
        reason=part.reason,
        reader=reader_of(part),
    )


def _matrix(part: Part, held: Mapping[bytes, Matrix], vectors: VectorSet) -> Matrix:
    if not part.digests:
        return np.zeros((0, vectors.identity.dimension), dtype=np.float32)
    return np.stack([held[name] for name in part.digests])
