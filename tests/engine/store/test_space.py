"""Vectors stored smaller, and room given back."""

from pathlib import Path

import pytest

from engine.errors import DiskFullError
from engine.progress import drain
from engine.store import space
from engine.store import vectors as vector_store
from engine.store.check import check, refill
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.rows import value
from engine.store.vectors import Vectors
from tests import shelf
from tests.fakes import HashingEmbedder


def _fill(vault: Vault, embedder: HashingEmbedder, count: int) -> None:
    with vault.write():
        for number in range(count):
            shelf.put(vault, embedder, f"/{number}.txt", f"text {number} about word{number}")


def _nearest(vault: Vault, embedder: HashingEmbedder, number: int) -> str:
    store = Vectors(vault)
    serving = store.serving()
    assert serving is not None
    query = embedder.embed_query(f"Notes\ntext {number} about word{number}")
    ((found, cosine),) = store.nearest(serving, query, 1)
    assert cosine > 0.99
    passage = Documents(vault).passage(found)
    assert passage is not None
    return passage.path


def test_room_is_given_back_and_search_stays_right(vault: Vault, embedder: HashingEmbedder) -> None:
    _fill(vault, embedder, 1500)
    Documents(vault).remove([f"/{number}.txt" for number in range(1300)])
    before = vault.size_bytes()
    freed = drain(space.compact(vault))
    assert freed > 0.3 * before
    assert vault.size_bytes() == before - freed
    assert all(part.ok for part in check(vault, deep=True))
    assert _nearest(vault, embedder, 1400) == "/1400.txt"
    assert len(Vectors(vault).sets()) == 1


def test_without_room_for_the_copy_nothing_changes(
    vault: Vault, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(vault, embedder, 3)
    usage = space.shutil.disk_usage(vault.path.parent)
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _: usage._replace(free=10))
    with pytest.raises(DiskFullError, match="MB are free"):
        drain(space.compact(vault))
    assert _nearest(vault, embedder, 2) == "/2.txt"


def test_float_vectors_of_before_become_smaller_without_embedding(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    _fill(vault, embedder, 5)
    store = Vectors(vault)
    old = store.serving()
    assert old is not None
    with vault.write() as db:
        held = [(id, vector_store.unpacked(blob, "int8"))
                for id, blob in store.held(old, range(1, 6)).items()]  # fmt: skip
        db.execute("UPDATE vector_sets SET storage = 'float32'")
        db.executemany(
            f"UPDATE {old.table} SET embedding = ?2 WHERE passage_id = ?1",
            [(id, vector.tobytes()) for id, vector in held],
        )
    assert _nearest(vault, embedder, 3) == "/3.txt"
    embedded = embedder.embedded
    drain(refill(vault, embedder))
    serving = store.serving()
    assert serving is not None
    assert serving.storage == "int8"
    assert embedder.embedded == embedded
    assert _nearest(vault, embedder, 3) == "/3.txt"
    assert all(part.ok for part in check(vault, deep=True))


def test_the_file_itself_gets_smaller(vault: Vault, embedder: HashingEmbedder) -> None:
    _fill(vault, embedder, 800)
    Documents(vault).remove([f"/{number}.txt" for number in range(800)])
    drain(space.compact(vault))
    assert Path(vault.path).stat().st_size < 500_000


def test_words_that_came_in_parts_are_joined_and_leave_no_holes(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    for number in range(60):
        shelf.put(vault, embedder, f"/{number}.txt", f"the same words again, and word{number}")

    def held() -> int:
        with vault.read() as db:
            return int(value(db, "SELECT sum(length(block)) FROM words_data"))

    before, found = held(), Lexical(vault).search('"again"', 100)
    Documents(vault).remove([f"/{number}.txt" for number in range(0, 60, 7)])
    found = [each for each in found if each[0] % 7 != 1]
    space.tidy(vault)
    assert held() < 0.8 * before
    with vault.read() as db:
        assert db.pragma("freelist_count") == 0
    assert {id for id, _ in Lexical(vault).search('"again"', 100)} == {id for id, _ in found}
    assert len(found) == 51
    assert all(part.ok for part in check(vault, deep=True))
