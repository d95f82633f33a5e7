"""What is left out of added folders, and why."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.ingest import rules, scan
from engine.library_types import AddReport, LibrarySettings
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.library_settings import Settings
from tests import shelf

Add = Callable[..., AddReport]


def _found(root: Path, settings: LibrarySettings | None = None) -> set[str]:
    files = scan.scan(root, settings=settings).files
    return {str(Path(file.path).relative_to(root)) for file in files}


@pytest.mark.parametrize(
    "name",
    [
        "~$offer.docx", "download.pdf.crdownload", "x.part", "notes.txt~", "#notes.txt#", "a.TMP",
        ".~lock.offer.odt#", "Thumbs.db", "node_modules/x.txt", ".git/config", "__pycache__/a.txt",
        "$RECYCLE.BIN/a.txt", "env/pyvenv.cfg", "env/a.txt", "cache/CACHEDIR.TAG", "cache/b.txt",
    ],
)  # fmt: skip
def test_alcove_leaves_out_what_programs_leave_behind(tmp_path: Path, name: str) -> None:
    shelf.write(tmp_path, [("kept.txt", "x"), ("env/pyvenv.cfg", ""), ("cache/CACHEDIR.TAG", "")])
    shelf.write(tmp_path, [(name, "x")])
    assert _found(tmp_path) == {"kept.txt"}
    found = rules.explain(tmp_path, tmp_path / name, LibrarySettings())
    assert found is not None
    assert found.words.startswith("Alcove leaves out")


def test_files_of_rules_count_below_their_folder_and_the_later_rule_wins(tmp_path: Path) -> None:
    shelf.write(
        tmp_path,
        [
            (".gitignore", "*.log\n/build/\n# a remark\n\n!keep.log\n"),
            ("a.log", ""), ("keep.log", ""), ("build/x.txt", ""), ("sub/build/x.txt", ""),
            ("sub/.alcoveignore", "!a.log\nsecret*\n!.notes.txt\n"),
            ("sub/a.log", ""), ("sub/secret.txt", ""), ("secret.txt", ""), ("sub/.notes.txt", ""),
        ],
    )  # fmt: skip
    assert _found(tmp_path) == {
        "keep.log", "sub/build/x.txt", "sub/a.log", "secret.txt", "sub/.notes.txt"
    }  # fmt: skip
    found = rules.explain(tmp_path, tmp_path / "sub" / "secret.txt", LibrarySettings())
    assert found == rules.LeftOut("secret*", str(tmp_path / "sub" / ".alcoveignore"))
    assert rules.explain(tmp_path, tmp_path / "keep.log", LibrarySettings()) is None
    off = LibrarySettings(ignore_files=False)
    assert {"a.log", "build/x.txt", "sub/secret.txt"} <= _found(tmp_path, off)


def test_settings_leave_out_patterns_and_formats(tmp_path: Path) -> None:
    shelf.write(tmp_path, [("a.txt", ""), ("b.csv", ""), ("drafts/c.txt", ""), ("d.tsv", "")])
    settings = LibrarySettings(ignore=("drafts/",), formats_off=("csv",))
    assert _found(tmp_path, settings) == {"a.txt"}
    found = rules.explain(tmp_path, tmp_path / "b.csv", settings)
    assert found is not None
    assert found.rule == "formats_off: csv"


def test_a_senseless_rule_is_told_and_the_others_count(tmp_path: Path) -> None:
    shelf.write(tmp_path, [(".alcoveignore", "!\n*.log\n"), ("a.log", ""), ("b.txt", "")])
    found = scan.scan(tmp_path)
    assert [Path(file.path).name for file in found.files] == ["b.txt"]
    assert [each.code for each in found.failed] == ["rule"]


def test_a_file_named_by_itself_is_wanted(tmp_path: Path) -> None:
    shelf.write(tmp_path, [("a.tmp", "x")])
    assert len(scan.scan(tmp_path / "a.tmp").files) == 1


def test_links_and_loops_end(tmp_path: Path) -> None:
    shelf.write(tmp_path, [("a.txt", "x"), ("sub/b.txt", "x")])
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "twin").symlink_to(tmp_path / "sub")
    (tmp_path / "nowhere").symlink_to(tmp_path / "not there")
    found = scan.scan(tmp_path)
    assert len(found.files) == 2
    assert found.closed == [str(tmp_path / "nowhere")]


def test_a_new_rule_takes_documents_out_and_back_in(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    add(folder)
    shelf.write(folder, [(".alcoveignore", "sub/\n")])
    assert sync().removed == 1
    (folder / ".alcoveignore").unlink()
    assert sync().indexed == 1


def test_a_library_takes_files_up_to_a_size(
    vault: Vault, folder: Path, add: Add, sync: Add
) -> None:
    (folder / "big.txt").write_text("many words " * 200_000)
    add(folder)
    Settings(vault).set("documents", LibrarySettings(max_mb=1))
    report = sync()
    assert [(each.code, Path(each.path).name) for each in report.failed] == [("limit", "big.txt")]
    assert report.unchanged == 3
    assert Documents(vault).passages(folder / "big.txt") == []
    assert [each.code for each in sync().failed] == ["limit"]
    Settings(vault).set("Documents", LibrarySettings())
    assert (sync().indexed, len(sync().failed)) == (1, 0)
