"""Texts embedded on a thread of their own."""

import threading

import numpy as np
import pytest

from engine.inference.embedder import Vectors
from engine.ingest import embedding
from engine.ingest.embedding import Embedding
from tests.fakes import HashingEmbedder

TEXTS = {f"{number}".encode(): f"text {'x' * (9 - number)} {number}" for number in range(9)}


class Counting(HashingEmbedder):
    """Waits before each slice until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.slices: list[list[str]] = []
        self.may = threading.Semaphore(0)

    def embed_passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        assert self.may.acquire(timeout=30)
        self.slices.append(list(texts))
        return super().embed_passages(texts)


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "SLICE", 4)


def test_every_text_gets_its_vector_and_alike_ones_come_together() -> None:
    embedder = Counting()
    work = Embedding(embedder, TEXTS)
    assert not work.finished()
    assert work.told() == "0 of 9 passages"
    embedder.may.release(3)
    assert work.finished(30)
    found = work.take()
    assert work.told() == "9 of 9 passages"
    assert found.keys() == TEXTS.keys()
    for name, text in TEXTS.items():
        assert np.array_equal(found[name], embedder.embed_query(text))
    lengths = [len(text) for each in embedder.slices for text in each]
    assert lengths == sorted(lengths)


def test_while_it_is_held_nothing_is_begun() -> None:
    embedder = Counting()
    work = Embedding(embedder, TEXTS)
    with work.held():
        embedder.may.release(3)
        assert not work.finished(0.2)
        assert len(embedder.slices) <= 1  # the one that was under way
    assert work.finished(30)
    assert len(work.take()) == 9


def test_stopping_leaves_what_was_not_begun() -> None:
    embedder = Counting()
    work = Embedding(embedder, TEXTS)
    with work.held():
        embedder.may.release(3)
        work.stop()
    assert len(embedder.slices) <= 1
    assert not [each for each in threading.enumerate() if each.name.startswith("embedding")]


def test_what_the_embedder_raises_reaches_who_takes() -> None:
    class Broken(HashingEmbedder):
        def embed_passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
            raise MemoryError(f"{len(texts)} texts")

    work = Embedding(Broken(), TEXTS)
    assert work.finished(30)
    with pytest.raises(MemoryError, match="4 texts"):
        work.take()


def test_nothing_to_embed_is_done_at_once() -> None:
    work = Embedding(HashingEmbedder(), {})
    assert work.finished(30)
    assert work.take() == {}
