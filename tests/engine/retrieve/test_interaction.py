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


def _moved(
    vault: Vault, embedder: HashingEmbedder, question: str, last: float = 0.55
) -> tuple[list[int], list[float]]:
    """The passages' places, best first, after their scores from 0.6 down were moved."""
    documents = Documents(vault)
    found = [
        passage
        for document in documents.documents()
        for passage in documents.passages(document.path)
    ]
    scores = np.linspace(0.6, last, len(found))
    moved = Interaction(embedder, Lexical(vault)).moved([question], found, scores)
    return np.argsort(-moved, kind="stable").tolist(), moved.tolist()


def test_a_word_is_met_by_one_that_means_the_same(vault: Vault) -> None:
    embedder = MeaningEmbedder()
    shelf.put(vault, embedder, "/a.txt", "The river froze and the bridge was a duty station.")
    shelf.put(vault, embedder, "/b.txt", "The bridge fell in the war.")
    order, scores = _moved(vault, embedder, "bridge WWII")
    assert order == [1, 0]
    assert sum(scores) == pytest.approx(0.6 + 0.55)
    assert _moved(vault, embedder, "river")[0] == [0, 1]


def test_an_encoder_that_tells_no_tokens_changes_nothing(vault: Vault) -> None:
    embedder = HashingEmbedder()
    shelf.put(vault, embedder, "/a.txt", "One text.")
    shelf.put(vault, embedder, "/b.txt", "The bridge fell in the war.")
    assert _moved(vault, embedder, "bridge WWII") == ([0, 1], [0.6, 0.55])


def test_a_large_encoder_reads_no_passage_again(vault: Vault) -> None:
    embedder = MeaningEmbedder(interaction.MOST_DIMENSION + 1)
    shelf.put(vault, embedder, "/a.txt", "One text.")
    shelf.put(vault, embedder, "/b.txt", "The bridge fell in the war.")
    assert _moved(vault, embedder, "bridge WWII")[0] == [0, 1]
    assert embedder.read == 0


def test_a_clear_winner_is_not_read_again(vault: Vault) -> None:
    embedder = MeaningEmbedder()
    shelf.put(vault, embedder, "/a.txt", "The river froze and the bridge was a duty station.")
    shelf.put(vault, embedder, "/b.txt", "The bridge fell in the war.")
    far = 0.6 - interaction.MARGIN - 0.01
    assert _moved(vault, embedder, "bridge WWII", far) == ([0, 1], [0.6, far])
    assert embedder.read == 0


def test_no_passage_is_moved_where_there_is_none(vault: Vault) -> None:
    embedder = MeaningEmbedder()
    assert _moved(vault, embedder, "bridge") == ([], [])


def test_only_the_best_passages_are_read(vault: Vault) -> None:
    embedder = MeaningEmbedder()
    count = interaction.LOOKED_AT + 5
    for number in range(count):
        shelf.put(vault, embedder, f"/{number:02d}.txt", f"The bridge number {number}.")
    _, scores = _moved(vault, embedder, "bridge number 13")
    assert embedder.read == interaction.LOOKED_AT + 1
    before = np.linspace(0.6, 0.55, count).tolist()
    assert scores[interaction.LOOKED_AT :] == before[interaction.LOOKED_AT :]


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


def test_every_passage_keeps_the_score_that_it_is_ordered_by(vault: Vault) -> None:
    embedder = MeaningEmbedder()
    shelf.put(vault, embedder, "/a.txt", "A vehicle needs a road.")
    shelf.put(vault, embedder, "/b.txt", "A car and a road, and a road, and a car.")
    shelf.put(vault, embedder, "/c.txt", "Nothing of it.")
    retriever = Retriever(vault, embedder)
    hits = retriever.search("Which car needs a road?").hits
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert embedder.read == 3  # the question, and the two that are close
    alone = {
        hit.passage.id: hit.score
        for hit in Retriever(vault, HashingEmbedder(256)).search("Which car needs a road?").hits
    }
    moved = [hit.score - alone[hit.passage.id] for hit in hits]
    assert sum(moved) == pytest.approx(0.0)
    assert max(moved) > 0.0 > min(moved)


def test_a_description_keeps_the_scale_of_the_scores(vault: Vault) -> None:
    embedder = HashingEmbedder()
    for name, text in (("a", "slender wings in supersonic flow"), ("b", "the ship at sea")):
        shelf.put(vault, embedder, f"/{name}.txt", text)
    asked = "slender wings with sharp edges and thin delta shapes in supersonic flow at speed"
    scores = [hit.score for hit in Retriever(vault, embedder).search(asked).hits]
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert scores == sorted(scores, reverse=True)
