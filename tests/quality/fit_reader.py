"""Prints the table of ``engine/answer/weights.py``: ``python -m tests.quality.fit_reader FOLDER``.

FOLDER holds the profile and the corpus while it works and may be used again. A conditional logit
over the candidates of each question (Rajpurkar et al., 2016, section 5.2), by AdaGrad, on half of
the articles of SQuAD v1.1; the other half is for reports. The weight of the model's likelihood is
not fitted here but set (``LIKELIHOOD``), so that fitting needs no chat model.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.answer import extract, form, reader, spans, text
from engine.evaluate import metrics
from engine.inference.fastembed_embedder import FastembedEmbedder
from engine.ingest import ingest
from engine.models import starter
from engine.paths import open_profile
from engine.progress import drain
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.types import Hit
from tests.quality import data

QUESTIONS = 2400
NEGATIVES = 150
"""Wrong candidates kept for each question."""
SEEN = 40
"""Questions in which a feature must occur to be kept."""
DECAY, RATE, ROUNDS = 2e-3, 0.12, 8
LIKELIHOOD = 3.0
"""Weight of the sentence's likelihood, chosen by F1 on 100 questions of the choosing half."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one question as a sparse matrix, with the wanted distribution."""

    feature: NDArray[np.int32]
    value: Floats
    candidate: NDArray[np.int32]
    wanted: Floats
    """Shape (n_candidates,), sums to 1."""


def is_choosing(article: str) -> bool:
    """Whether an article belongs to the half that is chosen on."""
    return sum(map(ord, article.replace(" ", "_"))) % 2 == 0


def candidates(question: str, hits: Sequence[Hit]) -> list[tuple[str, list[spans.Feature]]]:
    """Every candidate of the evidence with its features, as the reader sees them."""
    evidence = extract.best_sentences(question, hits, top=6)
    weight = extract.rarity(hits).weight
    asked, shape = set(text.content(question)), form.read(question)
    found = []
    for index, item in enumerate(evidence):
        shared = [
            feature
            for feature in reader.sentence_features(evidence, index)
            if feature[0] != reader.LIKELIHOOD_FEATURE
        ]
        words = spans.tokens(item.sentence)
        for first, last in spans.candidates(words):
            span = item.sentence[words[first].start : words[last].end]
            features = spans.features(shape, words, asked, weight, first, last)
            found.append((span, shared + features))
    return found


def example(
    query: data.Query, hits: Sequence[Hit], names: dict[str, int], rng: np.random.Generator
) -> Example | None:
    """The training example of a question; None where no candidate comes near an answer."""
    found = candidates(query.text, hits)
    gold = {word for answer in query.answers for word in answer.lower().split()}
    worth = np.array(
        [
            metrics.f1(span, query.answers) if gold & set(span.lower().split()) else 0.0
            for span, _ in found
        ]
    )
    if not len(worth) or worth.max() < 0.6:
        return None
    wanted = np.where(worth >= worth.max() - 1e-9, worth, 0.3 * worth * (worth > 0.75))
    right, wrong = np.flatnonzero(wanted > 0), np.flatnonzero(wanted == 0)
    kept = [*right, *rng.permutation(wrong)[:NEGATIVES]]
    entries = [
        (names.setdefault(name, len(names)), value, row)
        for row, index in enumerate(kept)
        for name, value in found[index][1]
    ]
    feature, value, row = zip(*entries, strict=True)
    share = wanted[kept] / wanted[kept].sum()
    return Example(np.array(feature, np.int32), np.array(value), np.array(row, np.int32), share)


def fitted(examples: Sequence[Example], size: int) -> Floats:
    """The weights, shape (size,)."""
    counts = np.zeros(size)
    for item in examples:
        counts[np.unique(item.feature)] += 1
    known = counts >= SEEN
    weights, squares = np.zeros(size), np.full(size, 1e-4)
    for round_ in range(ROUNDS):
        loss = 0.0
        for index in np.random.default_rng(round_).permutation(len(examples)):
            item = examples[index]
            score = np.bincount(
                item.candidate, weights[item.feature] * item.value, len(item.wanted)
            )
            share = np.exp(score - score.max())
            share /= share.sum()
            loss -= float(item.wanted @ np.log(share + 1e-12))
            slope = np.bincount(
                item.feature, (share - item.wanted)[item.candidate] * item.value, size
            )
            slope = np.where(slope != 0, slope + DECAY * weights, 0.0) * known
            squares += slope**2
            weights -= RATE * slope / np.sqrt(squares)
        print(f"round {round_}: loss {loss / len(examples):.4f}", flush=True)
    return weights


def main(folder: Path) -> None:
    corpus = data.squad()
    queries = data.chosen(
        [query for query in corpus.queries if is_choosing(query.group)],
        QUESTIONS,
        lambda query: query.id,
    )
    profile = open_profile(folder / "profile")
    models = drain(starter.prepare(profile))
    embedder = FastembedEmbedder(models.embedder_folder)
    vault = Vault.open(profile.vault)
    try:
        files = data.write(corpus, folder / "squad")
        drain(ingest.add(vault, embedder, [files], library="squad"))
        retriever = Retriever(vault, embedder)
        names: dict[str, int] = {}
        rng = np.random.default_rng(0)
        began, examples = time.perf_counter(), []
        for done, query in enumerate(queries, start=1):
            item = example(query, retriever.search(query.text, top=10).hits, names, rng)
            examples += [item] if item is not None else []
            if done % 200 == 0:
                print(f"{done} questions, {time.perf_counter() - began:.0f} s", flush=True)
    finally:
        vault.close()
    weights = fitted(examples, len(names))
    kept = {
        name: round(float(weights[index]), 1)
        for name, index in names.items()
        if abs(weights[index]) >= 0.05
    }
    kept[reader.LIKELIHOOD_FEATURE] = LIKELIHOOD
    for name, weight in sorted(kept.items()):
        print(f'    "{name}": {weight},')
    print(f"{len(kept)} weights from {len(examples)} questions")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
