"""Files and folders that cannot be read: told, and in nobody's way."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import CancelledError, DiskFullError
from engine.ingest import ingest
from engine.library_types import AddReport
from engine.progress import CancelToken, drain
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.types import ParsedDocument
from tests import shelf
from tests.fakes import HashingEmbedder

Add = Callable[..., AddReport]


def _names(vault: Vault, library: str | None = None) -> list[str]:
    return [Path(found.path).name for found in Documents(vault).documents(library)]


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
        patch.setattr("engine.ingest.index.fingerprint", refuse)
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


def test_what_is_no_file_is_named_and_stops_nothing(folder: Path, add: Add) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "round.txt").symlink_to("round.txt")
    (folder / "gone.txt").symlink_to("nowhere.txt")
    (folder / "device.txt").symlink_to(os.devnull)
    report = add(folder)
    assert report.indexed == 3
    assert {Path(each.path).name: each.reason for each in report.failed} == {
        "pipe.txt": "This is no file but a door to a program or a device, which is not read.",
        "device.txt": "This is no file but a door to a program or a device, which is not read.",
        "round.txt": "This link leads to itself.",
        "gone.txt": "This link points nowhere.",
    }
