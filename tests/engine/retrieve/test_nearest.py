"""The index in memory finds what an exact scan finds, and follows the vault."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.ingest import ingest
from engine.progress import drain
from engine.retrieve import nearest as module
from engine.retrieve.nearest import Nearest
from engine.retrieve.retrieve import Retriever
from engine.services.health import search_index
from engine.store.check import refill
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.vectors import Vectors, VectorSet
from tests import shelf
from tests.fakes import HashingEmbedder

WORDS = [
    "harbour",
    "ferry",
    "bread",
    "oven",
    "meadow",
    "clover",
    "rail",
    "timetable",
    "copper",
    "valve",
    "ledger",
    "invoice",
    "glacier",
    "moraine",
    "violin",
    "sonata",
    "orchard",
    "cider",
    "turbine",
    "blade",
    "parish",
    "chapel",
    "lantern",
    "wick",
    "saddle",
    "bridle",
]
COUNT = 400


def _text(number: int) -> str:
    rng = np.random.default_rng(number)
    return " ".join(rng.choice(WORDS, 9)) + f" entry{number}"


def _put(vault: Vault, embedder: HashingEmbedder, numbers: Sequence[int], library: str) -> None:
    for number in numbers:
        shelf.put(vault, embedder, f"/{number}.txt", _text(number), library=library)


@pytest.fixture
def large(vault: Vault, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A vault that counts as large, in two libraries."""
    monkeypatch.setattr(module, "SCORED", 20)
    with vault.write():
        _put(vault, embedder, range(0, COUNT, 4), "Other")
        _put(vault, embedder, [n for n in range(COUNT) if n % 4], "Notes")
    return vault


@pytest.fixture
def near(large: Vault) -> Iterator[Nearest]:
    found = Nearest(large, large=100)
    found.wake()
    assert found.wait(60)
    assert found.state().passages == COUNT
    yield found
    found.close()


def _serving(vault: Vault) -> VectorSet:
    serving = Vectors(vault).serving()
    assert serving is not None
    return serving


def _exact(vault: Vault, query: np.ndarray, ids: Sequence[int], most: int) -> list[int]:
    scored = Vectors(vault).cosines(_serving(vault), query, list(ids))
    return sorted(scored, key=lambda id: (-scored[id], id))[:most]


def _all(vault: Vault) -> list[int]:
    with vault.read() as db:
        return [id for (id,) in db.execute("SELECT id FROM passages").fetchall()]


def _recall(near: Nearest, vault: Vault, embedder: HashingEmbedder, **narrowed: object) -> float:
    ids = narrowed.pop("ids", None) or _all(vault)
    hit = 0
    for number in range(30):
        query = embedder.embed_query(_text(number * 7))
        found = near.nearest(_serving(vault), query, 10, **narrowed)  # type: ignore[arg-type]
        hit += len(set(found) & set(_exact(vault, query, ids, 10)))  # type: ignore[arg-type]
    return hit / 300


def test_it_finds_what_an_exact_scan_finds_with_the_same_scores(
    near: Nearest, large: Vault, embedder: HashingEmbedder
) -> None:
    assert _recall(near, large, embedder) >= 0.99
    query = embedder.embed_query(_text(5))
    found = near.nearest(_serving(large), query, 10)
    assert found == Vectors(large).cosines(_serving(large), query, list(found))
    assert list(found.values()) == sorted(found.values(), reverse=True)
    far = [id for id in _all(large) if id not in found][:3]
    more = near.nearest(_serving(large), query, 10, also=[*far, next(iter(found))])
    assert list(more.items())[:10] == list(found.items())
    assert set(more) == {*found, *far}


def test_a_library_and_chosen_passages_are_all_that_is_ranked(
    near: Nearest, large: Vault, embedder: HashingEmbedder
) -> None:
    documents = Documents(large)
    other = documents.library_id("Other")
    ids = [p.id for n in range(0, COUNT, 4) for p in documents.passages(f"/{n}.txt")]
    assert len(ids) == 100
    assert _recall(near, large, embedder, library_id=other, ids=ids) >= 0.99
    few = ids[:50]
    assert _recall(near, large, embedder, only=few, ids=few) >= 0.99
    query = embedder.embed_query(_text(1))
    assert set(near.nearest(_serving(large), query, 100, only=few)) == set(few)
    documents.move("/1.txt", "Other")
    assert documents.passages("/1.txt")[0].id in near.nearest(
        _serving(large), query, 5, library_id=other
    )


def test_added_and_removed_passages_are_noticed_at_once_and_taken_over(
    near: Nearest, large: Vault, embedder: HashingEmbedder
) -> None:
    first = near._built
    _put(large, embedder, range(COUNT, COUNT + 40), "Notes")
    query = embedder.embed_query(_text(COUNT + 3))
    new = Documents(large).passages(f"/{COUNT + 3}.txt")[0].id
    assert next(iter(near.nearest(_serving(large), query, 10))) == new
    assert near.wait(60)
    assert near.state().passages == COUNT + 40
    assert near._built is first, "made anew instead of followed"

    Documents(large).remove([f"/{n}.txt" for n in range(200)] + [f"/{COUNT + 3}.txt"])
    assert new not in near.nearest(_serving(large), query, 10)
    assert _recall(near, large, embedder) >= 0.99
    assert near.wait(60)
    assert near.state().passages == COUNT + 40 - 201
    assert _recall(near, large, embedder) >= 0.99


def test_copies_of_a_removed_text_do_not_crowd_out_the_others(
    near: Nearest, large: Vault, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CANDIDATES", 10)
    monkeypatch.setattr(module, "GONE", 1.0)
    query = embedder.embed_query(_text(3))
    nearest = list(near.nearest(_serving(large), query, 60))
    paths = [p.path for p in Documents(large).passages_by_id(nearest).values()]
    Documents(large).remove(paths)
    found = list(near.nearest(_serving(large), query, 3))
    assert len(found) == 3
    assert found[0] == _exact(large, query, _all(large), 1)[0]


def test_an_index_that_outgrew_itself_or_missed_older_vectors_is_made_anew(
    near: Nearest, large: Vault, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = near._built
    serving = _serving(large)
    (gone,) = (p.id for p in Documents(large).passages("/8.txt"))
    with large.write() as db:
        db.execute(f"DELETE FROM {serving.table} WHERE passage_id = ?", (gone,))
    drain(refill(large, embedder))
    query = embedder.embed_query("Notes\n" + _text(8))
    near.nearest(serving, query, 10)
    assert near.wait(60)
    assert near._built is not first
    assert next(iter(near.nearest(serving, query, 10))) == gone
    second = near._built
    monkeypatch.setattr(module, "GROWN", 1)
    _put(large, embedder, [COUNT], "Notes")
    near.nearest(serving, query, 10)
    assert near.wait(60)
    assert near._built is not second


def test_another_encoder_gets_an_index_of_its_own(near: Nearest, large: Vault) -> None:
    other = HashingEmbedder(32, model_id="other")
    old = _serving(large)
    drain(refill(large, other))
    query = other.embed_query(_text(9))
    assert near.nearest(_serving(large), query, 10)
    assert near.wait(60)
    built = near._built
    assert built is not None
    assert built.set_id == _serving(large).id != old.id
    assert _recall(near, large, other) >= 0.99  # type: ignore[arg-type]


def test_two_assistants_on_one_vault_see_each_others_passages(
    near: Nearest, large: Vault, embedder: HashingEmbedder
) -> None:
    beside = Vault.open(large.path)
    try:
        _put(beside, embedder, [COUNT + 1], "Notes")
        ingest.remove(beside, [])
        Documents(beside).remove(["/9.txt"])
    finally:
        beside.close()
    new = Documents(large).passages(f"/{COUNT + 1}.txt")[0].id
    found = near.nearest(_serving(large), embedder.embed_query(_text(COUNT + 1)), 10)
    assert next(iter(found)) == new


def test_a_search_is_served_while_the_index_is_made_and_closing_stops_the_work(
    large: Vault, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, go = threading.Event(), threading.Event()
    real = Nearest._build

    def slow(self: Nearest, vectors: VectorSet) -> None:
        waiting.set()
        assert go.wait(30)
        real(self, vectors)

    monkeypatch.setattr(Nearest, "_build", slow)
    near = Nearest(large, large=100)
    query = embedder.embed_query(_text(5))
    found = near.nearest(_serving(large), query, 10)
    assert list(found) == _exact(large, query, _all(large), 10)
    assert waiting.wait(30)
    assert near.state().building
    assert near.state().needed_bytes > 0
    near._stop.cancel()
    go.set()
    near.close()
    assert near.state().passages == 0
    assert list(near.nearest(_serving(large), query, 10)) == list(found)
    assert not near.state().building


def test_a_small_vault_needs_no_index(vault: Vault, embedder: HashingEmbedder) -> None:
    _put(vault, embedder, range(5), "Notes")
    near = Nearest(vault)
    assert len(near.nearest(_serving(vault), embedder.embed_query("ferry"), 10)) == 5
    state = near.state()
    assert (state.passages, state.building, state.needed_bytes) == (0, False, 0)
    near.close()


def test_a_search_gives_the_same_hits_either_way(
    near: Nearest, large: Vault, embedder: HashingEmbedder
) -> None:
    for question in ("ferry harbour timetable", "cider type:text", "violin library:Other"):
        with_index = Retriever(large, embedder, near).search(question).hits
        plain = Retriever(large, embedder).search(question).hits
        assert [(hit.passage.id, hit.score) for hit in with_index] == [
            (hit.passage.id, pytest.approx(hit.score, abs=1e-6)) for hit in plain
        ]


def test_doctor_tells_what_the_index_takes(near: Nearest, vault: Vault) -> None:
    assert search_index(near.state()).detail.startswith("400 passages in ")
    near.close()
    assert "about " in search_index(near.state()).detail
    small = Nearest(vault)
    assert search_index(small.state()).detail == "not needed for so few passages"
    small.close()


def test_an_encrypted_vault_is_indexed_in_memory_only(
    profile: Path, embedder: HashingEmbedder
) -> None:
    path = profile / "vault.db"
    vault = Vault.open(path, key=b"k" * 32)
    _put(vault, embedder, range(60), "Notes")
    near = Nearest(vault, large=50)
    near.wake()
    assert near.wait(60)
    assert near.state().passages == 60
    query = embedder.embed_query(_text(7))
    found = near.nearest(_serving(vault), query, 10)
    assert list(found) == _exact(vault, query, _all(vault), 10)
    near.close()
    vault.close()
    beside = {file.name for file in profile.rglob("*") if file.is_file()}
    assert beside <= {"vault.db", "vault.db-wal", "vault.db-shm"}, beside
