"""Documents inside files: stored, searched, listed and forgotten with the file they lie in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.ingest import ingest
from engine.library_types import AddReport
from engine.progress import drain
from engine.retrieve.retrieve import Retriever
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.types import Page, ParsedDocument
from tests import shelf
from tests.fakes import HashingEmbedder
from tests.quality.ingest_work import parse

Add = Callable[..., AddReport]


@pytest.fixture
def box(tmp_path: Path) -> Path:
    shelf.write(tmp_path / "docs", [("trip.box", "Ferries sail."), ("a.txt", "Apples are red.")])
    return tmp_path / "docs" / "trip.box"


@pytest.fixture
def add(vault: Vault, embedder: HashingEmbedder) -> Add:
    return lambda *paths, **options: drain(
        ingest.add(vault, embedder, paths, **{"library": "Documents", "parse": parse, **options})
    )


@pytest.fixture
def sync(vault: Vault, embedder: HashingEmbedder) -> Add:
    return lambda: drain(ingest.sync(vault, embedder, parse=parse))


def _inner(vault: Vault, box: Path) -> list[str]:
    return [each.path.removeprefix(str(box)) for each in Documents(vault).inner(box)]


def test_what_is_in_a_file_is_found_and_listed(
    vault: Vault, embedder: HashingEmbedder, box: Path, add: Add
) -> None:
    report = add(box.parent)
    assert (report.indexed, report.passages) == (2, 5)
    assert [(each.path, each.code) for each in report.failed] == [
        (f"{box}!/bad.xyz", "unsupported")
    ]
    assert _inner(vault, box) == [
        "!/a/b.txt", "!/bad.xyz", "!/inner.zip", "!/inner.zip!/c.txt",
    ]  # fmt: skip
    deepest = Documents(vault).document(f"{box}!/inner.zip!/c.txt")
    assert deepest is not None
    assert deepest.container == f"{box}!/inner.zip"
    outer = Documents(vault).document(box)
    assert outer is not None
    assert outer.note == "One file in it is left out."
    hits = Retriever(vault, embedder).search("deeper").hits
    assert hits[0].passage.path == deepest.path
    assert all(part.ok for part in check(vault, deep=True))


def test_unchanged_files_list_what_failed_in_them(box: Path, add: Add, sync: Add) -> None:
    add(box.parent)
    for report in (sync(), add(box.parent)):
        assert (report.indexed, report.unchanged) == (0, 2)
        assert [each.code for each in report.failed] == ["unsupported"]


def test_they_change_move_and_go_with_their_file(
    vault: Vault, embedder: HashingEmbedder, box: Path, add: Add, sync: Add
) -> None:
    add(box.parent)
    box.write_text("Trains run.")
    assert sync().indexed == 1
    assert Lexical(vault).search('"ferries"', 9) == []
    assert len(Lexical(vault).search('"trains"', 9)) == 4
    add(box, library="Travel")
    assert {each.library for each in Documents(vault).inner(box)} == {"Travel"}
    assert Retriever(vault, embedder).search("trains", library="Travel").hits
    box.unlink()
    assert sync().removed == 5
    assert _inner(vault, box) == []
    assert all(part.ok for part in check(vault, deep=True))


def test_one_can_be_forgotten_for_good_and_comes_back_when_added(
    vault: Vault, box: Path, add: Add, sync: Add
) -> None:
    add(box.parent)
    assert ingest.remove(vault, [Path(f"{box}!/inner.zip")]) == 2
    box.write_text("Ferries sail at noon.")
    assert sync().indexed == 1
    assert _inner(vault, box) == ["!/a/b.txt", "!/bad.xyz"]
    box.write_text("Ferries sail at nine.")
    add(box)
    assert len(_inner(vault, box)) == 4
    assert ingest.remove(vault, [box]) == 5


def test_a_file_that_became_unreadable_loses_what_was_in_it(
    vault: Vault, embedder: HashingEmbedder, box: Path, add: Add
) -> None:
    add(box)
    box.write_text("###")

    def damaged(path: Path) -> ParsedDocument:
        return shelf.parse(path.with_suffix(".bad"))

    assert add(box, parse=damaged).indexed == 0
    assert _inner(vault, box) == []


def test_labels_of_pages_come_with_what_is_found(
    vault: Vault, embedder: HashingEmbedder, tmp_path: Path, add: Add
) -> None:
    shelf.write(tmp_path, [("deck.txt", "-")])
    deck = ParsedDocument(
        "pptx", "Deck", (Page(1, "Opening words."), Page(2, "Ferries sail.", (), "Slide 2"))
    )
    add(tmp_path / "deck.txt", parse=lambda path: deck)
    assert [page.label for page in Documents(vault).pages(tmp_path / "deck.txt")] == ["", "Slide 2"]
    hits = Retriever(vault, embedder).search("When do the ferries sail?").hits
    assert {hit.passage.text: hit.passage.label for hit in hits} == {
        "Opening words.": "",
        "Ferries sail.": "Slide 2",
    }


def test_inner_documents_in_another_library_than_their_file_are_found(
    vault: Vault, box: Path, add: Add
) -> None:
    add(box)
    add(box.parent / "a.txt", library="Other")
    with vault.write() as db:
        db.execute(
            "UPDATE documents SET library_id = (SELECT id FROM libraries WHERE name = 'Other') "
            "WHERE path LIKE '%c.txt'"
        )
    assert [part.name for part in check(vault) if not part.ok] == ["attachments"]
