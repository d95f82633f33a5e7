"""A file that moved is the same document: its number, its passages, its old path."""

from collections.abc import Callable
from pathlib import Path

from engine.ingest import ingest
from engine.ingest.bring_up import Means
from engine.library_types import AddReport
from engine.progress import drain
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.roots import Roots
from tests import shelf
from tests.fakes import HashingEmbedder

Add = Callable[..., AddReport]


def _ids(vault: Vault, path: Path) -> tuple[int, list[int]]:
    documents = Documents(vault)
    found = documents.document(path)
    assert found is not None
    return found.id, [passage.id for passage in documents.passages(path)]


def test_a_renamed_file_is_the_same_document_and_opens_under_its_old_path(
    vault: Vault, folder: Path, add: Add, sync: Add, embedder: HashingEmbedder
) -> None:
    add(folder)
    old, new = folder / "a.txt", folder / "apples.txt"
    before, done = _ids(vault, old), embedder.embedded
    old.rename(new)
    report = sync()
    assert (report.indexed, report.moved, report.removed, report.unchanged) == (0, 1, 0, 2)
    assert embedder.embedded == done
    assert _ids(vault, new) == before
    assert _ids(vault, old) == before
    document = Documents(vault).document(old)
    assert document is not None
    assert (document.path, document.title) == (str(new), "apples")
    assert [page.text for page in Documents(vault).pages(old)] == ["Apples are red."]
    assert all(part.ok for part in check(vault, deep=True))


def test_a_renamed_folder_and_a_move_between_added_folders(
    vault: Vault, folder: Path, tmp_path: Path, add: Add, sync: Add, embedder: HashingEmbedder
) -> None:
    shelf.write(tmp_path / "other", [("x.txt", "Quinces.")])
    add(folder)
    add(tmp_path / "other", library="Other")
    done, before = embedder.embedded, _ids(vault, folder / "sub" / "c.txt")
    (folder / "sub").rename(tmp_path / "other" / "moved")
    report = sync("Other")  # although the folder it came from is not looked at
    assert (report.moved, report.removed) == (1, 0)
    assert _ids(vault, tmp_path / "other" / "moved" / "c.txt") == before
    found = Documents(vault).document(folder / "sub" / "c.txt")
    assert found is not None
    assert found.library == "Other"
    assert sync().removed == 0
    assert embedder.embedded == done


def test_only_the_case_of_a_name(vault: Vault, folder: Path, add: Add, sync: Add) -> None:
    add(folder)
    before = _ids(vault, folder / "a.txt")
    (folder / "a.txt").rename(folder / "A.txt")
    assert sync().moved == 1
    assert _ids(vault, folder / "A.txt") == before


def test_another_suffix_is_read_again_as_the_same_document(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    add(folder)
    before, _ = _ids(vault, folder / "a.txt")
    (folder / "a.txt").rename(folder / "a.md")
    report = sync()
    assert (report.indexed, report.moved, report.removed) == (1, 0, 0)
    assert _ids(vault, folder / "a.md")[0] == before


def test_a_copy_is_no_move_and_of_two_copies_one_is(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    add(folder)
    before = _ids(vault, folder / "a.txt")
    shelf.write(folder, [("copy/a.txt", "Apples are red.")])
    assert (sync().moved, _ids(vault, folder / "a.txt")) == (0, before)
    (folder / "copy" / "a.txt").unlink()
    sync()
    shelf.write(folder, [("one/b1.txt", "Apples are red."), ("two/a.txt", "Apples are red.")])
    (folder / "a.txt").unlink()
    report = sync()
    assert (report.moved, report.indexed, report.removed) == (1, 1, 0)


def test_a_new_file_at_an_old_path_is_itself(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    add(folder)
    before, _ = _ids(vault, folder / "a.txt")
    (folder / "a.txt").rename(folder / "z.txt")
    sync()
    (folder / "a.txt").write_text("Something else.")
    sync()
    assert _ids(vault, folder / "a.txt")[0] != before
    assert _ids(vault, folder / "z.txt")[0] == before


def test_a_swap_and_a_chain_of_names(
    vault: Vault, folder: Path, add: Add, sync: Add, embedder: HashingEmbedder
) -> None:
    add(folder)
    done = embedder.embedded
    (folder / "a.txt").rename(folder / "tmp")
    (folder / "b.txt").rename(folder / "a.txt")
    (folder / "tmp").rename(folder / "b.txt")
    assert sync().removed == 0
    texts = [Documents(vault).pages(folder / name)[0].text for name in ("a.txt", "b.txt")]
    assert texts == ["Pears are green.", "Apples are red."]
    assert embedder.embedded == done
    (folder / "a.txt").rename(folder / "1.txt")
    sync()
    (folder / "1.txt").rename(folder / "2.txt")
    sync()
    assert [page.text for page in Documents(vault).pages(folder / "1.txt")] == ["Pears are green."]


def test_refresh_looks_only_at_what_it_is_told(
    vault: Vault, folder: Path, add: Add, embedder: HashingEmbedder
) -> None:
    add(folder)
    before = _ids(vault, folder / "sub" / "c.txt")
    (folder / "sub").rename(folder / "new")
    (folder / "a.txt").write_text("Apricots.")
    (folder / "b.txt").unlink()
    (folder / "d.bad").write_text("?")
    means = Means(vault, embedder, parse=shelf.parse)
    told = ["sub", "new", "a.txt", "b.txt", "d.bad", ".hidden", "../elsewhere"]
    report = drain(ingest.refresh(means, [folder / name for name in told]))
    seen = {(Path(each.path).name, each.what) for each in report.changes}
    assert seen == {
        ("a.txt", "changed"), ("b.txt", "removed"), ("c.txt", "moved"), ("d.bad", "failed")
    }  # fmt: skip
    assert (report.indexed, report.moved, report.removed) == (1, 1, 1)
    assert _ids(vault, folder / "new" / "c.txt") == before
    assert drain(ingest.refresh(means, [folder], library="Other")).unchanged == 0
    assert [root.path for root in Roots(vault).all()] == [str(folder)]
