"""Whether the evidence is strong enough to answer at all."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.answer import extract, form, orders, prompt, sought, table_lookup, text
from engine.answer.extract import Evidence, Rarity
from engine.answer.reader import Reading
from engine.answer.written import Written
from engine.inference.chat_model import ChatModel
from engine.types import Hit

NOT_FOUND = "I did not find this in your documents."

LEAST_LIKELIHOOD = -7.0
"""Below this a likelihood says no more: the question is odd, whatever the evidence."""
LIFT = 0.5
"""Stands for what reading adds to a question's likelihood where the model was not asked."""
TOPIC_WORDS = 20
"""Content words from which a request describes a topic rather than asks for one thing."""

LABELLED = re.compile(r"[^\W\d_][^:?\n]{2,50}: \S|\W*highlight\b", re.IGNORECASE)
"""Begins with the name of a topic, as clause questions do."""

Signals = Mapping[str, float]
"""What the estimate is made of, by name; see :func:`signals`."""


def signals(
    question: str,
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    readings: Sequence[Reading] = (),
    *,
    rarity: Rarity,
    prior: float = 0.0,
    written: Written | None = None,
) -> Signals | None:
    """The signals for a question; None where nothing was found.

    Those of a request that names a topic have names of their own ("topic meaning" for "meaning"),
    because the same numbers tell other things there: its words describe what is sought. Where a
    small model wrote the answer (``written``), topics share the names; how sure it was is added.

    ``rarity`` is that of the hits, ``prior`` what :func:`prior` says; 0 where the model was not
    asked. Shares lie in [0, 1], likelihoods are nats per token, gaps are differences of the same.
    """
    if not hits or not evidence:
        return None
    judged = extract.judged(evidence)
    best = judged[0]
    passage = hits[best.hit].passage
    asked = set(text.content(question))
    title = f"{passage.title} {passage.heading}"
    around = set(text.content(f"{title} {orders.readable(passage.text)}"))
    near = set(text.content(f"{title} {best.sentence}"))
    hard = text.names(question) | text.numbers(question)
    likelihoods = sorted((max(item.likelihood, LEAST_LIKELIHOOD) for item in judged), reverse=True)
    weighed = any(item.likelihood != extract.UNWEIGHED for item in evidence)
    shown = max(hit.meaning for hit in hits)
    reading = readings[0] if readings else None
    found = {
        "meaning": shown,
        "nearness": shown if best.nearness is None else best.nearness,
        "score": hits[best.hit].score,
        "context": best.overlap + best.context_overlap,
        "passage": rarity.share(asked, around),
        "names": text.overlap(hard, around),
        "names in sentence": text.overlap(hard, near),
        "unmet denial": float(text.is_negated(question) and not text.is_negated(best.sentence)),
        "unsought": float(all(sought.holds(question, x.sentence) is False for x in judged[:2])),
        "likelihood": likelihoods[0],
        "likelihood gap": likelihoods[0] - sum(likelihoods) / len(likelihoods),
        "lift": likelihoods[0] - max(prior, LEAST_LIKELIHOOD) if weighed and prior else LIFT,
        "reading": reading.probability if reading else 0.0,
        "reading score": max(-10.0, min(10.0, reading.score)) / 10 if reading else 0.0,
        "length": min(len(asked), TOPIC_WORDS) / TOPIC_WORDS,
        "table": table_lookup.worth(best),
    }
    if written is not None:
        topic = {"topic": 1.0} if is_topic(question) else {}
        return {**found, **topic, **written.signals()}
    if not is_topic(question):
        return found
    return {"topic": 1.0, **{f"topic {name}": value for name, value in found.items()}}


def prior(question: str, model: ChatModel) -> float:
    """Likelihood of the question once the model has read nothing; 0 for one that is too long."""
    if model.count_tokens(question) > extract.WEIGHABLE:
        return 0.0
    return model.score(prompt.asking("", ""), [question]).values[0]


def is_topic(question: str) -> bool:
    """Whether it names or describes what is sought, or asks whether there is such a thing."""
    return (
        form.read(question).word == ""
        or LABELLED.match(question) is not None
        or len(set(text.content(question))) > TOPIC_WORDS
    )


@dataclass(frozen=True, slots=True)
class Judge:
    """Turns signals into a probability by logistic regression."""

    intercept: float
    weights: Mapping[str, float] = field(default_factory=dict)
    threshold: float = 0.5
    """Least estimated probability of an answer for which one is given."""
    fitted: bool = False
    """Fitted on the user's own library."""

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> "Judge":
        """The judge of a row made by :meth:`as_row`."""
        return cls(row["intercept"], row["weights"], row["threshold"], fitted=True)

    def as_row(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "intercept": self.intercept,
            "weights": dict(self.weights),
            "threshold": self.threshold,
        }

    def probability(self, found: Signals | None) -> float:
        """Estimated probability that the evidence answers the question, in [0, 1]."""
        if found is None:
            return 0.0
        score = self.intercept + sum(
            weight * found.get(name, 0.0) for name, weight in self.weights.items()
        )
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, score))))


JUDGE = Judge(
    -4.40,
    MappingProxyType(
        {
            "context": 2.35,
            "meaning": 1.50,
            "nearness": 5.54,
            "reading score": 1.21,
            "table": 2.0,
            "topic": 1.58,
            "topic context": 3.29,
            "topic length": -0.57,
            "topic lift": 1.94,
            "topic likelihood": 0.04,
            "topic likelihood gap": -0.50,
            "topic meaning": 4.34,
            "topic table": 2.0,
            "unmet denial": -1.13,
            "unsought": -2.84,
        }
    ),
    threshold=0.47,
)
"""For everyone: fitted with the starter models on one half of SQuAD's articles and on 74 everyday
questions about the sample library, for topics on half of the contracts; docs/benchmarks.md has what
it costs on other questions. The threshold keeps more than eight tenths of the answerable questions;
for topics, the weight of "topic" makes it as strict as keeping eight tenths. That of "table" is
set, not fitted: of 69 questions about tables, 7 % had four fifths of their words in the right one
and 1 % in another, which is 1.9 in these units.
"""

SHORT = Judge(
    -2.59,
    MappingProxyType(
        {
            "answer belief": 0.06,
            "answer context": 0.56,
            "answer likelihood": 0.08,
            "answer nearness": 1.07,
            "answer sentence": 0.44,
            "context": 0.32,
            "length": 1.23,
            "meaning": 0.36,
            "names": -0.26,
            "names in sentence": 0.08,
            "nearness": 0.76,
            "passage": 0.10,
            "reading": 0.28,
            "reading score": 0.36,
            "refusal": -0.11,
            "score": 0.82,
            "unmet denial": -1.21,
            "unsought": -0.90,
        }
    ),
    threshold=0.48,
)
"""For small models with an adapter with which they answer shortly and can refuse by themselves:
fitted by ``tests/quality/fit_abstain.py`` on the eight articles of SQuAD that the adapter was not
taught and half of the everyday questions, with the adapter before the one that ships; on questions
that neither saw, weights fitted with that one are no better.
"""
