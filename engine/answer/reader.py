"""Reads short answers out of the evidence: a linear ranker over stretches of words.

A model of 135 million parameters writes the right short answer to 8 % of SQuAD questions even
with the right paragraph before it. As a judge of sentences it is good, though: how likely it
finds the question after reading a sentence tells which sentence answers. So code proposes and
ranks the answers, the model weighs the sentences, and what is shown is always quoted.

The score of an answer is the sum of the weights (``weights.py``) of what speaks for and against
it, and belief is shared out by a conditional logit (Rajpurkar et al., 2016, section 5.2).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.answer import form, offices, parallels, sought, spans, text
from engine.answer.extract import Evidence, Rarity
from engine.answer.spans import Feature
from engine.answer.weights import WEIGHTS

LIKELIHOOD_FEATURE = "sentence likelihood"
CLOSE = 1.0
"""By how much less likely (in nats) another sentence may be whose words are of the right kind."""
OTHER_FIGURE = "of another figure"
"""How much less of the question the part around a figure holds than that around another one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A possible short answer and where it stands."""

    text: str
    evidence: int
    """Index into the evidence."""
    start: int
    end: int
    """Span in the passage's text."""
    score: float
    probability: float
    """Share of belief among all readings of this question, in [0, 1]."""


class Reader:
    """Ranks the short answers that stand in the evidence sentences."""

    def __init__(self, weights: Mapping[str, float] = WEIGHTS) -> None:
        self._weights = weights

    def read(self, question: str, evidence: Sequence[Evidence], rarity: Rarity) -> list[Reading]:
        """Every candidate in the evidence, best first. Takes some 10 ms for six sentences."""
        asked = set(text.content(question))
        shape = form.read(question)
        found: list[tuple[float, int, int, int]] = []
        for index, item in enumerate(evidence):
            words = spans.tokens(item.sentence)
            shared = self._sum(sentence_features(evidence, index))
            behind = parallels.shortfalls(words, asked, rarity.weight)
            idle = offices.idle(question, words)
            again = spans.said_again(words, asked)
            for first, last in spans.candidates(words):
                if idle and all(
                    at in idle or words[at].is_function or not words[at].is_word
                    for at in range(first, last + 1)
                ):
                    continue  # says again what is asked
                if last < again:
                    continue  # "Opening hours:" where they are asked for
                if last == 0 and words[1:] and words[1].text == ":":
                    continue  # a label such as "Objective:" is what the rest is about
                if not sought.could_answer(question, words[first : last + 1]):
                    continue
                if shape.type == "much" and spans.counts(words, first, last):
                    continue
                named = spans.features(shape, words, asked, rarity.weight, first, last)
                score = shared + self._sum([*named, (OTHER_FIGURE, max(behind[first : last + 1]))])
                found.append((score, index, words[first].start, words[last].end))
        return _shares(
            [
                Reading(
                    evidence[index].sentence[start:end],
                    index,
                    evidence[index].start + start,
                    evidence[index].start + end,
                    score,
                    0.0,
                )
                for score, index, start, end in found
            ]
        )

    def best(self, question: str, readings: Sequence[Reading]) -> Reading | None:
        """The likeliest reading, or one of the kind that is asked for.

        It is looked for in the same sentence first, then in those nearly as likely.
        """
        if not readings:
            return None
        first = readings[0]
        same = [each for each in readings if each.evidence == first.evidence]
        close = [each for each in readings if each.score > first.score - CLOSE]
        kinds = ((each, spans.kind(spans.tokens(each.text))) for each in (*same, *close))
        return next((each for each, kind in kinds if form.fits(question, kind)), first)

    def _sum(self, found: Sequence[Feature]) -> float:
        return sum(self._weights.get(name, 0.0) * value for name, value in found)


def _shares(readings: Sequence[Reading]) -> list[Reading]:
    """The readings, best first, with belief shared out among them by their scores."""
    best = max((reading.score for reading in readings), default=0.0)
    parts = [math.exp(reading.score - best) for reading in readings]
    total = sum(parts)
    shared = [
        replace(reading, probability=part / total)
        for reading, part in zip(readings, parts, strict=True)
    ]
    return sorted(shared, key=lambda reading: -reading.score)


def sentence_features(evidence: Sequence[Evidence], index: int) -> list[Feature]:
    """What speaks for a sentence, whatever stretch of it is read."""
    item = evidence[index]
    return [
        ("sentence overlap", item.overlap),
        ("sentence context", item.context_overlap),
        ("sentence score", item.score - evidence[0].score),
        (LIKELIHOOD_FEATURE, item.likelihood),
        (f"sentence {index}", 1.0),
    ]
