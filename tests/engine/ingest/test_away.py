"""Folders and disks that are away: told, kept, and back without work."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.ingest import away
from engine.library_types import AddReport
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.roots import Root, Roots
from tests import shelf
from tests.fakes import HashingEmbedder

Add = Callable[..., AddReport]


@pytest.fixture
def disks(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Mount points; real ones need rights that a test has not."""
    mounted: set[str] = set()
    real = os.path.ismount
    monkeypatch.setattr("os.path.ismount", lambda path: str(path) in mounted or real(path))
    return mounted


def test_a_removed_disk_leaves_an_empty_folder_and_all_its_documents(
    vault: Vault, folder: Path, add: Add, sync: Add, disks: set[str], embedder: HashingEmbedder
) -> None:
    disks.add(str(folder))
    add(folder)
    done, aside = embedder.embedded, folder.with_name("aside")
    disks.clear()
    folder.rename(aside)
    folder.mkdir()
    report = sync()
    assert ([each.code for each in report.failed], report.removed) == (["away"], 0)
    assert len(Lexical(vault).search('"apples"', 5)) == 1
    assert away.is_away(Roots(vault).all()[0])
    folder.rmdir()
    aside.rename(folder)
    disks.add(str(folder))
    report = sync()
    assert (report.unchanged, report.indexed, report.failed) == (3, 0, ())
    assert embedder.embedded == done


def test_a_disk_below_an_added_folder(
    vault: Vault,
    folder: Path,
    add: Add,
    sync: Add,
    disks: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(folder)
    sub = folder / "sub"
    Roots(vault).note_mounts(Roots(vault).all()[0], [str(sub)])
    (sub / "c.txt").unlink()
    report = sync()
    assert ([each.path for each in report.failed], report.removed) == ([str(sub)], 0)
    assert len(Documents(vault).documents()) == 3
    disks.add(str(sub))  # it is there again, and the file is not on it
    assert sync().removed == 1
    disks.clear()
    assert sync().failed == ()  # nothing was left on it


def test_a_link_to_a_disk_that_is_away_keeps_what_lies_behind_it(
    vault: Vault, folder: Path, tmp_path: Path, add: Add, sync: Add
) -> None:
    shelf.write(tmp_path / "far", [("d.txt", "Dates.")])
    (folder / "link").symlink_to(tmp_path / "far")
    add(folder)
    (tmp_path / "far").rename(tmp_path / "farther")
    report = sync()
    assert (report.removed, [each.code for each in report.failed]) == (0, ["unreadable"])
    (folder / "link").unlink()
    assert sync().removed == 1


def test_a_copy_of_what_is_away_is_no_move(
    vault: Vault, folder: Path, tmp_path: Path, add: Add, embedder: HashingEmbedder
) -> None:
    shelf.write(tmp_path / "other", [("a.txt", "Apples are red.")])
    add(folder)
    done = embedder.embedded
    folder.rename(tmp_path / "elsewhere")
    report = add(tmp_path / "other")
    assert (report.moved, report.indexed) == (0, 1)
    assert embedder.embedded == done


def test_network_drives_are_known_by_their_system() -> None:
    types = [("/", "ext4"), ("/mnt/share", "cifs"), ("/mnt/share/deep", "ext4"), ("/n", "nfs4")]
    assert away.on_network(Path("/mnt/share/docs"), types)
    assert away.on_network(Path("/n"), types)
    assert not away.on_network(Path("/mnt/share/deep/x"), types)
    assert not away.on_network(Path("/mnt/shared"), types)
    assert away.on_network(Path("\\\\server\\docs"), [])


def test_a_root_is_away_only_where_it_could_come_back(tmp_path: Path) -> None:
    assert away.is_away(Root(str(tmp_path / "gone"), "L", is_folder=True))
    assert away.is_away(Root(str(tmp_path / "gone" / "a.txt"), "L", is_folder=False))
    assert not away.is_away(Root(str(tmp_path / "a.txt"), "L", is_folder=False))
