"""From a question to the passages that may answer it, found by words and by meaning."""

import time
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.inference.embedder import Embedder
from engine.inference.embedder import Vectors as Matrix
from engine.inference.reranker import Reranker
from engine.retrieve import (
    closeness,
    compounds,
    copies,
    expansion,
    feedback,
    filters,
    fuse,
    kin,
    query,
    rerank,
    spelling,
)
from engine.retrieve.closeness import Closeness
from engine.retrieve.fuse import Scores
from engine.retrieve.interaction import Interaction
from engine.retrieve.narrow import Narrowing
from engine.retrieve.nearest import Nearest, scanned
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.glossary import Glossary
from engine.store.lexical import Lexical, Words
from engine.store.vectors import Vectors, VectorSet
from engine.store.vocabulary import Vocabulary
from engine.types import Hit, Passage, SearchResult, Understood

Forms = Sequence[tuple[str, ...]]
"""The words of a question as the index may hold them."""

CANDIDATES = 100
"""Passages taken from the words and from the meaning each; every one gets both exact scores."""

LOOKED_AT = 50
"""The best of them, whose text is compared with a description word by word."""
ENOUGH = 20
"""The same for a question: it finds as much as with more."""


class Retriever:
    """Searches a vault. Cheap to make, safe from several threads."""

    def __init__(
        self,
        vault: Vault,
        embedder: Embedder,
        nearest: Nearest | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        """``nearest`` keeps an index of a large vault; without it, sqlite-vec serves alone.
        ``reranker`` reads the best passages once more, in place of the comparison word by word.
        """
        self._vault = vault
        self._nearest = nearest
        self._reranker = reranker
        self._documents = Documents(vault)
        self._lexical = Lexical(vault)
        self._vectors = Vectors(vault)
        self._vocabulary = Vocabulary(vault)
        self._glossary = Glossary(vault)
        self._narrowing = Narrowing(vault)
        self._embedder = embedder
        self._interaction = Interaction(embedder, self._lexical)

    def search(self, question: str, *, library: str | None = None, top: int = 10) -> SearchResult:
        """The best passages, best first; fewer where the vault holds fewer.

        While the vectors of another embedder serve, the search is by words alone. Raises
        InputError for an empty question and for filters that cannot be, NotFoundError for an
        unknown library.
        """
        started = time.perf_counter()
        if not question.strip():
            raise InputError("The question is empty.", "Type what you want to know.")
        question = question.encode("utf-8", "replace").decode("utf-8")
        narrowed, question = filters.parse(question)
        with self._vault.view():
            library_ids, only = self._narrowing.narrowed(narrowed, library)
            asked, understood, wordings = self._understood(question, library_ids, narrowed)
            pool = max(CANDIDATES, 2 * top)
            library_id = library_ids[0] if len(library_ids) == 1 and only is None else None
            hits: tuple[Hit, ...] = ()
            if only is None or len(only):
                words = dict(self._lexical.search(asked.expression, pool, library_id, only))
                meaning = self._meaning(wordings, words, pool, library_id, only)
                if only_meaning := meaning.keys() - words.keys():
                    words |= self._lexical.scores(asked.expression, sorted(only_meaning))
                hits = self._ranked(wordings, words, meaning, top, library_id)
        return SearchResult(hits, time.perf_counter() - started, understood)

    def _understood(
        self, question: str, library_ids: Sequence[int], narrowed: filters.Filters
    ) -> tuple[query.Query, Understood, list[query.Query]]:
        """What to look up, what to tell of it, and the wordings of the question."""
        if not question.strip():
            raise InputError(
                "There are only filters, and nothing to look for.",
                "Type what you want to know beside them.",
            )
        asked = query.parse(question)
        exchanged = spelling.corrections(asked, self._lexical, self._vocabulary, self._embedder)
        text = spelling.corrected(question, exchanged) if exchanged else question
        also = expansion.expanded(text, self._glossary, library_ids, self._stands)
        own = query.parse(text) if exchanged else asked
        wordings = [own, *(query.parse(each) for each in also.variants)]
        asked = query.together(wordings)
        if within := compounds.parts(asked, self._lexical):
            asked = replace(asked, words=tuple(dict.fromkeys((*asked.words, *within))))
        passages = self._lexical.passages()
        if passages > query.LARGE_VAULT:
            asked = query.rare(asked, self._lexical.frequencies(asked.words), passages)
        elif len(asked.terms) > query.MOST_WORDS:
            asked = query.shortened(asked, self._lexical.frequencies(asked.words))
        understood = Understood(
            text=also.sure or text,
            language=asked.language,
            phrases=(*asked.phrases, *asked.codes),
            filters=narrowed.told,
            corrections=exchanged,
            expansions=also.told,
        )
        return asked, understood, wordings

    def _stands(self, meaning: str) -> bool:
        return bool(self._lexical.search(query.quoted(meaning), 1))

    def _meaning(
        self,
        wordings: Sequence[query.Query],
        found: Collection[int],
        pool: int,
        library_id: int | None,
        only: NDArray[np.int64] | None,
    ) -> dict[int, float]:
        """Cosines of the nearest passages and of those that the words found.

        Of several wordings of the question, the nearest one counts.
        """
        vectors = self._vectors.serving()
        if vectors is None or vectors.identity != self._embedder.identity:
            return {}
        embedded = [self._embedder.embed_query(each.text) for each in wordings]
        near = [self._near(vectors, each, pool, library_id, only, found) for each in embedded]
        if len(near) == 1:
            return near[0]
        ids = set(found).union(*near)
        best: dict[int, float] = {}
        for vector, scored in zip(embedded, near, strict=True):
            _keep_best(best, scored)
            _keep_best(best, self._vectors.cosines(vectors, vector, sorted(ids - scored.keys())))
        return best

    def _near(
        self,
        vectors: VectorSet,
        vector: Matrix,
        pool: int,
        library_id: int | None,
        only: NDArray[np.int64] | None,
        also: Collection[int],
    ) -> dict[int, float]:
        """The nearest passages, and with them those that are asked for as well."""
        if self._nearest is not None:
            return self._nearest.nearest(
                vectors, vector, pool, library_id=library_id, only=only, also=also
            )
        return scanned(self._vectors, vectors, vector, pool, library_id, only, also)

    def _ranked(
        self,
        wordings: Sequence[query.Query],
        words: dict[int, float],
        meaning: dict[int, float],
        top: int,
        library_id: int | None,
    ) -> tuple[Hit, ...]:
        own = wordings[0]
        ids = np.array(sorted(words.keys() | meaning.keys()), dtype=np.int64)
        by_words = np.array([words.get(id, 0.0) for id in ids.tolist()])
        by_meaning = np.array([meaning.get(id, 0.0) for id in ids.tolist()])
        weights = fuse.weights_for(own.language, self._embedder.identity.model_id)
        scores = fuse.fused(by_words, by_meaning, weights)
        shown = fuse.normalised(by_words, 0.0)

        described = feedback.share(own.text, len(own.words))
        most = LOOKED_AT if described else ENOUGH
        looked_at = np.lexsort((ids, -scores))[: max(most, top)]
        passages = self._documents.passages_by_id(ids[looked_at].tolist())
        kept = np.array([at for at in looked_at if int(ids[at]) in passages], dtype=np.int64)
        cut = self._lexical.cut(
            (f"{each.title} {each.heading}", closeness.lines(each.text))
            for each in (passages[id] for id in ids[kept].tolist())
        )
        forms = [self._lexical.forms(" ".join(each.words)) for each in wordings]
        close = self._closeness(forms, cut)
        final = fuse.closer(
            scores[kept],
            np.array([each.sentence for each in close]),
            np.array([each.neighbours for each in close]),
            weights,
        )
        share = feedback.WEIGHT * described
        ordered = final + share * self._feedback(cut, final) if share and cut else final
        if meaning:
            found = [passages[id] for id in ids[kept].tolist()]
            ordered = self._akin(forms[0], described, found, ordered)
        best = np.lexsort((ids[kept], -ordered))
        if self._reranker is not None:
            found = [passages[id] for id in ids[kept[best]].tolist()]
            ordered[best] = rerank.moved(self._reranker, own.text, found, ordered[best])
            best = np.lexsort((ids[kept], -ordered))
        elif meaning and weights is not fuse.FOREIGN:
            found = [passages[id] for id in ids[kept[best]].tolist()]
            texts = [each.text for each in wordings]
            ordered[best] = self._interaction.moved(texts, found, ordered[best])
            best = np.lexsort((ids[kept], -ordered))
        ordered = ordered / (1.0 + share)
        ranked = [passages[id] for id in ids[kept[best]].tolist()]
        chosen = copies.merged(ranked, top)
        elsewhere = self._documents.also([ranked[each.place].id for each in chosen], library_id)
        return tuple(
            Hit(
                rank=rank,
                passage=ranked[each.place],
                score=float(ordered[best[each.place]]),
                words=float(shown[kept[best[each.place]]]),
                meaning=float(by_meaning[kept[best[each.place]]]),
                also=tuple(sorted({*each.also, *elsewhere.get(ranked[each.place].id, ())})),
            )
            for rank, each in enumerate(chosen, start=1)
        )

    def _akin(
        self, asked: Forms, described: float, found: Sequence[Passage], scores: Scores
    ) -> Scores:
        """The scores after a look at which of the passages say nearly the same."""
        titles = dict.fromkeys(passage.title for passage in found)
        words = [
            frozenset(above) - {"\n"} for above, _ in self._lexical.cut((t, "") for t in titles)
        ]
        of_title = dict(zip(titles, words, strict=True))
        each = [of_title[passage.title] for passage in found]
        naming = kin.named(each, {form for several in asked for form in several})
        serving = self._vectors.serving() if described or naming.any() else None
        if serving is None:
            return scores
        alike = self._vectors.alike(serving, [passage.id for passage in found])
        if naming.any():
            scores = kin.told_apart(scores, alike, each, naming)
        return kin.supported(scores, alike, described)

    def _feedback(self, cut: Sequence[Words], ranked: Scores) -> Scores:
        passages = self._lexical.passages()
        return feedback.scores(cut, ranked, self._lexical.documents, passages)

    def _closeness(self, asked: Sequence[Forms], cut: Sequence[Words]) -> list[Closeness]:
        first = {form: forms[0] for each in asked for forms in each for form in forms}
        questions = [[first[forms[0]] for forms in each] for each in asked]
        counts = self._lexical.documents(first)
        frequencies: dict[str, int] = {}
        for form, canon in first.items():
            frequencies[canon] = max(frequencies.get(canon, 0), counts[form])
        weight = closeness.weights(frequencies, self._lexical.passages())
        compared = closeness.Asked(questions, weight, first)
        return [compared.closeness(context, words) for context, words in cut]


def _keep_best(best: dict[int, float], scores: dict[int, float]) -> None:
    for id, score in scores.items():
        if score > best.get(id, -2.0):
            best[id] = score
