import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import CancelledError, DiskFullError, InputError, NotFoundError
from engine.ingest import ingest
from engine.progress import CancelToken, Progress, drain
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.vectors import Vectors
from engine.types import AddReport, ParsedDocument
from tests import shelf
from tests.fakes import HashingEmbedder

Add = Callable[..., AddReport]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    shelf.write(
        made,
        [("b.txt", "Pears are green."), ("a.txt", "Apples are red."), ("sub/c.txt", "Plums.")],
    )
    return made


@pytest.fixture
def add(vault: Vault, embedder: HashingEmbedder) -> Add:
    def run(*paths: Path, library: str = "Documents", cancel: CancelToken | None = None):
        work = ingest.add(vault, embedder, paths, library=library, parse=shelf.parse, cancel=cancel)
        return drain(work)

    return run


@pytest.fixture
def sync(vault: Vault, embedder: HashingEmbedder) -> Add:
    def run(library: str | None = None):
        return drain(ingest.sync(vault, embedder, library=library, parse=shelf.parse))

    return run


def _names(vault: Vault, library: str | None = None) -> list[str]:
    return [Path(found.path).name for found in Documents(vault).documents(library)]


def _age(*files: Path) -> None:
    """Make files look written long before they were indexed."""
    for file in files:
        os.utime(file, (1_600_000_000, 1_600_000_000))


def test_a_folder_is_read_with_its_folders(vault: Vault, folder: Path, add: Add) -> None:
    report = add(folder)
    assert (report.indexed, report.unchanged, report.removed, report.failed) == (3, 0, 0, ())
    assert report.passages == 3
    assert report.seconds > 0
    assert _names(vault) == ["a.txt", "b.txt", "c.txt"]
    assert [library.roots for library in Documents(vault).libraries()] == [(str(folder),)]
    assert all(part.ok for part in check(vault, deep=True))


def test_unchanged_files_are_neither_parsed_nor_embedded(
    vault: Vault, folder: Path, add: Add, embedder: HashingEmbedder
) -> None:
    add(folder)
    done = embedder.embedded
    report = add(folder)
    assert (report.indexed, report.unchanged, report.passages) == (0, 3, 0)
    (folder / "a.txt").touch()
    assert add(folder).unchanged == 3
    assert embedder.embedded == done


def test_a_changed_file_replaces_its_passages(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    add(folder)
    (folder / "a.txt").write_text("Cherries are sour.")
    report = sync()
    assert (report.indexed, report.unchanged, report.removed) == (1, 2, 0)
    assert Lexical(vault).search('"apples"', 5) == []
    assert len(Lexical(vault).search('"cherries"', 5)) == 1


def test_a_change_within_the_same_time_stamp_is_seen(vault: Vault, folder: Path, add: Add) -> None:
    file = folder / "a.txt"
    add(folder)
    stat = file.stat()
    file.write_text("Apples are big.")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert file.stat().st_size == stat.st_size
    assert add(folder).indexed == 1


def test_an_old_file_of_the_same_size_and_time_is_not_read_again(
    folder: Path, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    _age(*(path for path in folder.rglob("*.txt")))
    add(folder)

    def fail(path: Path) -> bytes:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr("engine.ingest.index._sha256", fail)
    assert add(folder).unchanged == 3


def test_a_removed_file_disappears(vault: Vault, folder: Path, add: Add, sync: Add) -> None:
    add(folder)
    (folder / "a.txt").unlink()
    assert sync().removed == 1
    assert _names(vault) == ["b.txt", "c.txt"]
    (folder / "b.txt").unlink()
    assert add(folder).removed == 1


def test_a_changed_file_embeds_only_its_new_paragraphs(
    folder: Path, add: Add, embedder: HashingEmbedder
) -> None:
    paragraphs = [" ".join(f"{word}{number}" for number in range(120)) for word in "abcde"]
    (folder / "long.txt").write_text("\n\n".join(paragraphs))
    add(folder)
    done = embedder.embedded
    (folder / "long.txt").write_text("\n\n".join([*paragraphs[:4], "A new end."]))
    add(folder)
    assert embedder.embedded == done + 1


def test_copies_are_embedded_once(
    vault: Vault, folder: Path, add: Add, embedder: HashingEmbedder
) -> None:
    shelf.write(folder, [("copy/a.txt", "Apples are red.")])
    add(folder)
    assert embedder.embedded == 3
    assert len(Lexical(vault).search('"apples"', 5)) == 2
    shelf.write(folder, [("again/a.txt", "Apples are red.")])
    add(folder)
    assert embedder.embedded == 3
    assert all(part.ok for part in check(vault, deep=True))


def test_files_that_fail_are_listed_and_stop_nothing(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    shelf.write(folder, [("x.bad", "?"), ("y.xyz", "?"), ("empty.txt", " ")])
    report = add(folder)
    assert report.indexed == 3
    assert [(Path(each.path).name, each.code) for each in report.failed] == [
        ("empty.txt", "empty"),
        ("x.bad", "damaged"),
        ("y.xyz", "unsupported"),
    ]
    assert all(each.reason for each in report.failed)
    found = Documents(vault).document(folder / "x.bad")
    assert found is not None
    assert (found.state, found.code) == ("failed", "damaged")
    assert len(sync().failed) == 3


def test_add_tries_failed_files_again(vault: Vault, folder: Path, embedder, add: Add) -> None:
    shelf.write(folder, [("x.bad", "Now it reads.")])
    add(folder)
    better = ingest.add(
        vault,
        embedder,
        [folder],
        library="Documents",
        parse=lambda path: shelf.document(path.read_text(), title=path.stem),
    )
    assert drain(better).indexed == 1
    assert "x.bad" in _names(vault)


def test_a_file_that_cannot_be_opened_keeps_its_text(
    vault: Vault, folder: Path, add: Add, sync: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder)
    (folder / "a.txt").write_text("Something new.")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("engine.ingest.index._sha256", refuse)
        report = sync()
    assert {each.code for each in report.failed} == {"unreadable"}
    assert len(Lexical(vault).search('"apples"', 5)) == 1
    assert sync().failed == ()
    assert len(Lexical(vault).search('"apples"', 5)) == 0


def test_a_file_that_became_damaged_loses_its_old_text(
    vault: Vault, folder: Path, add: Add
) -> None:
    add(folder)

    def damaged(path: Path) -> ParsedDocument:
        return shelf.parse(path.with_suffix(".bad"))

    (folder / "a.txt").write_text("###")
    embedder = HashingEmbedder()
    report = drain(ingest.add(vault, embedder, [folder], library="Documents", parse=damaged))
    assert [each.code for each in report.failed] == ["damaged"]
    assert Lexical(vault).search('"apples"', 5) == []


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


def test_loops_of_links_end_and_dead_links_are_told(folder: Path, add: Add) -> None:
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "dead.txt").symlink_to(folder / "nothing.txt")
    report = add(folder)
    assert report.indexed == 3
    assert [Path(each.path).name for each in report.failed] == ["dead.txt"]


def test_a_folder_that_cannot_be_opened_keeps_its_documents(
    vault: Vault, folder: Path, add: Add, sync: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder)
    scandir = os.scandir

    def refuse(path: Path):
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = sync()
    assert (report.removed, [each.code for each in report.failed]) == (0, ["unreadable"])
    assert "c.txt" in _names(vault)


def test_a_folder_that_is_away_keeps_its_documents(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    add(folder)
    folder.rename(folder.with_name("elsewhere"))
    report = sync()
    assert (report.removed, [each.code for each in report.failed]) == (0, ["away"])
    assert len(_names(vault)) == 3


def test_a_file_added_by_itself_disappears_with_the_file(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    add(folder / "a.txt")
    (folder / "a.txt").unlink()
    assert sync().removed == 1
    (folder / "a.txt").write_text("It is back.")
    assert sync().indexed == 1


def test_a_name_that_is_no_text_is_told(folder: Path, add: Add) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt"))).write_text("x")
    report = add(folder)
    assert report.indexed == 3
    assert [each.code for each in report.failed] == ["name"]
    assert report.failed[0].path.endswith("?.txt")


def test_text_that_cannot_be_stored_keeps_its_places(
    vault: Vault, folder: Path, embedder: HashingEmbedder
) -> None:
    text = "Before\0after \ud800 end."
    work = ingest.add(
        vault,
        embedder,
        [folder / "a.txt"],
        library="Documents",
        parse=lambda path: shelf.document(text),
    )
    assert drain(work).indexed == 1
    (page,) = Documents(vault).pages(folder / "a.txt")
    assert page.text == "Before\ufffdafter \ufffd end."
    assert all(part.ok for part in check(vault, deep=True))


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


def test_what_was_finished_before_a_stop_is_kept(
    vault: Vault, folder: Path, embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.ingest.index.BATCH_FILES", 1)
    cancel = CancelToken()
    work = ingest.add(
        vault, embedder, [folder], library="Documents", parse=shelf.parse, cancel=cancel
    )
    with pytest.raises(CancelledError):
        for progress in work:
            if progress.done == 1:
                cancel.cancel()
    assert len(_names(vault)) == 1
    assert all(part.ok for part in check(vault, deep=True))
    again = ingest.add(vault, embedder, [folder], library="Documents", parse=shelf.parse)
    report = drain(again)
    assert (report.indexed, report.unchanged) == (2, 1)


def test_a_full_disk_keeps_the_files_that_were_finished(
    vault: Vault, folder: Path, embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.ingest.index.BATCH_FILES", 1)
    shelf.write(folder, [("z.txt", "word " * 200_000)])
    work = ingest.add(vault, embedder, [folder], library="Documents", parse=shelf.parse)
    for progress in work:
        if progress.done == 2:
            break
    with vault.write() as db:
        db.pragma("max_page_count", db.pragma("page_count") + 20)
    with pytest.raises(DiskFullError):
        drain(work)
    assert _names(vault) == ["a.txt", "b.txt", "c.txt"]
    assert all(part.ok for part in check(vault, deep=True))


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


def test_another_embedder_is_told_and_fills_a_new_set(vault: Vault, folder: Path, add: Add) -> None:
    add(folder)
    other = HashingEmbedder(32, model_id="other")
    seen = list(ingest.sync(vault, other, parse=shelf.parse))
    assert seen[0].stage == "renewing meanings"
    assert other.embedded == 3
    serving = Vectors(vault).serving()
    assert serving is not None
    assert serving.identity == other.identity
    assert all(part.ok for part in check(vault, deep=True))


def test_a_file_that_changes_while_it_is_read_is_read_again_next_time(
    vault: Vault, folder: Path, embedder, sync: Add
) -> None:
    def slow(path: Path) -> ParsedDocument:
        parsed = shelf.parse(path)
        if path.name == "a.txt":
            path.write_text("Written meanwhile.")
        return parsed

    drain(ingest.add(vault, embedder, [folder], library="Documents", parse=slow))
    assert len(Lexical(vault).search('"apples"', 5)) == 1
    assert sync().indexed == 1
    assert len(Lexical(vault).search('"meanwhile"', 5)) == 1


def test_many_unchanged_files_are_passed_quickly(vault: Vault, tmp_path: Path, add: Add) -> None:
    many = tmp_path / "many"
    shelf.write(many, [(f"{number}.txt", f"text {number}") for number in range(300)])
    add(many)
    _age(*many.iterdir())
    add(many)
    started = time.perf_counter()
    assert add(many).unchanged == 300
    assert time.perf_counter() - started < 1.0
