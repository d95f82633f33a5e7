"""The words that the best passages have in common look for more of their kind.

Pseudo-relevance feedback after Lavrenko and Croft (RM3), for descriptions and claims only: whoever
describes a subject in many words wants all that is about it, whoever asks a question wants the one
passage that answers it.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import numpy as np

from engine.retrieve.fuse import Scores, normalised
from engine.store.lexical import Words

BEST = 5
"""Passages whose words are taken."""
WORDS = 20
"""Words that are taken."""
WEIGHT = 0.3
"""Of the words' score beside the other one."""
FEW, MANY = 6, 10
"""Words of a description: up to the first nothing is added, from the second on all of it."""
STEEP = 6.0
"""How much more a better passage says than the next."""
COMMON = 0.2
"""Words in more than this share of the passages tell nothing."""
SATURATION, LENGTH = 0.9, 0.4
"""BM25's k1 and b."""

Frequencies = Callable[[Sequence[str]], Mapping[str, int]]


def share(text: str, words: int) -> float:
    """How much feedback a text of so many words gets: 0 for questions, up to 1."""
    if text.rstrip().endswith(("?", "？", "؟")):
        return 0.0
    return min(1.0, max(0.0, (words - FEW) / (MANY - FEW)))


def scores(
    found: Sequence[Words], ranked: Scores, frequencies: Frequencies, passages: int
) -> Scores:
    """For each passage, given as its words, how much of the best ones' words it has; 0 to 1.

    ``ranked`` are the scores so far, shape (n,). ``frequencies`` tells in how many of all passages
    words stand.
    """
    best = np.argsort(-ranked, kind="stable")[:BEST]
    shares = np.exp(STEEP * (ranked[best] - ranked[best[0]]))
    counted = [Counter(chain(*each)) for each in found]
    for words in counted:
        del words["\n"]
    lengths = [words.total() for words in counted]
    weights: Counter[str] = Counter()
    held = frequencies(sorted({word for place in best for word in counted[place]}))
    for place, part in zip(best.tolist(), (shares / shares.sum()).tolist(), strict=True):
        for word, count in counted[place].items():
            if len(word) > 2 and 0 < held[word] < COMMON * passages:
                weights[word] += part * count / lengths[place] * math.log(passages / held[word])
    taken = {
        word: weight * math.log(passages / held[word])
        for word, weight in weights.most_common(WORDS)
    }
    mean = sum(lengths) / len(found)
    total = np.zeros(len(found))
    for place, words in enumerate(counted):
        long = SATURATION * (1.0 - LENGTH + LENGTH * lengths[place] / mean)
        total[place] = sum(
            weight * words[word] / (words[word] + long)
            for word, weight in taken.items()
            if word in words
        )
    return normalised(total, 0.0)
