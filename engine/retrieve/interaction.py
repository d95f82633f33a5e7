"""Close winners once more, word by word: does each word of the question mean something there?

Every token of the question is compared with every token of a passage as the encoder understands it
in its sentence; the nearest one counts, weighed by how much the word tells (late interaction, after
Khattab and Zaharia, "ColBERT", https://arxiv.org/abs/2004.12832, with an encoder that was not made
for it). So "World War II" meets "WWII", and one that stands in another part of the passage does not
help: the best stretch of the passage is what counts. Where one passage is clearly the best, nothing
is read.
"""

import re
from collections.abc import Sequence

import numpy as np

from engine.inference.embedder import Embedder, TokenEmbedder, TokenVectors, Vectors
from engine.retrieve import closeness
from engine.retrieve.fuse import Scores
from engine.retrieve.query import STOP_WORDS
from engine.store.lexical import Lexical
from engine.store.vectors import embedding_text
from engine.types import Passage

LOOKED_AT = 6
"""Most passages that are read by the encoder again."""
MARGIN = 0.15
"""Below the best score by more than this, no passage is read again; nor is the best one alone."""
WEIGHT = 1.0
"""Of the mean nearness beside the other score; chosen among 0.6 to 1.3 on half of SQuAD."""
STRETCH = 40
"""Tokens of a passage that have to hold the words together."""
MOST_DIMENSION = 512
"""Larger encoders take too long for reading passages while somebody waits."""
_WORD = re.compile(r"\w+")


class Interaction:
    """Tells close passages apart. Cheap to make, safe from several threads."""

    def __init__(self, embedder: Embedder, lexical: Lexical) -> None:
        self._embedder = embedder
        self._lexical = lexical

    def moved(self, wordings: Sequence[str], found: Sequence[Passage], scores: Scores) -> Scores:
        """The scores of the passages, best first, with what their words mean added.

        Those that are close to the best one are read; by how much each of them is nearer to the
        question than the mean of them moves its score, up or down, and so their order. Of several
        wordings of the question, the nearest one counts.
        """
        first = int((scores[:LOOKED_AT] >= scores[0] - MARGIN).sum()) if len(scores) else 0
        embedder = self._embedder
        if (
            first < 2
            or embedder.identity.dimension > MOST_DIMENSION
            or not isinstance(embedder, TokenEmbedder)
        ):
            return scores
        asked = embedder.embed_tokens(wordings, query=True)
        if not asked:
            return scores
        read = embedder.embed_tokens(
            [embedding_text(each.title, each.heading, each.text) for each in found[:first]]
        )
        near = np.max(
            [self._near(*each, read) for each in zip(wordings, asked, strict=True)], axis=0
        )
        total = scores.copy()
        total[:first] += WEIGHT * (near - near.mean())
        return total

    def _near(self, wording: str, asked: TokenVectors, read: Sequence[TokenVectors]) -> Scores:
        weight = self._weights(wording, asked.spans)
        return np.array([nearness(asked.matrix, weight, each.matrix) for each in read])

    def _weights(self, wording: str, spans: Sequence[tuple[int, int]]) -> Scores:
        """How much each token tells: as much as the word that it is part of."""
        words = [match for match in _WORD.finditer(wording) if match[0].lower() not in STOP_WORDS]
        counts = self._lexical.frequencies({match[0].lower() for match in words})
        tells = closeness.weights(counts, self._lexical.passages())
        weight = np.zeros(len(spans))
        for place, (start, end) in enumerate(spans):
            for match in words:
                if match.start() < end and start < match.end():
                    weight[place] = tells.get(match[0].lower(), 0.0)
        return weight if weight.any() else np.ones(len(spans))


def nearness(asked: Vectors, weight: Scores, read: Vectors) -> float:
    """Mean cosine of the question's tokens with the nearest token of the best stretch, at most 1.

    ``asked`` is (n, dimension), ``weight`` (n,), ``read`` (m, dimension).
    """
    total = float(weight.sum())
    if total <= 0.0 or not len(read):
        return 0.0
    near = asked @ read.T  # (n, m)
    half = STRETCH // 2
    starts = range(0, max(1, near.shape[1] - half), half)
    return (
        max(float(near[:, start : start + STRETCH].max(axis=1) @ weight) for start in starts)
        / total
    )
