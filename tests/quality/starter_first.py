"""The first pass of the adapter that ships: questions one by one, as search finds passages.

Where the answer is not among the sentences found, the refusal is what is learnt, so that after this
pass alone it refuses too much; the second pass (``starter_adapter.py``) mends that.
"""

import random
from collections import Counter

from engine.answer import brief, candidates
from engine.answer.answer import EVIDENCE
from engine.answer.extract import Evidence
from engine.evaluate import metrics
from engine.formats.adapter import GROUNDED
from engine.formats.examples import Example
from engine.model_types import Message
from engine.retrieve.retrieve import Retriever
from engine.types import Hit
from tests.quality import data
from tests.quality.data import Query
from tests.quality.fit_reader import is_choosing
from tests.quality.workplace import Workplace

TOLD, REFUSED = 1300, 300
"""Examples with an answer, and with the refusal."""
ASKED, UNANSWERABLE = 1900, 450
"""Questions that they are taken from."""
SEED = 7
SETTINGS = {
    "rank": 16, "alpha": 32.0, "learning_rate": 1e-3, "batch": 8, "micro_batch": 8,
    "packing": False, "max_tokens": 700, "held_out": 0.03, "measure_every": 40, "patience": 0,
    "precision": "bf16", "threads": 2, "nice": 0, "seed": 1,
}  # fmt: skip
TOP = 10


def build(place: Workplace) -> list[Example]:
    """The examples, in the order they are learnt."""
    dice = random.Random(SEED)
    corpus = data.squad()
    asked = [query for query in corpus.queries if is_choosing(query.group)]
    without = [query for query in data.squad_unanswerable() if is_choosing(query.group)]
    dice.shuffle(asked)
    dice.shuffle(without)
    queries = [*asked[:ASKED], *without[:UNANSWERABLE]]
    dice.shuffle(queries)
    embedder = place.embedder()
    with place.vault("squad") as vault:
        place.add(vault, embedder, [data.write(corpus, place.folder / "corpora" / "squad")])
        retriever = Retriever(vault, embedder)
        with place.bar("looking for passages") as advance:
            found = []
            for number, query in enumerate(queries, start=1):
                found.append(example(query, retriever))
                advance(number, len(queries))
    told = [each for each in found if each.answer != brief.REFUSAL][:TOLD]
    refused = [each for each in found if each.answer == brief.REFUSAL][:REFUSED]
    made = [*told, *refused]
    dice.shuffle(made)
    return made


def example(query: Query, retriever: Retriever) -> Example:
    """A question with what was found for it, as the model will get it."""
    result = retriever.search(query.text, top=TOP)
    about = result.query.text if result.query is not None else query.text
    hits, evidence = candidates.chosen(about, result.hits, (), top=EVIDENCE)
    answer, why = _answer(query, hits, evidence)
    return Example(
        (*brief.messages(query.text, hits, evidence), Message("assistant", answer)),
        recipe=GROUNDED,
        source=query.group,
        why=why,
    )


def _answer(query: Query, hits: tuple[Hit, ...], evidence: list[Evidence]) -> tuple[str, str]:
    """The answer that most people gave, in the words of the passage; and why it is that."""
    votes = Counter(metrics.normalise(each) for each in query.answers)
    for given in sorted(
        query.answers, key=lambda each: (-votes[metrics.normalise(each)], len(each))
    ):
        if (place := brief.locate(given, hits, evidence)) is not None:
            item, start, end = place
            return hits[item.hit].passage.text[start:end], "the answer stands in what was found"
    if query.answers:
        return brief.REFUSAL, "the answer is not among the sentences found"
    return brief.REFUSAL, "its article does not answer it"
