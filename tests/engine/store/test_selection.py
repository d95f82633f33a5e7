"""What a search may look at, and how long that is remembered."""

import pytest

from engine.store import selection as module
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.selection import Selection
from tests import shelf
from tests.fakes import HashingEmbedder


@pytest.fixture
def selection(vault: Vault, embedder: HashingEmbedder) -> Selection:
    shelf.put(vault, embedder, "/a.txt", "The harbour.")
    shelf.put(vault, embedder, "/b.txt", "The ferry.", library="Sea")
    return Selection(vault)


def _paths(vault: Vault, selection: Selection, library: str) -> set[str]:
    id = Documents(vault).library_id(library)
    assert id is not None
    ids = selection.passages(libraries=[id])
    assert (ids == selection.passages(libraries=[id])).all()
    return {each.path for each in Documents(vault).passages_by_id(ids.tolist()).values()}


def test_a_selection_follows_what_comes_goes_and_moves(
    vault: Vault, embedder: HashingEmbedder, selection: Selection
) -> None:
    assert _paths(vault, selection, "Sea") == {"/b.txt"}
    shelf.put(vault, embedder, "/c.txt", "The tide.", library="Sea")
    assert _paths(vault, selection, "Sea") == {"/b.txt", "/c.txt"}
    Documents(vault).move("/a.txt", "Sea")
    assert _paths(vault, selection, "Sea") == {"/a.txt", "/b.txt", "/c.txt"}
    Documents(vault).remove(["/b.txt"])
    assert _paths(vault, selection, "Sea") == {"/a.txt", "/c.txt"}


def test_the_same_selection_is_read_once_and_differs_by_what_is_asked(
    vault: Vault, selection: Selection
) -> None:
    whole = selection.passages()
    assert selection.passages() is whole
    assert len(whole) == 2
    assert len(selection.passages(pages=[(2, 3)])) == 0
    assert len(selection.passages(types=["text"])) == 2
    assert len(selection.passages(documents=[])) == 0
    assert not whole.flags.writeable


def test_what_is_remembered_is_bounded(
    selection: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED_BYTES", 16)
    whole = selection.passages()
    assert selection.passages() is whole
    assert len(selection.passages(pages=[(1, 1)])) == 2
    assert selection.passages() is not whole


def test_types_are_known(selection: Selection) -> None:
    assert selection.holds_type(["pdf", "text"])
    assert not selection.holds_type(["pdf"])
    assert selection.types() == ["text"]
