"""``alcove glossary`` and what a search tells of a question, over a real vault."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.assistant import Assistant
from engine.cli import app as cli
from engine.paths import open_profile
from engine.store.connect import Vault
from tests import shelf
from tests.fakes import HashingEmbedder, ScriptedChatModel


@pytest.fixture(autouse=True)
def opened(profile: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command opens this profile, without the real models."""

    def open_assistant(_cls: type[Assistant], _path: Path | None = None) -> Assistant:
        own = open_profile(profile)
        return Assistant(
            own, Vault.open(own.vault), embedder=embedder, chat_model=ScriptedChatModel()
        )

    monkeypatch.setattr(Assistant, "open", classmethod(open_assistant))
    vault = Vault.open(open_profile(profile).vault)
    shelf.put(vault, embedder, "/a.txt", "A myocardial infarction (MI) is treated at once.")
    vault.close()


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, list(arguments))


def _value(*arguments: str) -> Any:
    result = _run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_terms_are_listed_added_and_removed() -> None:
    (found,) = _value("glossary", "list")["glossary"]
    assert (found["term"], found["origin"], found["documents"]) == ("MI", "found", 1)
    _value("glossary", "add", "BP", "blood pressure")
    assert "blood pressure" in _run("glossary", "list").stdout
    assert _value("glossary", "remove", "BP") == {"removed": 1}
    gone = _run("glossary", "remove", "BP", "--json")
    assert gone.exit_code == 1
    assert json.loads(gone.stdout)["error"]["code"] == "not_found"
    assert _value("glossary", "find") == {"added": 0}


def test_terms_come_from_a_file_and_go_to_one(tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text("term,meaning\nBP,blood pressure\n", "utf-8")
    assert _value("glossary", "import", str(file))["added"] == 1
    out = tmp_path / "out.csv"
    assert _value("glossary", "export", str(out))["terms"] == 2
    assert "BP,blood pressure,Documents" in out.read_text("utf-8")
    assert "BP,blood pressure" in _run("glossary", "export").stdout
    missing = _run("glossary", "import", str(tmp_path / "none.csv"), "--json")
    assert json.loads(missing.stdout)["error"]["code"] == "bad_input"


def test_a_search_tells_what_it_understood() -> None:
    query = _value("search", "MI file:a.txt")["query"]
    assert query["filters"] == [{"name": "file", "value": "a.txt"}]
    assert query["expansions"] == [{"term": "MI", "searched": "myocardial infarction"}]
    said = _run("search", "MI file:a.txt").stdout
    assert "Only file:a.txt" in said
    assert "Also searched: myocardial infarction" in said


def test_an_answer_tells_what_was_understood_of_its_question() -> None:
    question = "How is MI treated? file:a.txt"
    why = _value("ask", question, "--why")["why"]
    assert why["expansions"] == [["MI", "myocardial infarction"]]
    assert why["corrections"] == []
    assert why["filters"] == [["file", "a.txt"]]
    assert why["asked"] == "How is myocardial infarction treated?"
    shown = _run("ask", question, "--why").stdout
    assert "Only file:a.txt" in shown
    assert "Beside “MI” also “myocardial infarction”." in shown
