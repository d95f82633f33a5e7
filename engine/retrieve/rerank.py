"""The best passages once more, each read together with the question by a cross-encoder.

Slower than everything before it, so only the first few are read, and only where the user lets it,
which is offered once it was measured to help.
"""

from collections.abc import Sequence

import numpy as np

from engine.inference.reranker import Reranker
from engine.retrieve.fuse import Scores, normalised
from engine.types import Passage

LOOKED_AT = 10
"""Passages that are read."""
WEIGHT = 0.7
"""Of what the reranker says beside the score so far, both normalised over these passages."""


def moved(reranker: Reranker, question: str, found: Sequence[Passage], scores: Scores) -> Scores:
    """The scores of the passages, best first, given to them in another order.

    The reranker decides which passage takes which of the first places; what a place scores stays,
    so that scores mean the same with and without it.
    """
    first = min(LOOKED_AT, len(scores))
    if first < 2:
        return scores
    read = reranker.scores(question, [text_of(passage) for passage in found[:first]])
    both = WEIGHT * normalised(read) + (1.0 - WEIGHT) * normalised(scores[:first])
    total = scores.copy()
    total[np.argsort(-both, kind="stable")] = np.sort(scores[:first])[::-1]
    return total


def text_of(passage: Passage) -> str:
    """What is read of a passage: its heading, or else its title, says what it is about."""
    above = passage.heading or passage.title
    return f"{above}\n{passage.text}" if above else passage.text
