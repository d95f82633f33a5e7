"""An older vault, in which texts stood in pages and again in passages, becomes one of today."""

from pathlib import Path

import apsw
import pytest

from engine.store import dictionary, migrate, room
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.rows import rows, value
from engine.store.vectors import Vectors
from tests import older, shelf
from tests.fakes import HashingEmbedder


def _fill(vault: Vault, embedder: HashingEmbedder) -> None:
    for number in range(6):
        shelf.put(
            vault, embedder, f"/{number}.txt",
            f"# Part {number}\n\nThe harbour opens at {number}. " + f"Word{number} is said. " * 90,
            f"## Über {number}\n\nSecond page, 第二页 of {number}." + " More." * 4000, "",
            title=f"Notes {number}",
        )  # fmt: skip
    Documents(vault).remove(["/5.txt"])


def _held(vault: Vault) -> object:
    documents, store = Documents(vault), Vectors(vault)
    serving = store.serving()
    assert serving is not None
    passages = [each for n in range(6) for each in documents.passages(f"/{n}.txt")]
    return (
        documents.documents(),
        [documents.pages(f"/{n}.txt") for n in range(6)],
        passages,
        store.held(serving, [each.id for each in passages]),
        Lexical(vault).search('"harbour"', 10),
        Lexical(vault).search('"word3"', 50),
    )


@pytest.fixture
def old(vault: Vault, embedder: HashingEmbedder) -> tuple[Path, object]:
    """A vault of version 9, and what it holds."""
    _fill(vault, embedder)
    held = _held(vault)
    vault.close()
    older.to_version(vault.path)
    return vault.path, held


def test_nothing_is_lost_and_a_copy_is_kept(
    old: tuple[Path, object], embedder: HashingEmbedder
) -> None:
    path, held = old
    vault = Vault.open(path)
    try:
        assert _held(vault) == held
        assert all(part.ok for part in check(vault, deep=True))
        with vault.read() as db:
            assert migrate.version(db) == migrate.newest()
            highest = value(db, "SELECT max(id) FROM spans")
        # The numbers of passages that are gone are not given again.
        shelf.put(vault, embedder, "/new.txt", "Something new.")
        assert Documents(vault).passages("/new.txt")[0].id > highest + 1
        Documents(vault).remove(["/1.txt"])
        shelf.put(vault, embedder, "/2.txt", "Now it is short.")
        assert all(part.ok for part in check(vault, deep=True))
    finally:
        vault.close()
    (copy,) = (path.parent / "backups").iterdir()
    assert copy.name.startswith("vault-v9-")


def test_a_vault_whose_parts_disagreed_agrees_afterwards(old: tuple[Path, object]) -> None:
    path, _ = old
    db = apsw.Connection(str(path))
    db.execute("DROP TRIGGER passages_update; UPDATE passages SET text = 'other' WHERE id = 1")
    db.close()
    vault = Vault.open(path)
    assert all(part.ok for part in check(vault, deep=True))
    assert Lexical(vault).search('"harbour"', 10)
    vault.close()


def test_a_move_that_fails_leaves_the_older_vault(
    old: tuple[Path, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, held = old

    def broken(db: apsw.Connection, set_id: int) -> None:
        raise apsw.FullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(room, "let_vectors_follow", broken)
        with pytest.raises(Exception, match="no room left"):
            Vault.open(path)
    db = apsw.Connection(str(path))
    assert migrate.version(db) == older.LATEST
    assert db.execute("SELECT count(*) FROM passages").get
    db.close()
    vault = Vault.open(path)
    assert _held(vault) == held
    vault.close()


def test_a_large_vault_learns_on_its_way(
    vault: Vault, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionary, "STEPS", ((1000, 1024),))
    for number in range(40):
        words = " ".join(f"the harbour of town {number * n} opens at {n}" for n in range(20))
        shelf.put(vault, embedder, f"/{number}.txt", words)
    vault.close()
    older.to_version(vault.path)
    opened = Vault.open(vault.path)
    with opened.read() as db:
        assert value(db, "SELECT count(*) FROM dictionaries WHERE id > 0") == 1
        assert len(rows(db, "SELECT page_text(id) FROM pages")) == 40
    assert all(part.ok for part in check(opened, deep=True))
    opened.close()
