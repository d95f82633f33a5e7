"""How close together a passage has the words of the question.

BM25 does not see whether the words stand in one sentence or are scattered over the passage. Both
measures here do, and both raise the results on question answering and on claim checking.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|(?<=[。！？])|\n+")

NEAR = ((2, 1.0), (6, 0.5), (12, 0.2))
"""Distance in words up to which neighbours in the question count, and how much."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """Two shares of the question's weight, each in [0, 1]."""

    sentence: float
    """Words that stand together in the best sentence, or in the title or heading over it."""
    neighbours: float
    """Pairs of neighbouring words that are near each other in the passage too."""


def sentences(text: str) -> list[str]:
    return [piece for piece in _SENTENCE.split(text) if piece.strip()]


def weights(frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """How much each word tells: its inverse document frequency, as in BM25."""
    return {
        word: math.log(1.0 + (passages - count + 0.5) / (count + 0.5))
        for word, count in frequencies.items()
        if count <= passages
    }


def closeness(
    question: Sequence[str],
    weight: Mapping[str, float],
    context: Sequence[str],
    passage: Sequence[Sequence[str]],
) -> Closeness:
    """Compare a question with a passage, both in the index's own words.

    ``question`` is in the order of the question, ``context`` is title and heading, which every
    sentence stands under, and ``passage`` holds the words of each sentence.
    """
    total = sum(weight[word] for word in set(question))
    if total <= 0.0:
        return Closeness(0.0, 0.0)
    over = {word for word in context if word in weight}
    best = 0.0
    places: dict[str, list[int]] = {}
    place = 0
    for sentence in passage:
        seen = set(over)
        for word in sentence:
            if word in weight:
                seen.add(word)
                places.setdefault(word, []).append(place)
            place += 1
        best = max(best, sum(weight[word] for word in seen))
    return Closeness(best / total, _neighbours(question, weight, places))


def _neighbours(
    question: Sequence[str], weight: Mapping[str, float], places: Mapping[str, list[int]]
) -> float:
    found = 0.0
    possible = 0.0
    for left, right in pairwise(question):
        if left == right:
            continue
        worth = min(weight[left], weight[right])
        possible += worth
        if left in places and right in places:
            gap = min(abs(a - b) for a in places[left] for b in places[right])
            found += worth * next((share for reach, share in NEAR if gap <= reach), 0.0)
    return found / possible if possible > 0.0 else 0.0
