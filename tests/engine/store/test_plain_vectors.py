"""An older vault becomes one with plain vectors, shorter headings and a smaller word index."""

from pathlib import Path

import pytest

from engine.errors import DiskFullError
from engine.store import migrate, plain_vectors
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.document_state import DocumentStates
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.roots import Roots
from engine.store.rows import rows, value
from engine.store.vectors import Vectors
from tests import older, shelf
from tests.fakes import HashingEmbedder

PATHS = [f"/{number}.txt" for number in range(5)]
GONE = "/5.txt"


@pytest.fixture
def old(vault: Vault, embedder: HashingEmbedder) -> tuple[Path, object]:
    """A vault of version 12, and what it holds."""
    for number, path in enumerate([*PATHS, GONE]):
        shelf.put(
            vault, embedder, path,
            f"# Port {number}\n\nThe harbour opens at {number}. " + f"Word{number} is said. " * 90
            + f"\n\n## Tides {number}\n\nThe tide of {number} comes late.",
            "# Elsewhere\n\nAnother chapter.",
            title=f"# Port {number}", library="Ports" if number < 4 else "Others",
        )  # fmt: skip
    Documents(vault).remove([GONE])
    roots = Roots(vault)
    for path in PATHS:
        roots.add(Path(path), "Ports" if path < "/4" else "Others", is_folder=False)
    roots.note_mounts(roots.all()[0], ["/media/disk"])
    held = _held(vault)
    vault.close()
    older.to_loose(vault.path)
    return vault.path, held


def _held(vault: Vault) -> object:
    documents, store = Documents(vault), Vectors(vault)
    serving = store.serving()
    assert serving is not None
    passages = [each for path in PATHS for each in documents.passages(path)]
    query = HashingEmbedder().embed_query("the tide of 3")
    return (
        documents.documents(),
        documents.libraries(),
        [documents.pages(path) for path in PATHS],
        passages,
        store.held(serving, [each.id for each in passages]),
        store.nearest(serving, query, 5),
        store.nearest(serving, query, 5, documents.library_id("Others")),
        Roots(vault).all(),
        Lexical(vault).search('"harbour"', 50),
        Lexical(vault).search('"tides"', 50),
        Lexical(vault).documents(["port", "tide", "elsewher", "word3"]),
    )


def test_nothing_is_lost(old: tuple[Path, object], embedder: HashingEmbedder) -> None:
    path, held = old
    vault = Vault.open(path)
    try:
        assert _held(vault) == held
        assert all(part.ok for part in check(vault, deep=True))
        with vault.read() as db:
            assert migrate.version(db) == migrate.newest()
            assert "vec0" not in str(rows(db, "SELECT sql FROM sqlite_schema"))
            assert value(db, "SELECT count(*) FROM headings WHERE typeof(text) = 'blob'") == 10
        Documents(vault).remove(["/1.txt"])
        Documents(vault).move("/2.txt", "Others")
        shelf.put(vault, embedder, "/3.txt", "Now it is short.")
        assert all(part.ok for part in check(vault, deep=True))
    finally:
        vault.close()


def test_a_move_that_fails_leaves_the_older_vault(
    old: tuple[Path, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, held = old

    def broken(*_: object) -> None:
        raise DiskFullError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(plain_vectors, "let_vectors_follow", broken)
        with pytest.raises(DiskFullError):
            Vault.open(path)
    vault = Vault.open(path)
    assert _held(vault) == held
    vault.close()


def test_headings_stay_under_another_title(vault: Vault, embedder: HashingEmbedder) -> None:
    shelf.put(vault, embedder, "/port.txt", "port\n\nIt is open.", title="port")
    shelf.put(vault, embedder, "/x.txt", "# notes › one\n\nIt is open.", title="# notes")
    documents, states = Documents(vault), DocumentStates(vault)
    with vault.write() as db:
        db.execute("UPDATE documents SET title = '# notes' WHERE path = '/x.txt'")
    (before,) = documents.passages("/x.txt")
    assert before.heading == "# notes › one"
    with vault.write() as db:
        db.execute("UPDATE documents SET title = 'other' WHERE path = '/x.txt'")
    states.rename("/port.txt", "/harbour.txt", "Documents", size_bytes=1, mtime_ns=1)
    (after,) = documents.passages("/x.txt")
    assert (after.title, after.heading) == ("other", "# notes › one")
    assert documents.passages("/harbour.txt")[0].title == "harbour"
    assert Lexical(vault).search('"notes"', 5)
    assert all(part.ok for part in check(vault, deep=True))


def test_a_title_is_one_word_of_the_index_and_not_two(
    vault: Vault, embedder: HashingEmbedder
) -> None:
    shelf.put(vault, embedder, "/x.txt", "# Quay\n\nIt is open.", title="# Quay")
    with vault.read() as db:
        columns = rows(db, "SELECT title, heading FROM passage_words")
        assert value(db, "SELECT heading FROM passages") == "# Quay"
    assert columns == [("# Quay", "")]
