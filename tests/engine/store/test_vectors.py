import numpy as np
import pytest

from engine.errors import VaultBusyError
from engine.progress import drain
from engine.store.check import refill
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.rows import rows
from engine.store.vectors import Vectors, digest, embedding_text
from tests import shelf
from tests.fakes import HashingEmbedder

TEXTS = {"/a.txt": "red apples", "/b.txt": "green pears", "/c.txt": "blue plums"}


@pytest.fixture
def store(vault: Vault, embedder: HashingEmbedder) -> Vectors:
    for path, text in TEXTS.items():
        library = "Fruit" if path != "/c.txt" else "Other"
        shelf.put(vault, embedder, path, text, library=library)
    return Vectors(vault)


def test_the_nearest_is_first_with_its_cosine(
    vault: Vault, store: Vectors, embedder: HashingEmbedder
) -> None:
    serving = store.serving()
    assert serving is not None
    query = embedder.embed_query("Notes\ngreen pears")
    found = store.nearest(serving, query, 10)
    best = Documents(vault).passage(found[0][0])
    assert best is not None
    assert best.path == "/b.txt"
    assert found[0][1] == pytest.approx(1.0, abs=1e-3)
    assert len(found) == 3
    exact = store.cosines(serving, query, [id for id, _ in found])
    assert exact == {id: pytest.approx(cosine, abs=1e-3) for id, cosine in found}
    assert store.cosines(serving, query, []) == {}


def test_a_library_limits_the_search_also_after_a_move(
    vault: Vault, store: Vectors, embedder: HashingEmbedder
) -> None:
    serving = store.serving()
    assert serving is not None
    documents = Documents(vault)
    query = embedder.embed_query("plums")
    other = documents.library_id("Other")
    assert len(store.nearest(serving, query, 10, other)) == 1
    documents.move("/a.txt", "Other")
    assert len(store.nearest(serving, query, 10, other)) == 2


def test_known_texts_are_found_by_their_digest(store: Vectors, embedder: HashingEmbedder) -> None:
    serving = store.serving()
    assert serving is not None
    name = digest(embedding_text("Notes", "", "red apples"))
    held = store.known(serving, [name, digest("never seen")])
    assert list(held) == [name]
    assert np.allclose(held[name], embedder.embed_query("Notes\nred apples"), atol=0.01)


def test_another_embedder_fills_its_own_set_and_then_serves_alone(
    vault: Vault, store: Vectors
) -> None:
    other = HashingEmbedder(32, model_id="other")
    filling = store.ensure(other.identity)
    assert not filling.serving
    assert store.serving() != filling
    assert not store.switch(filling)
    steps = refill(vault, other)
    progress = next(steps)
    assert (progress.done, progress.total) == (0, 3)
    assert store.serving() != filling
    drain(steps)
    (alone,) = store.sets()
    assert (alone.id, alone.serving, alone.identity) == (filling.id, True, other.identity)
    assert store.count(alone) == 3
    with vault.read() as db:
        left = rows(db, "SELECT name FROM sqlite_schema WHERE name GLOB 'vectors_*'")
    assert {name.split("_")[1] for (name,) in left if name.split("_")[1].isdigit()} == {
        str(alone.id)
    }


def test_filling_goes_on_where_it_was_stopped(
    vault: Vault, store: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.check.BATCH", 1)
    other = HashingEmbedder(32, model_id="other")
    steps = refill(vault, other)
    for _ in range(3):
        next(steps)
    steps.close()
    assert other.embedded == 2
    drain(refill(vault, other))
    assert other.embedded == 3


def test_a_set_that_was_exchanged_meanwhile_is_not_written(
    vault: Vault, store: Vectors, embedder: HashingEmbedder
) -> None:
    serving = store.serving()
    assert serving is not None
    drain(refill(vault, HashingEmbedder(32, model_id="other")))
    with pytest.raises(VaultBusyError):
        store.fill(serving, [1], embedder.embed_passages(["x"]))


def test_cosines_look_vectors_up_by_number(vault: Vault, store: Vectors) -> None:
    serving = store.serving()
    assert serving is not None
    with vault.read() as db:
        plan = rows(
            db,
            "EXPLAIN QUERY PLAN SELECT v.embedding FROM carray(NULL) AS wanted "
            f"CROSS JOIN {serving.table} AS v ON v.passage_id = wanted.value",
        )
    assert any("SEARCH v USING INTEGER PRIMARY KEY" in line[3] for line in plan), plan


def test_long_titles_leave_room_for_the_text() -> None:
    text = embedding_text("t" * 5000, "界" * 5000, "the text")
    assert text.endswith("\nthe text")
    assert len(text.encode()) < 600
    assert embedding_text("", "", "the text") == "the text"
