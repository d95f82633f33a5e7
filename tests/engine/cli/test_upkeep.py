"""What the terminal tells of libraries, their files and settings, and why."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.assistant import Assistant
from engine.cli import app as cli
from engine.cli.upkeep import change_line
from engine.library_types import Change
from engine.paths import open_profile
from engine.store.connect import Vault
from tests import shelf
from tests.fakes import HashingEmbedder, ScriptedChatModel

Run = Callable[..., Result]


@pytest.fixture
def alcove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    embedder = HashingEmbedder()

    def opened(profile: Path | None = None, *, key: bytes | None = None) -> Assistant:
        home = open_profile(profile)
        vault = Vault.open(home.vault)
        return Assistant(home, vault, embedder=embedder, chat_model=ScriptedChatModel())

    monkeypatch.setattr(cli.Assistant, "open", opened)
    runner = CliRunner()

    def run(*arguments: object) -> Result:
        words = [str(argument) for argument in arguments]
        return runner.invoke(cli.app, [*words, "--profile", str(tmp_path / "profile")])

    yield run


@pytest.fixture
def papers(tmp_path: Path, alcove: Run) -> Path:
    folder = tmp_path / "papers"
    shelf.write(
        folder, [("pears.txt", "Prune the pear trees."), ("a.log", "log"), (".gitignore", "*.log")]
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    assert alcove("add", folder).exit_code == 0
    return folder


def _value(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    found = json.loads(line)
    assert isinstance(found, dict)
    return found


def test_status_counts_states_and_lists_files(alcove: Run, papers: Path) -> None:
    (library,) = _value(alcove("status", "--json"))["libraries"]
    assert (library["documents"], library["failed"], library["away"]) == (1, 1, 0)
    assert (library["watched"], library["waiting"]) == ("", 0)
    assert "Watched" in alcove("status").stdout
    files = _value(alcove("status", "--files", "--json"))["files"]
    assert [Path(each["path"]).name for each in files] == ["broken.pdf", "pears.txt"]
    failed = _value(alcove("status", "--failed", "--json"))["files"]
    assert [each["state"] for each in failed] == ["failed"]
    (again,) = [each["retry"] for each in failed]
    assert again.startswith("It is tried again when it changes, when an update")
    told = alcove("status", "--files").stdout
    assert "pears.txt: 1 passage" in told
    assert again in " ".join(told.split())
    assert [each["retry"] for each in files if each["state"] == "indexed"] == [""]
    assert "There is no such document." in alcove("status", "--scanned").stdout
    assert alcove("status", "--library", "Nonsense").exit_code == 1


def test_what_is_away_is_told_and_listed(alcove: Run, papers: Path) -> None:
    papers.rename(papers.with_name("elsewhere"))
    assert "is away; its documents are kept" in alcove("status").stdout.replace("\n", " ")
    assert len(_value(alcove("status", "--away", "--json"))["files"]) == 2


def test_why(alcove: Run, papers: Path) -> None:
    found = _value(alcove("why", papers / "pears.txt", "--json"))
    assert (found["state"], found["passages"]) == ("indexed", 1)
    assert found["lines"] == ["Prune the pear trees."]
    broken = _value(alcove("why", papers / "broken.pdf", "--json"))
    assert "tried again when it changes" in broken["hint"]
    told = alcove("why", papers / "a.log").stdout
    assert "*.log" in told
    assert str(papers / ".gitignore") in told


def test_settings_are_shown_changed_and_taken_back(alcove: Run, papers: Path) -> None:
    shown = _value(alcove("library", "Documents", "--json"))["settings"]
    assert (shown["ocr"], shown["max_mb"], shown["ignore"]) == (True, 0, [])
    changed = alcove(
        "library", "documents", "--set", "ocr=off", "--set", "formats_off=pdf", "--json"
    )
    assert _value(changed)["settings"]["formats_off"] == ["pdf"]
    assert _value(alcove("sync", "--json"))["removed"] == 1
    assert "ocr           off" in alcove("library", "Documents").stdout
    assert _value(alcove("library", "Documents", "--reset", "--json"))["settings"] == shown
    for wrong in ("ocr", "ocr=perhaps", "colour=red", "formats_off=nonsense"):
        result = alcove("library", "Documents", "--set", wrong, "--json")
        assert result.exit_code == 1
        assert json.loads(result.stdout)["error"]["hint"]
    assert alcove("library", "Nothing").exit_code == 1


def test_a_line_for_each_change() -> None:
    assert change_line(Change("/d/a.txt", "added", 1)) == "+ /d/a.txt: added, 1 passage"
    assert change_line(Change("/d/a.txt", "changed", 3)) == "~ /d/a.txt: changed, 3 passages"
    assert change_line(Change("/d/b", "moved", former="/d/a")) == "→ /d/b: moved from /d/a"
    assert change_line(Change("/d/a", "removed")) == "- /d/a: removed"
    assert change_line(Change("/d/a", "failed", reason="Broken.")) == "! /d/a: Broken."
    assert change_line(Change("/d", "away", reason="Kept.")) == "? /d: is away. Kept."
    assert change_line(Change("/d", "back")) == "✓ /d: is back"
