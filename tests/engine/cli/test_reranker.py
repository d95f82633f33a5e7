"""``alcove reranker``: shown, measured, used and switched off."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.assistant import Assistant
from engine.cli import app as cli
from engine.paths import open_profile
from engine.store.connect import Vault
from tests import shelf
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.rerankers import write_reranker

Run = Callable[..., Result]


@pytest.fixture
def alcove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    embedder = HashingEmbedder()

    def opened(profile: Path | None = None, *, key: bytes | None = None) -> Assistant:
        home = open_profile(profile)
        return Assistant(
            home, Vault.open(home.vault), embedder=embedder, chat_model=ScriptedChatModel()
        )

    monkeypatch.setattr(cli.Assistant, "open", opened)
    home = open_profile(tmp_path / "profile")
    vault = Vault.open(home.vault)
    shelf.put(vault, embedder, "/a.txt", "Zebra quagga okapi bridge.", title="")
    shelf.put(vault, embedder, "/b.txt", "Told of much before bridge and river are.", title="")
    vault.close()
    runner = CliRunner()

    def run(*arguments: object) -> Result:
        words = [str(argument) for argument in arguments]
        return runner.invoke(cli.app, ["reranker", *words, "--profile", str(tmp_path / "profile")])

    return run


def _questions(folder: Path) -> Path:
    row = {"question": "zebra quagga okapi bridge river", "documents": ["/b.txt"]}
    path = folder / "questions.jsonl"
    path.write_text("\n".join([json.dumps(row)] * 20), encoding="utf-8")
    return path


def test_it_is_measured_used_and_switched_off(alcove: Run, tmp_path: Path) -> None:
    folder, file = write_reranker(tmp_path / "tiny"), _questions(tmp_path)
    assert "No reranker is used." in alcove().stdout
    assert alcove(folder, "--use").exit_code == 1
    told = alcove(folder, "--questions", file)
    assert told.exit_code == 0
    assert "20 questions" in told.stdout
    assert "It helps on these questions." in told.stdout
    used = alcove(folder, "--use", "--json")
    value = json.loads(used.stdout)
    assert value["serving"] == "tiny"
    assert value["measured"]["helps"]
    assert value["measured"]["gain"] == pytest.approx(0.5)
    assert "tiny reads the best passages" in alcove().stdout
    assert json.loads(alcove("--off", "--json").stdout)["serving"] is None


@pytest.mark.parametrize(
    "arguments",
    [("tiny",), ("--use",), ("--off", "tiny"), ("tiny", "--questions", "f", "--anyway")],
)
def test_what_makes_no_sense_is_wrong_usage(alcove: Run, arguments: tuple[str, ...]) -> None:
    assert alcove(*arguments).exit_code == 2
