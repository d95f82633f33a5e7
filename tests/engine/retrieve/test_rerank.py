"""The best passages in the order of a model that reads them with the question."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.inference.reranker import Reranker
from engine.retrieve import rerank
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.types import Passage
from tests import shelf
from tests.fakes import HashingEmbedder


class Lengths:
    """Likes long texts."""

    name = "lengths"

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, question: str, texts: Sequence[str]) -> np.ndarray:
        self.read += texts
        return np.array([float(len(text)) for text in texts])


@pytest.fixture
def passages(vault: Vault, embedder: HashingEmbedder) -> list[Passage]:
    for number in range(12):
        text = "The sea is deep." + " Ships sail." * number
        shelf.put(vault, embedder, f"/{number:02}.txt", text, title="")
    documents = Documents(vault)
    return [
        passage
        for document in documents.documents()
        for passage in documents.passages(document.path)
    ]


def test_the_first_places_are_given_anew_and_keep_their_scores(passages: list[Passage]) -> None:
    reranker: Reranker = Lengths()
    scores = np.linspace(0.9, 0.6, 12)
    moved = rerank.moved(reranker, "sea", passages, scores)
    assert sorted(moved) == sorted(scores)
    assert np.argmax(moved) == rerank.LOOKED_AT - 1
    assert moved[rerank.LOOKED_AT :].tolist() == scores[rerank.LOOKED_AT :].tolist()


def test_one_passage_alone_is_not_read(passages: list[Passage]) -> None:
    reranker = Lengths()
    assert rerank.moved(reranker, "sea", passages[:1], np.array([0.4])).tolist() == [0.4]
    assert reranker.read == []


def test_what_a_passage_is_about_is_read_with_it(passages: list[Passage]) -> None:
    passage = replace(passages[0], title="Seas", heading="Depth")
    assert rerank.text_of(passage) == "Depth\nThe sea is deep."
    assert rerank.text_of(replace(passage, heading="")) == "Seas\nThe sea is deep."
    assert rerank.text_of(replace(passage, heading="", title="")) == "The sea is deep."


def test_a_search_is_in_its_order(
    vault: Vault, embedder: HashingEmbedder, passages: list[Passage]
) -> None:
    plain = Retriever(vault, embedder).search("How deep is the sea?", top=12)
    reranker = Lengths()
    read = Retriever(vault, embedder, reranker=reranker).search("How deep is the sea?", top=12)
    assert plain.hits[0].passage.path == "/00.txt"
    assert read.hits[0].passage.path != "/00.txt"
    assert len(reranker.read) == rerank.LOOKED_AT
    assert [hit.score for hit in read.hits] == pytest.approx([hit.score for hit in plain.hits])
