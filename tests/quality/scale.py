"""A large vault: how fast and how right searches are, and what memory they take.

The passages are made from real ones: each vector is a mixture of the vectors of two real passages,
moved along the difference of two more, so that it stays where the encoder puts text; each text
takes words of its real passage and words by their frequency in the real ones. Questions are real.
Times are of the processor and of one thread, so that other work on the machine counts less.
"""

import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.inference.embedder import Embedder
from engine.inference.embedder import Vectors as Matrix
from engine.model_types import EmbedderIdentity
from engine.retrieve.nearest import Nearest
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.documents import Documents, FileStamp
from engine.store.lexical import Lexical
from engine.store.vector_scan import VectorScan
from engine.store.vectors import Vectors, VectorSet
from engine.types import Page, ParsedDocument, PassageDraft
from tests.quality import data, memory, planted
from tests.quality.record import Row
from tests.quality.workplace import Workplace

PASSAGES = 100_000
OF_DOCUMENT = 20
WORDS = 50
QUESTIONS = 120
AT_ONCE = 500
"""Documents stored in one transaction."""
TYPES = ("pdf", "docx", "markdown", "html")
_WORD = re.compile(r"[A-Za-z]{2,}")


def run(place: Workplace) -> None:
    """``--limit`` is the number of passages."""
    count = place.limit or PASSAGES
    embedder = _Remembering(place.embedder())
    questions = [
        query.text
        for corpus in (data.squad(), data.scifact())
        for query in data.chosen(corpus.queries, QUESTIONS // 2, lambda query: query.id)
    ]
    with place.vault(f"scale {count}") as vault:
        real = _real(place, embedder) if Lexical(vault).passages() < count else None
        if real is not None:
            _fill(place, vault, embedder.identity, real, count)
        planted.plant(place, vault, embedder)
        _measure(place, vault, embedder, questions, f"{count:,} passages")


# --- making the vault ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Real:
    """Real passages. ``vectors`` is (n, dimension)."""

    vectors: Matrix
    words: list[list[str]]
    vocabulary: list[str]
    reach: NDArray[np.float64]
    """Up to where in [0, 1) each word of the vocabulary reaches, as wide as it is frequent."""


def _real(place: Workplace, embedder: Embedder) -> _Real:
    """The passages of the retrieval bench, whose vaults are used again where they are."""
    kept, beside = place.folder / "scale-real.npy", place.folder / "scale-real.json"
    if beside.exists():
        return _of(np.load(kept).astype(np.float32), json.loads(beside.read_text("utf-8")))
    vectors: list[Matrix] = []
    texts: list[str] = []
    for name, corpus in (
        ("squad", data.squad()), ("scifact", data.scifact()), ("cranfield", data.cranfield()),
    ):  # fmt: skip
        with place.vault(name) as vault:
            place.add(vault, embedder, [data.write(corpus, place.folder / "corpora" / name)])
            serving = Vectors(vault).matching(embedder.identity)
            assert serving is not None
            with VectorScan(vault).snapshot(serving) as now:
                for ids, matrix in now.all():
                    held = Documents(vault).passages_by_id(ids.tolist())
                    vectors.append(matrix)
                    texts += [held[id].text for id in ids.tolist()]
    together = np.concatenate(vectors)
    np.save(kept, together.astype(np.float16))
    beside.write_text(json.dumps(texts), "utf-8")
    return _of(together, texts)


def _of(vectors: Matrix, texts: list[str]) -> _Real:
    words = [_WORD.findall(text) or ["text"] for text in texts]
    counted = Counter(word for each in words for word in each)
    shares = np.array(list(counted.values()), dtype=np.float64)
    reach = np.cumsum(shares / shares.sum())
    reach[-1] = 1.0
    return _Real(vectors, words, list(counted), reach)


def _fill(
    place: Workplace, vault: Vault, identity: EmbedderIdentity, real: _Real, count: int
) -> None:
    serving = Vectors(vault).ensure(identity)
    documents = Documents(vault)
    begin = Lexical(vault).passages() // OF_DOCUMENT
    total = -(-count // OF_DOCUMENT)
    started = time.process_time()
    with place.bar("making passages") as advance:
        for first in range(begin, total, AT_ONCE):
            with vault.write():
                for number in range(first, min(first + AT_ONCE, total)):
                    _put(documents, serving, real, number)
            advance(min(first + AT_ONCE, total), total)
    spent = time.process_time() - started
    made = (total - begin) * OF_DOCUMENT
    place.record.add(
        Row("scale", f"{count:,} passages", "storing a passage", 1e3 * spent / max(made, 1), "ms",
            made, note="processor time, without reading and embedding")
    )  # fmt: skip


def _put(documents: Documents, serving: VectorSet, real: _Real, number: int) -> None:
    rng = np.random.default_rng(number)
    a, b, c, d = rng.integers(0, len(real.vectors), (4, OF_DOCUMENT))
    of = real.vectors
    share, moved = rng.uniform(0, 0.45, (2, OF_DOCUMENT, 1)).astype(np.float32)
    matrix = of[a] * (1 - share) + of[b] * share + moved * (of[c] - of[d])
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    texts = []
    for place in a.tolist():
        own = rng.choice(np.array(real.words[place]), WORDS // 2)
        other = np.searchsorted(real.reach, rng.random(WORDS - WORDS // 2))
        words = [*own.tolist(), *(real.vocabulary[each] for each in other.tolist())]
        rng.shuffle(words)
        texts.append(" ".join(words) + ".")
    page = "\n".join(texts)
    drafts, at = [], 0
    for text in texts:
        drafts.append(PassageDraft(1, at, at + len(text), "", text, 2 * WORDS))
        at += len(text) + 1
    kind = TYPES[number % len(TYPES)]
    parsed = ParsedDocument(kind, f"Document {number}", (Page(1, page),))
    library = "Small" if number % 20 == 0 else "Large"
    stamp = FileStamp(f"/scale/{number:07d}.{kind}", len(page), number * 10**9, b"")
    documents.put(stamp, library, parsed, drafts, matrix, serving)


# --- measuring -----------------------------------------------------------------------------------


class _Remembering:
    """An embedder that embeds each question once, so that searches are timed without it."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self._held: dict[str, Matrix] = {}

    @property
    def identity(self) -> EmbedderIdentity:
        return self._real.identity

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return self._real.token_spans(text)

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        return self._real.embed_passages(texts)

    def embed_query(self, text: str) -> Matrix:
        if text not in self._held:
            self._held[text] = self._real.embed_query(text)
        return self._held[text]


def _measure(
    place: Workplace, vault: Vault, embedder: _Remembering, questions: list[str], over: str
) -> None:
    def add(measure: str, value: float, unit: str = "", n: int = 0, note: str = "") -> None:
        place.record.add(Row("scale", over, measure, value, unit, n, note=note))

    def timed(measure: str, work: Callable[[str], object], most: int = QUESTIONS) -> None:
        work(questions[0])
        taken = []
        for question in questions[:most]:
            started = time.thread_time()
            work(question)
            taken.append(1e3 * (time.thread_time() - started))
        p50, p95 = np.percentile(taken, (50, 95))
        add(measure, float(p50), "ms", len(taken), f"p50, processor; p95 {p95:.1f}")

    timed("embedding a question", embedder.embed_query)
    vectors = Vectors(vault)
    serving = vectors.serving()
    assert serving is not None
    plain = Retriever(vault, embedder)
    timed("a search without the index", plain.search, 12)

    near = Nearest(vault)
    try:
        before = memory.of(os.getpid()).own
        started, spent = time.perf_counter(), time.process_time()
        near.wake()
        near.wait()
        add("making the index", time.process_time() - spent, "s",
            note=f"processor; {time.perf_counter() - started:.0f} s on the clock")  # fmt: skip
        add("memory of the index", (memory.of(os.getpid()).own - before) / 1e6, "MB",
            note=f"told: {near.state().size_bytes / 1e6:.0f} MB; with FAISS itself")  # fmt: skip
        retriever = Retriever(vault, embedder, near)
        timed("a search", retriever.search)
        timed("a search in a library of 5 %", lambda text: retriever.search(text, library="Small"))
        timed("a search in a type of 25 %", lambda text: retriever.search(f"{text} type:pdf"))
        timed(
            "its meaning",
            lambda text: near.nearest(serving, embedder.embed_query(text), 100),
        )
        exact = _exact(vault, serving, np.stack([embedder.embed_query(each) for each in questions]))
        for depth in (10, 100):
            hits = [
                len(
                    set(list(near.nearest(serving, embedder.embed_query(each), 100))[:depth])
                    & set(best[:depth])
                )
                / depth
                for each, best in zip(questions, exact, strict=True)
            ]
            place.record.mean("scale", over, f"recall@{depth} of the meaning", hits)
        timed("counting libraries (status)", lambda _: Documents(vault).libraries())
        planted.measure(place, vault, embedder, near, over)
    finally:
        near.close()


def _exact(vault: Vault, serving: VectorSet, asked: Matrix) -> list[list[int]]:
    """The 100 nearest of each question among all, by the scores of what is stored."""
    with VectorScan(vault).snapshot(serving) as now:
        best: list[list[tuple[float, int]]] = [[] for _ in asked]
        for ids, matrix in now.all():
            scores = matrix @ asked.T
            top = np.argpartition(-scores, min(100, len(ids) - 1), axis=0)[:100]
            for number, held in enumerate(best):
                held += [(-float(scores[at, number]), int(ids[at])) for at in top[:, number]]
                held.sort()
                del held[100:]
    return [[id for _, id in held] for held in best]
