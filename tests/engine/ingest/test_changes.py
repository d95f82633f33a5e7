"""Files that change, go or come back: only what is new is read and embedded."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.ingest import ingest
from engine.library_types import AddReport
from engine.progress import drain
from engine.store.check import check
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.lexical import Lexical
from engine.store.vectors import Vectors
from engine.types import ParsedDocument
from tests import shelf
from tests.fakes import HashingEmbedder

Add = Callable[..., AddReport]


def _names(vault: Vault, library: str | None = None) -> list[str]:
    return [Path(found.path).name for found in Documents(vault).documents(library)]


def _age(*files: Path) -> None:
    """Make files look written long before they were indexed."""
    for file in files:
        os.utime(file, (1_600_000_000, 1_600_000_000))


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

    monkeypatch.setattr("engine.ingest.index.fingerprint", fail)
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
