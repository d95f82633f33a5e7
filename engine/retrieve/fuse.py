"""Words and meaning become one score: min-max normalisation, then a weighted sum.

Source: Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval",
https://arxiv.org/abs/2210.11934
"""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

WORDS_WEIGHT = 0.6
"""Share of the words in the fused score; the rest is meaning."""


def normalised(scores: Scores, lowest: float | None = None) -> Scores:
    """Scores from 0 to 1; all 0 where they do not differ from the lowest."""
    if scores.size == 0:
        return scores
    low = float(scores.min()) if lowest is None else lowest
    span = float(scores.max()) - low
    if span <= 0.0:
        return np.zeros_like(scores)
    return np.asarray((scores - low) / span)


def fused(words: Scores, meaning: Scores, weight: float = WORDS_WEIGHT) -> Scores:
    """One score in [0, 1] for each candidate.

    ``words`` is BM25, 0 where no word matched; ``meaning`` is the cosine. Both of shape (n,).
    """
    return weight * normalised(words, 0.0) + (1.0 - weight) * normalised(meaning)
