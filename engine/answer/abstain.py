"""Whether the evidence is strong enough to answer at all."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from engine.answer import extract, form, prompt, spans, text
from engine.answer.extract import Evidence, Rarity
from engine.answer.reader import Reading
from engine.inference.chat_model import ChatModel
from engine.types import Hit

NOT_FOUND = "I did not find this in your documents."

LEAST_LIKELIHOOD = -7.0
"""Below this a likelihood says no more: the question is odd, whatever the evidence."""
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
    prior: float = 0.0,
) -> Signals | None:
    """The signals for a question; None where nothing was found.

    ``prior`` is what :func:`prior` says; 0 where the model was not asked. Shares lie in [0, 1],
    likelihoods are nats per token, gaps are differences of the same.
    """
    if not hits or not evidence:
        return None
    judged = extract.judged(evidence)
    best = judged[0]
    passage = hits[best.hit].passage
    asked = set(text.content(question))
    title = f"{passage.title} {passage.heading}"
    around = set(text.content(f"{title} {passage.text}"))
    near = set(text.content(f"{title} {best.sentence}"))
    rarity = extract.rarity(hits)
    hard = text.names(question) | text.numbers(question)
    likelihoods = sorted((max(item.likelihood, LEAST_LIKELIHOOD) for item in judged), reverse=True)
    weighed = any(item.likelihood != extract.UNWEIGHED for item in evidence)
    shown = max(hit.meaning for hit in hits)
    reading = readings[0] if readings else None
    rest = [item for item in readings[1:] if reading and item.text != reading.text]
    kind = spans.kind(spans.tokens(reading.text)) if reading else ""
    topic = is_topic(question)
    return {
        "meaning": shown,
        "meaning here": hits[best.hit].meaning,
        "score": hits[best.hit].score,
        "score gap": hits[0].score - (hits[1].score if len(hits) > 1 else 0.0),
        "sentence": best.overlap,
        "context": best.overlap + best.context_overlap,
        "passage": rarity.share(asked, around),
        "rarest missing": _rarest(asked - near, asked, rarity),
        "rarest missing around": _rarest(asked - around, asked, rarity),
        "names": text.overlap(hard, around),
        "names in sentence": text.overlap(hard, near),
        "unmet denial": float(text.is_negated(question) and not text.is_negated(best.sentence)),
        "likelihood": likelihoods[0] if weighed else 0.0,
        "lift": likelihoods[0] - max(prior, LEAST_LIKELIHOOD) if weighed and prior else 0.0,
        "likelihood gap": likelihoods[0] - sum(likelihoods) / len(likelihoods),
        "first": float(best.hit == 0),
        "agreement": float(hits[best.hit].meaning >= shown - 0.02 and hits[best.hit].words >= 0.9),
        "reading": reading.probability if reading else 0.0,
        "reading gap": min(reading.score - rest[0].score, 3.0) if reading and rest else 0.0,
        "reading score": max(-10.0, min(10.0, reading.score)) / 10 if reading else 0.0,
        "reading elsewhere": float(reading is not None and best is not evidence[reading.evidence]),
        "kind": float(reading is not None and form.fits(question, kind)),
        "length": min(len(asked), TOPIC_WORDS) / TOPIC_WORDS,
        "topic": float(topic),
        "topic meaning": shown if topic else 0.0,
        "topic lift": likelihoods[0] - max(prior, LEAST_LIKELIHOOD)
        if topic and weighed and prior
        else 0.0,
        "topic context": best.overlap + best.context_overlap if topic else 0.0,
    }


def prior(question: str, model: ChatModel) -> float:
    """Likelihood of the question once the model has read nothing; 0 for one that is too long."""
    if model.count_tokens(question) > extract.WEIGHABLE:
        return 0.0
    return model.score(prompt.asking("", ""), [question]).values[0]


def _rarest(missing: set[str], asked: set[str], rarity: Rarity) -> float:
    """Weight of the most telling of the missing words beside that of the most telling one."""
    most = max((rarity.weight(stem) for stem in asked), default=0.0)
    return max((rarity.weight(stem) for stem in missing), default=0.0) / most if most else 0.0


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
    -2.48,
    MappingProxyType(
        {
            "meaning": 4.78,
            "context": 0.38,
            "names": 0.50,
            "unmet denial": -2.75,
            "likelihood": 0.29,
        }
    ),
    threshold=0.33,
)
