"""How close together a passage has the words of the question.

BM25 does not see whether the words stand in one sentence or are scattered over the passage. Both
measures here do, and both raise the results on question answering and on claim checking.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

# It begins with one class of letters, so that the rest of a text is passed over quickly.
_END = re.compile(r"[.!?。！？\n](?:(?<=[.!?])[\"'”’)\]]*\s+|(?<=[。！？])|(?<=\n)\n*)")

NEAR = ((2, 1.0), (6, 0.5), (12, 0.2))
"""Distance in words up to which neighbours in the question count, and how much."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """Two shares of the question's weight, each in [0, 1]."""

    sentence: float
    """Words that stand together in the best sentence, or in the title or heading over it."""
    neighbours: float
    """Pairs of neighbouring words that are near each other in the passage too."""


def lines(text: str) -> str:
    """A text with each sentence on a line of its own, without the marks at its end."""
    return _END.sub("\n", text)


def weights(frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """How much each word tells: its inverse document frequency, as in BM25."""
    return {
        word: math.log(1.0 + (passages - count + 0.5) / (count + 0.5))
        for word, count in frequencies.items()
        if count <= passages
    }


class Asked:
    """A question in one wording or several, compared with many passages."""

    def __init__(
        self,
        wordings: Sequence[Sequence[str]],
        weight: Mapping[str, float],
        forms: Mapping[str, str] | None = None,
    ) -> None:
        """The words of each wording are in its order.

        ``forms`` tells which of these words each word of the index is; without it, they are the
        index's own.
        """
        self._weight = weight
        self._forms = {word: word for word in weight} if forms is None else dict(forms)
        self._forms["\n"] = ""
        self._wordings = [
            (total, _pairs(words, weight))
            for words in wordings
            if (total := sum(weight[word] for word in dict.fromkeys(words))) > 0.0
        ]

    def closeness(self, context: Sequence[str], words: Sequence[str]) -> Closeness:
        """Compare with a passage; of several wordings, the closest one counts.

        ``context`` is title and heading, which every sentence stands under; in ``words``, ``"\\n"``
        ends a sentence.
        """
        if not self._wordings or not words:
            return Closeness(0.0, 0.0)
        forms, weight = self._forms, self._weight
        over = {forms[word] for word in context if word in forms} - {""}
        met = [(at, forms[word]) for at, word in enumerate(words) if word in forms]
        best = sum(weight[each] for each in sorted(over))
        ends = 0
        places: dict[str, list[int]] = {}
        seen = set(over)
        for at, word in (*met, (len(words), "")):
            if word:
                seen.add(word)
                places.setdefault(word, []).append(at - ends)
            else:
                ends += 1
                if len(seen) > len(over):
                    best = max(best, sum(weight[each] for each in sorted(seen)))
                    seen = set(over)
        return max(
            (
                Closeness(best / total, _neighbours(pairs, places))
                for total, pairs in self._wordings
            ),
            key=lambda way: way.sentence + way.neighbours,
        )


def _pairs(question: Sequence[str], weight: Mapping[str, float]) -> list[tuple[str, str, float]]:
    """Neighbouring words of a question, and what meeting them is worth."""
    return [
        (left, right, min(weight[left], weight[right]))
        for left, right in pairwise(question)
        if left != right
    ]


def _neighbours(
    pairs: Sequence[tuple[str, str, float]], places: Mapping[str, Sequence[int]]
) -> float:
    found = 0.0
    possible = 0.0
    for left, right, worth in pairs:
        possible += worth
        if left in places and right in places:
            gap = min(abs(a - b) for a in places[left] for b in places[right])
            found += worth * next((share for reach, share in NEAR if gap <= reach), 0.0)
    return found / possible if possible > 0.0 else 0.0
