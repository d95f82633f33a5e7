"""Adding, moving between libraries and removing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import InputError, NotFoundError
from engine.ingest import ingest
from engine.library_types import AddReport
from engine.progress import Progress
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from tests import shelf
from tests.fakes import HashingEmbedder

Add = Callable[..., AddReport]


def _names(vault: Vault, library: str | None = None) -> list[str]:
    return [Path(found.path).name for found in Documents(vault).documents(library)]


def test_a_folder_is_read_with_its_folders(vault: Vault, folder: Path, add: Add) -> None:
    report = add(folder)
    assert (report.indexed, report.unchanged, report.removed, report.failed) == (3, 0, 0, ())
    assert report.passages == 3
    assert report.seconds > 0
    assert _names(vault) == ["a.txt", "b.txt", "c.txt"]
    assert [library.roots for library in Documents(vault).libraries()] == [(str(folder),)]
    assert all(part.ok for part in check(vault, deep=True))


@pytest.mark.parametrize("missing", ["nowhere.txt", "nowhere/"])
def test_no_such_path(vault: Vault, folder: Path, add: Add, missing: str) -> None:
    with pytest.raises(NotFoundError) as told:
        add(folder, folder / missing)
    assert told.value.hint
    assert Documents(vault).libraries() == []


def test_an_empty_folder_is_told(vault: Vault, tmp_path: Path, add: Add) -> None:
    (tmp_path / "empty" / "inner").mkdir(parents=True)
    shelf.write(tmp_path / "empty", [(".hidden", "x"), (".git/config", "x")])
    with pytest.raises(InputError) as told:
        add(tmp_path / "empty")
    assert told.value.hint
    assert Documents(vault).libraries() == []
    with pytest.raises(InputError):
        add()
    with pytest.raises(InputError):
        add(tmp_path, library=" ")


def test_hidden_files_and_the_profile_itself_are_left_out(
    vault: Vault, tmp_path: Path, folder: Path, add: Add
) -> None:
    shelf.write(folder, [(".secret.txt", "hidden"), (".git/x.txt", "hidden")])
    assert add(tmp_path).indexed == 3  # the vault's profile lies in the same folder
    assert add(folder / ".secret.txt").indexed == 1


def test_paths_given_twice_or_inside_each_other_count_once(
    vault: Vault, folder: Path, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    report = add(folder, Path("docs"), folder / "a.txt", folder / "sub" / ".." / "b.txt")
    assert report.indexed == 3
    assert add(folder / "a.txt").unchanged == 1
    assert [library.roots for library in Documents(vault).libraries()] == [(str(folder),)]


def test_progress_counts_files_truly(vault: Vault, folder: Path, embedder) -> None:
    shelf.write(folder, [("x.bad", "?")])
    seen: list[Progress] = list(
        ingest.add(vault, embedder, [folder], library="Documents", parse=shelf.parse)
    )
    counted = [each for each in seen if each.stage == "indexing"]
    assert {each.total for each in counted} == {4}
    done = [each.done for each in counted]
    assert done == sorted(done)
    assert done[-1] == 4
    assert {"a.txt", "b.txt", "c.txt", "x.bad"} <= {each.detail for each in counted}


def test_removing_forgets_and_stays_forgotten(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    add(folder)
    assert ingest.remove(vault, [folder / "a.txt"]) == 1
    assert (folder / "a.txt").exists()
    assert sync().indexed == 0
    assert _names(vault) == ["b.txt", "c.txt"]
    assert add(folder / "a.txt").indexed == 1
    assert ingest.remove(vault, [folder]) == 3
    assert Documents(vault).libraries() == []
    assert sync().indexed == 0
    with pytest.raises(NotFoundError):
        ingest.remove(vault, [folder])


def test_a_file_of_a_removed_folder_can_be_added_alone(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    shelf.write(folder, [("sub/d.txt", "More.")])
    add(folder)
    assert ingest.remove(vault, [folder / "sub"]) == 2
    assert add(folder / "sub" / "c.txt").indexed == 1
    report = sync()
    assert (report.indexed, report.removed, report.unchanged) == (0, 0, 3)
    assert _names(vault) == ["a.txt", "b.txt", "c.txt"]


def test_libraries_keep_apart_and_files_can_move(
    vault: Vault, folder: Path, add: Add, sync: Add, embedder: HashingEmbedder
) -> None:
    add(folder)
    done = embedder.embedded
    assert add(folder / "sub", library="Fruit").unchanged == 1
    assert _names(vault, "Fruit") == ["c.txt"]
    report = sync()
    assert (report.indexed, report.removed, report.unchanged) == (0, 0, 3)
    assert _names(vault, "Documents") == ["a.txt", "b.txt"]
    assert sync("fruit").unchanged == 1
    assert add(folder, library="documents").unchanged == 2
    assert [each.name for each in Documents(vault).libraries()] == ["Documents", "Fruit"]
    assert embedder.embedded == done
    with pytest.raises(NotFoundError):
        sync("Nonsense")


def test_a_text_is_embedded_once_though_its_files_come_one_after_the_other(
    vault: Vault, folder: Path, add: Add, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.ingest.index.BATCH_FILES", 1)
    shelf.write(folder, [(f"same/{number}/x.txt", "The same words.") for number in range(6)])
    shelf.write(folder, [(f"copy {number}.txt", "Copied words.") for number in range(4)])
    assert add(folder).indexed == 13
    assert embedder.embedded == 3 + 2
    assert all(part.ok for part in check(vault, deep=True))


def test_many_single_files_and_their_folder(vault: Vault, folder: Path, add: Add) -> None:
    shelf.write(folder, [(f"{number}.txt", f"text {number}") for number in range(40)])
    single = [folder / f"{number}.txt" for number in range(40)]
    assert add(*single).indexed == 40
    assert len(Documents(vault).libraries()[0].roots) == 40
    report = add(folder)
    assert (report.indexed, report.unchanged) == (3, 40)
    assert Documents(vault).libraries()[0].roots == (str(folder),)
