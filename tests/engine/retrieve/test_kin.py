"""What passages that say nearly the same tell of each other."""

import numpy as np
import pytest

from engine.retrieve import kin
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.vectors import Vectors
from tests import shelf
from tests.fakes import HashingEmbedder

CLUSTER = np.array(
    [[1.0, 0.9, 0.9, 0.1], [0.9, 1.0, 0.9, 0.1], [0.9, 0.9, 1.0, 0.1], [0.1, 0.1, 0.1, 1.0]],
    dtype=np.float32,
)


def test_what_is_like_good_passages_rises_and_what_stands_alone_falls() -> None:
    scores = np.array([0.9, 0.8, 0.4, 0.6])
    moved = kin.supported(scores, CLUSTER, 1.0)
    assert moved[2] > scores[2]
    assert moved[0] < scores[0]
    assert moved[0] > moved[1] > moved[2]
    half = kin.supported(scores, CLUSTER, 0.5)
    assert half == pytest.approx((scores + moved) / 2)


def test_questions_and_very_few_passages_are_left_alone() -> None:
    scores = np.array([0.9, 0.8, 0.4, 0.6])
    assert kin.supported(scores, CLUSTER, 0.0).tolist() == scores.tolist()
    assert kin.supported(scores[:2], CLUSTER[:2, :2], 1.0).tolist() == [0.9, 0.8]


def test_a_passage_without_a_vector_keeps_its_score() -> None:
    alike = CLUSTER.copy()
    alike[3] = alike[:, 3] = 0.0
    assert kin.supported(np.array([0.9, 0.8, 0.4, 0.6]), alike, 1.0)[3] == 0.6


def test_words_in_every_title_name_none() -> None:
    titles = [{"plan", "standard"}, {"plan", "plus"}, {"plan", "plus"}]
    assert kin.named(titles, {"plan"}).tolist() == [0.0, 0.0, 0.0]
    assert kin.named(titles, {"plan", "plus"}).tolist() == [0.0, 1.0, 1.0]
    assert kin.named([], {"plan"}).tolist() == []


def test_only_twins_are_put_in_the_order_of_their_names() -> None:
    titles = [{"plan", "standard"}, {"plan", "plus"}, {"guide"}, {"guide"}]
    scores = np.array([0.60, 0.58, 0.59, 0.59])
    moved = kin.told_apart(scores, CLUSTER, titles, np.array([0.0, 1.0, 0.0, 0.0]))
    assert moved[1] > moved[0]
    assert moved[3] == scores[3]


RULES = "Before an operation the doctor asks the insurer for its consent in writing, by form {}."


def test_of_two_documents_that_say_the_same_the_named_one_is_first(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    for kind in ("Standard", "Plus"):
        text = RULES.format(kind[0])
        shelf.put(vault, embedder, f"/{kind}.txt", text, title=f"{kind} booklet of benefits")
    shelf.put(vault, embedder, "/menu.txt", "Soup is served at noon.", title="Menu")
    retriever = Retriever(vault, embedder)
    for kind in ("Standard", "Plus"):
        found = retriever.search(f"Who asks the insurer for consent in the {kind} booklet?")
        assert found.hits[0].passage.path == f"/{kind}.txt"
        assert all(0.0 <= hit.score <= 1.0 for hit in found.hits)


def test_cosines_of_passages_with_each_other(vault: Vault, embedder: HashingEmbedder) -> None:
    for name, text in {"/a.txt": "red apples", "/b.txt": "red apples", "/c.txt": "blue"}.items():
        shelf.put(vault, embedder, name, text)
    store = Vectors(vault)
    serving = store.serving()
    assert serving is not None
    with vault.read() as db:
        ids = [id for (id,) in db.execute("SELECT id FROM passages ORDER BY id")]
    alike = store.alike(serving, [*ids, 9999])
    assert alike.shape == (4, 4)
    assert alike[0, 1] == pytest.approx(1.0, abs=1e-2)
    assert alike[0, 2] < 0.9
    assert alike[3].tolist() == [0.0] * 4
    assert store.alike(serving, []).shape == (0, 0)
