"""From a question to the passages that may answer it, found by words and by meaning."""

import time
from collections.abc import Iterable, Sequence

import numpy as np

from engine.errors import InputError, NotFoundError
from engine.inference.embedder import Embedder
from engine.retrieve import closeness, copies, fuse, query
from engine.retrieve.closeness import Closeness
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.vectors import Vectors
from engine.types import Hit, Passage, SearchResult

CANDIDATES = 100
"""Passages taken from the words and from the meaning each; every one gets both exact scores."""

LOOKED_AT = 50
"""The best of them, whose text is compared with the question word by word."""


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
        question = question.encode("utf-8", "replace").decode("utf-8")
        library_id = self._library(library)
        asked = self._asked(question)
        pool = max(CANDIDATES, 2 * top)
        words = dict(self._lexical.search(asked.expression, pool, library_id))
        meaning = self._meaning(question, words, pool, library_id)
        if only_meaning := meaning.keys() - words.keys():
            words |= self._lexical.scores(asked.expression, sorted(only_meaning))
        hits = self._ranked(asked, words, meaning, top, library_id)
        return SearchResult(hits, time.perf_counter() - started)

    def _asked(self, question: str) -> query.Query:
        asked = query.parse(question)
        passages = self._lexical.passages()
        if passages > query.LARGE_VAULT:
            asked = query.rare(asked, self._lexical.frequencies(asked.words), passages)
        elif len(asked.words) + len(asked.phrases) > query.MOST_WORDS:
            asked = query.shortened(asked, self._lexical.frequencies(asked.words))
        return asked

    def _meaning(
        self, question: str, found: Iterable[int], pool: int, library_id: int | None
    ) -> dict[int, float]:
        """Cosines of the nearest passages and of those that the words found."""
        vectors = self._vectors.serving()
        if vectors is None or vectors.identity != self._embedder.identity:
            return {}
        vector = self._embedder.embed_query(question)
        nearest = dict(self._vectors.nearest(vectors, vector, pool, library_id))
        others = sorted(set(found) - nearest.keys())
        return nearest | self._vectors.cosines(vectors, vector, others)

    def _ranked(
        self,
        asked: query.Query,
        words: dict[int, float],
        meaning: dict[int, float],
        top: int,
        library_id: int | None,
    ) -> tuple[Hit, ...]:
        ids = np.array(sorted(words.keys() | meaning.keys()), dtype=np.int64)
        by_words = np.array([words.get(id, 0.0) for id in ids.tolist()])
        by_meaning = np.array([meaning.get(id, 0.0) for id in ids.tolist()])
        scores = fuse.fused(by_words, by_meaning)
        shown = fuse.normalised(by_words, 0.0)

        looked_at = np.lexsort((ids, -scores))[: max(LOOKED_AT, top)]
        passages = self._documents.passages_by_id(ids[looked_at].tolist())
        kept = np.array([at for at in looked_at if int(ids[at]) in passages], dtype=np.int64)
        close = self._closeness(asked, [passages[id] for id in ids[kept].tolist()])
        final = fuse.closer(
            scores[kept],
            np.array([each.sentence for each in close]),
            np.array([each.neighbours for each in close]),
        )
        best = np.lexsort((ids[kept], -final))
        ranked = [passages[int(ids[kept[place]])] for place in best]
        chosen = copies.merged(ranked, top)
        elsewhere = self._documents.also([ranked[each.place].id for each in chosen], library_id)
        return tuple(
            Hit(
                rank=rank,
                passage=ranked[each.place],
                score=float(final[best[each.place]]),
                words=float(shown[kept[best[each.place]]]),
                meaning=float(by_meaning[kept[best[each.place]]]),
                also=tuple(sorted({*each.also, *elsewhere.get(ranked[each.place].id, ())})),
            )
            for rank, each in enumerate(chosen, start=1)
        )

    def _closeness(self, asked: query.Query, found: Sequence[Passage]) -> list[Closeness]:
        (question,) = self._lexical.tokens([" ".join(asked.words)])
        weight = closeness.weights(self._lexical.documents(question), self._lexical.passages())
        pieces = [
            [f"{each.title} {each.heading}", *closeness.sentences(each.text)] for each in found
        ]
        tokens = iter(self._lexical.tokens([piece for each in pieces for piece in each]))
        compared = []
        for each in pieces:
            context, *sentences = [next(tokens) for _ in each]
            compared.append(closeness.closeness(question, weight, context, sentences))
        return compared

    def _library(self, name: str | None) -> int | None:
        if name is None:
            return None
        found = self._documents.library_id(name)
        if found is None:
            names = ", ".join(each.name for each in self._documents.libraries()) or "none yet"
            raise NotFoundError(f"There is no library {name}.", f"Libraries: {names}.")
        return found
