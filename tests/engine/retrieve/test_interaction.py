"""The order of the best passages by what each of their words means."""

from collections.abc import Sequence

import numpy as np
import pytest

from engine.inference.embedder import TokenVectors
from engine.retrieve import interaction
from engine.retrieve.interaction import Interaction, nearness
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from tests import shelf
from tests.fakes import WORD, HashingEmbedder

SAME = {"wwii": "war", "car": "vehicle"}
"""Words that mean the same to the encoder below."""


class MeaningEmbedder(HashingEmbedder):
    """Tells tokens, each with a direction of its own, and knows that some words mean the same."""

    def __init__(self, dimension: int = 256) -> None:
        super().__init__(dimension)
        self.read = 0

    def embed_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[TokenVectors]:
        self.read += len(texts)
        return [
            TokenVectors(
                tuple(match.span() for match in WORD.finditer(text)),
                np.stack([self._token(match[0].lower()) for match in WORD.finditer(text)]),
            )
            for text in texts
        ]

    def _token(self, word: str) -> np.ndarray:
        return self.embed_query(SAME.get(word, word))


def _order(vault: Vault, embedder: HashingEmbedder, question: str) -> list[int]:
    documents = Documents(vault)
    found = [
        passage
        for document in documents.documents()
        for passage in documents.passages(document.path)
    ]
    scores = np.linspace(0.6, 0.5, len(found))
    return Interaction(embedder, Lexical(vault)).order([question], found, scores)


def test_a_word_is_met_by_one_that_means_the_same(vault: Vault) -> None:
    embedder = MeaningEmbedder()
    shelf.put(vault, embedder, "/a.txt", "The river froze and the bridge was a duty station.")
    shelf.put(vault, embedder, "/b.txt", "The bridge fell in the war.")
    assert _order(vault, embedder, "bridge WWII") == [1, 0]
    assert _order(vault, embedder, "river") == [0, 1]


def test_an_encoder_that_tells_no_tokens_changes_nothing(vault: Vault) -> None:
    embedder = HashingEmbedder()
    shelf.put(vault, embedder, "/a.txt", "One text.")
    shelf.put(vault, embedder, "/b.txt", "The bridge fell in the war.")
    assert _order(vault, embedder, "bridge WWII") == [0, 1]


def test_a_large_encoder_reads_no_passage_again(vault: Vault) -> None:
    embedder = MeaningEmbedder(interaction.MOST_DIMENSION + 1)
    shelf.put(vault, embedder, "/a.txt", "One text.")
    shelf.put(vault, embedder, "/b.txt", "The bridge fell in the war.")
    assert _order(vault, embedder, "bridge WWII") == [0, 1]
    assert embedder.read == 0


def test_only_the_best_passages_are_read(vault: Vault) -> None:
    embedder = MeaningEmbedder()
    for number in range(interaction.LOOKED_AT + 5):
        shelf.put(vault, embedder, f"/{number:02d}.txt", f"The bridge number {number}.")
    order = _order(vault, embedder, "bridge number 13")
    assert embedder.read == interaction.LOOKED_AT + 1
    assert order[interaction.LOOKED_AT :] == [10, 11, 12, 13, 14]
    assert sorted(order) == list(range(15))


def test_words_count_where_they_stand_together() -> None:
    asked = np.eye(4, dtype=np.float32)[:2]
    other = np.eye(4, dtype=np.float32)[3:]
    filler = [other] * (2 * interaction.STRETCH)
    together = np.concatenate([asked, *filler])
    apart = np.concatenate([asked[:1], *filler, asked[1:]])
    weight = np.ones(2)
    assert nearness(asked, weight, together) == pytest.approx(1.0)
    assert nearness(asked, weight, apart) == pytest.approx(0.5)
    assert nearness(asked, np.array([3.0, 1.0]), apart) == pytest.approx(0.75)
    assert nearness(asked, np.zeros(2), together) == 0.0
    assert nearness(asked, weight, asked[:0]) == 0.0


def test_scores_go_down_with_the_rank_in_the_new_order(vault: Vault) -> None:
    embedder = MeaningEmbedder()
    shelf.put(vault, embedder, "/a.txt", "A vehicle needs a road.")
    shelf.put(vault, embedder, "/b.txt", "A car and a road, and a road, and a car.")
    shelf.put(vault, embedder, "/c.txt", "Nothing of it.")
    hits = Retriever(vault, embedder).search("Which car needs a road?").hits
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert embedder.read >= len(hits)
