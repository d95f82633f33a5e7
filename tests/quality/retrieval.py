"""Search quality: words alone, meaning alone, and fused as the product does it.

SQuAD v1.1: every question must find its own paragraph among all. SciFact: nDCG@10 of the claims of
its development set over all abstracts. Numbers are given for all questions and for two halves, so
that what was chosen on one half can be judged on the other.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.evaluate import metrics
from engine.inference.embedder import Embedder
from engine.retrieve import query as words_query
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.vectors import Vectors
from tests.quality import data
from tests.quality.data import Corpus, Query
from tests.quality.record import Row
from tests.quality.workplace import Workplace

DEPTH = 30
"""Passages asked for; several may belong to one document, which counts once."""

Ranking = list[str]
Measure = Callable[[Ranking, Query], float]

SQUAD: dict[str, Measure] = {
    "hit@1": lambda ranking, query: metrics.hit_at(ranking, query.relevant, 1),
    "hit@5": lambda ranking, query: metrics.hit_at(ranking, query.relevant, 5),
    "hit@10": lambda ranking, query: metrics.hit_at(ranking, query.relevant, 10),
    "MRR": lambda ranking, query: metrics.reciprocal_rank(ranking[:10], query.relevant),
}
SCIFACT: dict[str, Measure] = {
    "nDCG@10": lambda ranking, query: metrics.ndcg_at(ranking, query.relevant, 10),
}


def run(place: Workplace) -> None:
    embedder = place.embedder()
    _measure(place, embedder, "squad", data.squad(), SQUAD)
    _measure(place, embedder, "scifact", data.scifact(), SCIFACT)
    _measure(place, embedder, "cranfield", data.cranfield(), SCIFACT)
    for language in ("de", "zh"):
        _measure(place, embedder, f"xquad {language}", data.xquad(language), SQUAD)


def _measure(
    place: Workplace,
    embedder: Embedder,
    name: str,
    corpus: Corpus,
    measures: dict[str, Measure],
) -> None:
    queries = place.cut(data.chosen(corpus.queries, len(corpus.queries), lambda query: query.id))
    with place.vault(name) as vault:
        place.add(vault, embedder, [data.write(corpus, place.folder / "corpora" / name)])
        ways = _Ways(vault, embedder)
        rankings: dict[str, list[Ranking]] = {way: [] for way in ("words", "meaning", "fused")}
        taken: list[float] = []
        with place.bar(f"searching {name}") as advance:
            for number, query in enumerate(queries, start=1):
                rankings["words"].append(ways.words(query.text))
                rankings["meaning"].append(ways.meaning(query.text))
                started = time.perf_counter()
                rankings["fused"].append(ways.fused(query.text))
                taken.append(time.perf_counter() - started)
                advance(number, len(queries))
    first = [query.group.replace("_", " ") in corpus.chosen_on for query in queries]
    halves = {"all": [True] * len(queries)}
    if any(first):
        halves |= {"chosen on": first, "held out": [not mine for mine in first]}
    for half, chosen in halves.items():
        for way, found in rankings.items():
            for measure, of in measures.items():
                values = [
                    of(ranking, query)
                    for ranking, query, mine in zip(found, queries, chosen, strict=True)
                    if mine
                ]
                place.record.mean("retrieval", f"{name}, {half}", f"{measure} {way}", values)
    place.record.add(
        Row(
            "retrieval", name, "one search", 1000 * statistics.median(taken), "ms", len(taken),
            note=f"median, {len(corpus.documents)} documents",
        )
    )  # fmt: skip


class _Ways:
    """Three ways to rank documents, by file name."""

    def __init__(self, vault: Vault, embedder: Embedder) -> None:
        self._documents = Documents(vault)
        self._lexical = Lexical(vault)
        self._vectors = Vectors(vault)
        self._embedder = embedder
        self._retriever = Retriever(vault, embedder)

    def words(self, text: str) -> Ranking:
        expression = words_query.parse(text).expression
        return self._names([id for id, _ in self._lexical.search(expression, DEPTH)])

    def meaning(self, text: str) -> Ranking:
        serving = self._vectors.serving()
        assert serving is not None
        vector = self._embedder.embed_query(text)
        return self._names([id for id, _ in self._vectors.nearest(serving, vector, DEPTH)])

    def fused(self, text: str) -> Ranking:
        hits = self._retriever.search(text, top=DEPTH).hits
        return list(dict.fromkeys(Path(hit.passage.path).name for hit in hits))

    def _names(self, ids: Sequence[int]) -> Ranking:
        passages = self._documents.passages_by_id(list(ids))
        return list(dict.fromkeys(Path(passages[id].path).name for id in ids))
