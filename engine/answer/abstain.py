"""Whether the evidence is strong enough to answer at all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer import extract, text
from engine.answer.extract import Evidence
from engine.types import Hit

NOT_FOUND = "I did not find this in your documents."

THRESHOLD = 0.33
"""Least estimated probability of an answer for which one is given.

On the choosing half of SQuAD it keeps nine tenths of the answerable questions.
"""

INTERCEPT = -2.48
MEANING = 4.78
CONTEXT = 0.38
NAMES = 0.50
UNMET_DENIAL = -2.75
LIKELIHOOD = 0.29
"""Logistic regression on the choosing half of SQuAD with the starter models: the first five on
500 answerable and 500 unanswerable questions of the same articles and 150 questions asked of a
library on another topic; the likelihood on 100, 100 and 30 more (its weight beside the others).
"""
LEAST_LIKELIHOOD = -7.0
"""Below this a likelihood says no more: the question is odd, whatever the evidence."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the estimate is made of."""

    meaning: float
    """Best cosine similarity among the hits, in [-1, 1]."""
    context: float
    """Weighted share of the question's words in the best sentence and around it, in [0, 1]."""
    names: float
    """Share of the question's names and numbers in the best sentence's passage, in [0, 1]."""
    unmet_denial: bool
    """The question asks what is *not* so, and the best sentence denies nothing."""
    likelihood: float
    """Of the question, once the model has read the best sentence (nats per token)."""


def signals(question: str, hits: Sequence[Hit], evidence: Sequence[Evidence]) -> Signals | None:
    """The signals for a question; None where nothing was found."""
    if not hits or not evidence:
        return None
    best = extract.judged(evidence)[0]
    passage = hits[best.hit].passage
    hard = text.names(question) | text.numbers(question)
    around = text.content(f"{passage.title} {passage.heading} {passage.text}")
    return Signals(
        meaning=max(hit.meaning for hit in hits),
        context=best.overlap + best.context_overlap,
        names=text.overlap(hard, around),
        unmet_denial=text.is_negated(question) and not text.is_negated(best.sentence),
        likelihood=max(best.likelihood, LEAST_LIKELIHOOD),
    )


def probability(found: Signals | None) -> float:
    """Estimated probability that the evidence answers the question, in [0, 1]."""
    if found is None:
        return 0.0
    score = (
        INTERCEPT
        + MEANING * found.meaning
        + CONTEXT * found.context
        + NAMES * found.names
        + UNMET_DENIAL * found.unmet_denial
        + LIKELIHOOD * found.likelihood
    )
    return 1.0 / (1.0 + math.exp(-score))
