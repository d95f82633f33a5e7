"""Whether the evidence is strong enough to answer at all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer import text
from engine.answer.extract import Evidence
from engine.types import Hit

NOT_FOUND = "I did not find this in your documents."

THRESHOLD = 0.5
"""Least estimated probability of an answer in the evidence for which one is given."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the estimate is made of."""

    overlap: float
    """Weighted share of the question's words in the evidence sentence, in [0, 1]."""
    context_overlap: float
    """The same with the sentence before, title and headings added."""
    meaning: float
    """Best cosine similarity among the hits, in [-1, 1]."""
    names_met: float
    """Share of the question's names and numbers in the evidence and its surroundings."""


def signals(question: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> Signals:
    """The signals for a question; all zero where nothing was found."""
    if not hits or not evidence:
        return Signals(0.0, 0.0, 0.0, 0.0)
    best = evidence[0]
    passage = hits[best.hit].passage
    hard = text.names(question) | text.numbers(question)
    around = f"{passage.title} {passage.heading} {passage.text}"
    return Signals(
        overlap=best.overlap,
        context_overlap=best.overlap + best.context_overlap,
        meaning=max(hit.meaning for hit in hits),
        names_met=text.overlap(hard, text.content(around)),
    )


def probability(found: Signals) -> float:
    """Estimated probability that the evidence answers the question, in [0, 1]."""
    score = (
        -4.0
        + 2.0 * found.overlap
        + 2.0 * found.context_overlap
        + 3.0 * max(found.meaning, 0.0)
        + 1.0 * found.names_met
    )
    return 1.0 / (1.0 + math.exp(-score))
