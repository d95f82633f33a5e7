"""Words, meaning and closeness become one score: normalised, then a weighted sum.

Min-max normalisation after Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid
Retrieval", https://arxiv.org/abs/2210.11934. The weights were chosen on one half of the data
named in docs/benchmarks.md and hold on the other; between a quarter less and a quarter more of
any of them the results hardly change.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the parts in the score; they sum to 1."""

    words: float = 0.13
    meaning: float = 0.38
    sentence: float = 0.31
    neighbours: float = 0.18

    def __post_init__(self) -> None:
        total = self.words + self.meaning + self.sentence + self.neighbours
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"the weights sum to {total}, not to 1")


WEIGHTS = Weights()

FOREIGN = Weights(words=0.45, meaning=0.06, sentence=0.31, neighbours=0.18)
"""For a question in a script that the sentence encoder was not made for."""

_OTHER_SCRIPTS = frozenset({"zh", "ja", "ko", "th", "ar", "ru", "el", "ta", "hi"})
_ENGLISH_ONLY = re.compile(r"all-minilm|(?<![a-z])en(?![a-z])", re.IGNORECASE)


def weights_for(language: str, model_id: str) -> Weights:
    """The weights for a question in this language, found with this sentence encoder."""
    foreign = language in _OTHER_SCRIPTS and _ENGLISH_ONLY.search(model_id)
    return FOREIGN if foreign else WEIGHTS


def normalised(scores: Scores, lowest: float | None = None) -> Scores:
    """Scores from 0 to 1; all 0 where they do not differ from the lowest."""
    if scores.size == 0:
        return scores
    low = float(scores.min()) if lowest is None else lowest
    span = float(scores.max()) - low
    if span <= 0.0:
        return np.zeros_like(scores)
    return np.asarray((scores - low) / span)


def fused(words: Scores, meaning: Scores, weights: Weights = WEIGHTS) -> Scores:
    """Score of each candidate by words and meaning alone.

    ``words`` is BM25, 0 where no word matched; ``meaning`` is the cosine. Both of shape (n,).
    """
    return weights.words * normalised(words, 0.0) + weights.meaning * normalised(meaning)


def closer(
    scores: Scores, sentence: Scores, neighbours: Scores, weights: Weights = WEIGHTS
) -> Scores:
    """The scores with closeness added; in [0, 1]. All of shape (n,)."""
    return scores + weights.sentence * sentence + weights.neighbours * neighbours
