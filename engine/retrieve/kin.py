"""What passages that say nearly the same tell of each other.

A description is about a subject, and so is what is like the passages that fit it: each score moves
towards those of the passages nearest to it (score regularisation after Diaz, "Regularizing ad hoc
retrieval scores", CIKM 2005). And of passages that say the same in two documents, the one whose
document the question names is meant.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np

from engine.inference.embedder import Vectors
from engine.retrieve.fuse import Scores

NEAREST = 5
"""Passages that each one is compared with."""
SHARE = 0.4
"""Of their scores in the score of a description's passage."""
TWIN = 0.88
"""Cosine from which on two passages say nearly the same."""
NAMED = 0.15
"""What a title that the question names is worth, beside one that it does not."""


def supported(scores: Scores, alike: Vectors, share: float) -> Scores:
    """The scores, each moved towards those of the passages nearest to it.

    ``alike`` are the cosines of the passages with each other, shape (n, n); ``share`` is how much
    of a description the question is, 0 to 1.
    """
    if len(scores) < 3 or share <= 0.0:
        return scores
    others = np.maximum(alike.astype(np.float64), 0.0)
    np.fill_diagonal(others, 0.0)
    count = min(NEAREST, len(scores) - 1)
    near = np.argpartition(-others, count - 1, axis=1)[:, :count]
    weight = np.take_along_axis(others, near, axis=1) ** 4
    total = weight.sum(axis=1)
    mean = (weight * scores[near]).sum(axis=1) / np.maximum(total, 1e-12)
    own = SHARE * share
    return np.where(total > 0.0, (1.0 - own) * scores + own * mean, scores)


def named(titles: Sequence[Collection[str]], asked: Collection[str]) -> Scores:
    """How well a question names the title of each passage, among these titles; 0 to 1.

    Words that stand in all of the titles name none.
    """
    several = set(map(frozenset, titles))
    held = Counter(word for title in several for word in title)
    weight = {word: math.log(len(several) / held[word]) for word in held.keys() & set(asked)}
    by_title = {title: sum(weight.get(word, 0.0) for word in title) for title in several}
    most = max(by_title.values(), default=0.0)
    if most <= 0.0:
        return np.zeros(len(titles))
    return np.array([by_title[frozenset(title)] / most for title in titles])


def told_apart(
    scores: Scores, alike: Vectors, titles: Sequence[Collection[str]], naming: Scores
) -> Scores:
    """The scores, with twins under other titles put in the order in which they are named."""
    number = {title: place for place, title in enumerate(set(map(frozenset, titles)))}
    own = np.array([number[frozenset(title)] for title in titles])
    twins = (alike > TWIN) & (own[:, None] != own[None, :])
    best = np.where(twins, naming[None, :], -1.0).max(axis=1, initial=-1.0)
    moved = scores + NAMED * np.where(best >= 0.0, naming - best, 0.0)
    return np.clip(moved, 0.0, None)
