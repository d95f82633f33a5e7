"""From a question to the passages that may answer it, found by words and by meaning."""

import time

import numpy as np

from engine.errors import InputError, NotFoundError
from engine.inference.embedder import Embedder
from engine.retrieve import fuse, query
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.vectors import Vectors
from engine.types import Hit, SearchResult

CANDIDATES = 100
"""Passages taken from the words and from the meaning each; every one gets both exact scores."""


class Retriever:
    """Searches a vault. Cheap to make, safe from several threads."""

    def __init__(self, vault: Vault, embedder: Embedder) -> None:
        self._documents = Documents(vault)
        self._lexical = Lexical(vault)
        self._vectors = Vectors(vault)
        self._embedder = embedder

    def search(self, question: str, *, library: str | None = None, top: int = 10) -> SearchResult:
        """The best passages, best first; fewer where the vault holds fewer.

        While the vectors of another embedder serve, the search is by words alone. Raises
        InputError for an empty question, NotFoundError for an unknown library.
        """
        started = time.perf_counter()
        if not question.strip():
            raise InputError("The question is empty.", "Type what you want to know.")
        library_id = self._library(library)
        expression = self._expression(question)
        pool = max(CANDIDATES, 2 * top)
        words = dict(self._lexical.search(expression, pool, library_id)) if expression else {}
        vectors = self._vectors.serving()
        meaning: dict[int, float] = {}
        if vectors is not None and vectors.identity == self._embedder.identity:
            vector = self._embedder.embed_query(question)
            meaning = dict(self._vectors.nearest(vectors, vector, pool, library_id))
            if only_words := words.keys() - meaning.keys():
                meaning |= self._vectors.cosines(vectors, vector, sorted(only_words))
        if expression and (only_meaning := meaning.keys() - words.keys()):
            words |= self._lexical.scores(expression, sorted(only_meaning))
        hits = self._ranked(words, meaning, top)
        return SearchResult(hits, time.perf_counter() - started)

    def _ranked(
        self, words: dict[int, float], meaning: dict[int, float], top: int
    ) -> tuple[Hit, ...]:
        ids = sorted(words.keys() | meaning.keys())
        by_words = np.array([words.get(id, 0.0) for id in ids])
        by_meaning = np.array([meaning.get(id, 0.0) for id in ids])
        scores = fuse.fused(by_words, by_meaning)
        shown = fuse.normalised(by_words, 0.0)
        best = np.lexsort((np.array(ids), -scores))[:top]
        passages = self._documents.passages_by_id([ids[place] for place in best])
        found = [place for place in best if ids[place] in passages]
        return tuple(
            Hit(
                rank=rank,
                passage=passages[ids[place]],
                score=float(scores[place]),
                words=float(shown[place]),
                meaning=float(by_meaning[place]),
            )
            for rank, place in enumerate(found, start=1)
        )

    def _expression(self, question: str) -> str:
        asked = query.parse(question)
        passages = self._lexical.passages()
        if passages > query.LARGE_VAULT:
            asked = query.rare(asked, self._lexical.frequencies(asked.words), passages)
        return asked.expression

    def _library(self, name: str | None) -> int | None:
        if name is None:
            return None
        found = self._documents.library_id(name)
        if found is None:
            names = ", ".join(each.name for each in self._documents.libraries()) or "none yet"
            raise NotFoundError(f"There is no library {name}.", f"Libraries: {names}.")
        return found
