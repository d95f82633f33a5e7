"""Locked files, labels, copies and interrupted work as the terminal tells them."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas
from typer.testing import CliRunner

from engine.assistant import Assistant
from engine.cli import app as cli
from engine.cli import locked as cli_locked
from engine.paths import open_profile
from engine.store.connect import Vault
from engine.store.jobs import Jobs
from tests.fakes import HashingEmbedder, ScriptedChatModel

Run = Callable[..., Result]
FACT = "The ferry to Odell Island leaves from the north pier at twenty to eight in the morning. "


@pytest.fixture
def alcove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    embedder = HashingEmbedder()

    def opened(profile: Path | None = None, *, key: bytes | None = None) -> Assistant:
        home = open_profile(profile)
        vault = Vault.open(home.vault)
        return Assistant(home, vault, embedder=embedder, chat_model=ScriptedChatModel(FACT))

    monkeypatch.setattr(cli.Assistant, "open", opened)
    runner = CliRunner()

    def run(*arguments: object, input: str | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        return runner.invoke(cli.app, [*words, "--profile", str(tmp_path / "profile")], input=input)

    yield run


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    path = tmp_path / "papers" / "locked.pdf"
    path.parent.mkdir()
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret"))
    canvas.drawString(72, 720, "The safe stands behind the stove.")
    canvas.save()
    return path


def _line(result: Result) -> dict[str, Any]:
    (found,) = (json.loads(line) for line in result.stdout.splitlines())
    assert isinstance(found, dict)
    return found


def test_a_locked_file_is_told_and_opens_with_the_password_from_standard_input(
    alcove: Run, locked: Path
) -> None:
    report = _line(alcove("add", locked, "--json"))
    assert [each["code"] for each in report["failed"]] == ["encrypted"]
    assert _line(alcove("show", locked, "--json"))["state"] == "locked"
    wrong = _line(alcove("add", locked, "--password-stdin", "--json", input="guess\n"))
    assert [each["code"] for each in wrong["failed"]] == ["encrypted"]
    right = _line(alcove("add", locked, "--password-stdin", "--json", input="secret\n"))
    assert (right["indexed"], right["failed"]) == (1, [])
    shown = _line(alcove("show", locked, "--json"))
    assert shown["state"] == "indexed"
    assert "behind the stove" in shown["pages"][0]["text"]


def test_no_password_on_standard_input_is_told(alcove: Run, locked: Path) -> None:
    result = alcove("add", locked, "--password-stdin", "--json", input="")
    assert result.exit_code == 1
    assert _line(result)["error"]["code"] == "bad_input"


def test_a_user_at_a_terminal_is_asked_until_it_opens(
    alcove: Run, locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["guess", "secret"]
    asked: list[str] = []

    def ask(prompt: str, stream: object) -> str:
        asked.append(prompt)
        return answers.pop(0)

    monkeypatch.setattr(cli_locked, "at_terminal", lambda: True)
    monkeypatch.setattr(cli_locked.getpass, "getpass", ask)
    result = alcove("add", locked)
    assert "1 indexed" in result.stdout
    assert len(asked) == 2
    assert all("locked.pdf" in prompt for prompt in asked)


def test_what_is_in_a_file_is_shown_with_it(alcove: Run, tmp_path: Path) -> None:
    box = tmp_path / "box.zip"
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("trip/ferry.txt", FACT)
        archive.writestr("tool.exe", b"MZ\0\0" + bytes(range(200)))
    alcove("add", box, "--json")
    shown = _line(alcove("show", box, "--json"))
    states = {each["path"]: each["state"] for each in shown["attachments"]}
    assert states == {f"{box}!/tool.exe": "failed", f"{box}!/trip/ferry.txt": "indexed"}
    assert f"{box}!/trip/ferry.txt: 1 passage" in alcove("show", box).stdout
    inner = _line(alcove("show", f"{box}!/trip/ferry.txt", "--json"))
    assert inner["container"] == str(box)
    assert "ferry.txt in box.zip, page 1" in alcove("search", "ferry").stdout


def test_copies_are_named_under_their_hit(alcove: Run, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    for name in ("ferry.txt", "ferry (copy).txt"):
        (papers / name).write_text(FACT * 2, "utf-8")
    alcove("add", papers)
    (hit,) = _line(alcove("search", "ferry", "--json"))["hits"]
    assert {hit["path"], *hit["also"]} == {str(file) for file in papers.iterdir()}
    assert "also in" in alcove("search", "ferry").stdout
    answer = _line(
        alcove("ask", "When does the ferry to Odell Island leave from the north pier?", "--json")
    )
    assert all(len(each["also"]) == 1 for each in answer["citations"])
    assert answer["citations"]


def test_interrupted_work_is_told_and_taken_up(
    alcove: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "a.txt").write_text(FACT, "utf-8")
    alcove("add", papers)
    vault = Vault.open(tmp_path / "profile" / "vault.db")
    monkeypatch.setattr("engine.store.jobs.this_process", lambda: "999999999 1.00")
    Jobs(vault).begin("index", [str(papers / f"{number}.txt") for number in range(1204)])
    vault.close()
    monkeypatch.undo()
    monkeypatch.setattr(
        cli.Assistant, "open",
        lambda profile=None, **_: Assistant(
            open_profile(profile), Vault.open(open_profile(profile).vault),
            embedder=HashingEmbedder(), chat_model=ScriptedChatModel(""),
        ),
    )  # fmt: skip
    told = alcove("status").stdout
    assert "An interrupted indexing of 1,204 files is waiting; run `alcove sync`." in told
    assert _line(alcove("status", "--json"))["waiting"]["files"] == 1204
    alcove("sync")
    assert "waiting" not in alcove("status").stdout
