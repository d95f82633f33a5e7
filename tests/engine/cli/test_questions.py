"""``alcove questions`` over a real vault."""

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.engine.cli.test_app import alcove, documents, lines, model
from tests.engine.cli.test_evaluate import questions

__all__ = ["alcove", "documents", "model", "questions"]


def test_a_set_is_kept_asked_frozen_and_written(
    alcove: Callable[..., Result], documents: Path, questions: Path, tmp_path: Path
) -> None:
    assert "No sets yet" in alcove("questions", "list").output
    [kept] = lines(alcove("questions", "keep", questions, "--name", "Ferries", "--json"))
    assert (kept["name"], kept["questions"], kept["frozen"]) == ("Ferries", 2, False)
    alcove("add", documents)
    [done] = lines(alcove("evaluate", "Ferries", "--json"))
    [listed] = lines(alcove("questions", "list", "--json"))
    assert listed["sets"][0]["frozen"]
    assert listed["sets"][0]["types"] == {"fact": 2}
    [shown] = lines(alcove("evaluate", "--history", "--json"))
    assert shown["evaluations"][0]["setting"]["questions_from"] == "Ferries"
    assert shown["evaluations"][0]["setting"]["questions_sha256"] == kept["sha256"]
    assert done["modes"]["rag"]["questions"] == 2
    out = tmp_path / "out.jsonl"
    assert "2 questions are in" in alcove("questions", "export", "Ferries", out).output
    assert out.read_text().count("\n") == 2
    assert "Ferries" in alcove("questions", "list").output
    alcove("questions", "remove", "Ferries")
    gone = alcove("questions", "remove", "Ferries")
    assert gone.exit_code == 1
    assert "no set of questions" in gone.output


def test_neither_a_file_nor_a_set_is_told(alcove: Callable[..., Result], documents: Path) -> None:
    result = alcove("evaluate", "nothing.jsonl")
    assert result.exit_code == 1
    assert "There is no file" in result.output
