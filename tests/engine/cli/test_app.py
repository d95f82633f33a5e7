"""The terminal face over a real vault, with the two fakes at the seams."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.assistant import Assistant
from engine.cli import app as cli
from engine.errors import ModelCrashedError
from engine.paths import open_profile
from engine.store.connect import Vault
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.ggufs import write_model

FACT = "The ferry to Odell Island leaves at 07:40 from pier four."


@pytest.fixture
def model() -> ScriptedChatModel:
    return ScriptedChatModel("The ferry to Odell Island leaves at 07:40.")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "ferry.md").write_text(f"# Ferries\n\n{FACT}\n", encoding="utf-8")
    (folder / "garden.txt").write_text("Prune the pear trees in February.\n", encoding="utf-8")
    return folder


@pytest.fixture
def alcove(
    tmp_path: Path, model: ScriptedChatModel, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Result]]:
    """Run a command in a fresh profile that stays the same within a test."""
    embedder = HashingEmbedder()

    def opened(profile: Path | None = None, *, key: bytes | None = None) -> Assistant:
        home = open_profile(profile)
        return Assistant(home, Vault.open(home.vault), embedder=embedder, chat_model=model)

    monkeypatch.setattr(cli.Assistant, "open", opened)
    runner = CliRunner()
    profile = str(tmp_path / "profile")

    def run(*arguments: object, input: str | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        return runner.invoke(cli.app, [*words, "--profile", profile], input=input)

    yield run


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_add_counts_and_skips_what_is_unchanged(
    alcove: Callable[..., Result], documents: Path
) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    first = alcove("add", documents, "--json")
    assert first.exit_code == 0
    (report,) = lines(first)
    assert set(report) == {
        "indexed", "unchanged", "moved", "removed", "failed", "passages", "seconds"
    }  # fmt: skip
    assert (report["indexed"], report["unchanged"]) == (2, 0)
    assert [Path(failed["path"]).name for failed in report["failed"]] == ["broken.pdf"]
    assert report["failed"][0]["reason"]
    (again,) = lines(alcove("add", documents, "--json"))
    assert (again["indexed"], again["unchanged"]) == (0, 2)


def test_sync_sees_changed_and_removed_files(
    alcove: Callable[..., Result], documents: Path
) -> None:
    alcove("add", documents, "--json")
    (documents / "garden.txt").unlink()
    (documents / "ferry.md").write_text("The ferry leaves at noon.", encoding="utf-8")
    (report,) = lines(alcove("sync", "--json"))
    assert (report["indexed"], report["removed"]) == (1, 1)
    (found,) = lines(alcove("search", "ferry", "--json"))
    assert [hit["text"] for hit in found["hits"]] == ["The ferry leaves at noon."]


def test_remove_forgets_and_keeps_the_file(alcove: Callable[..., Result], documents: Path) -> None:
    alcove("add", documents, "--json")
    assert lines(alcove("remove", documents / "garden.txt", "--json")) == [{"removed": 1}]
    assert (documents / "garden.txt").exists()
    (status,) = lines(alcove("status", "--json"))
    assert status["documents"] == 1


def test_show_gives_the_text_that_positions_point_into(
    alcove: Callable[..., Result], documents: Path
) -> None:
    alcove("add", documents, "--json")
    (found,) = lines(alcove("search", "pear trees", "--json"))
    hit = found["hits"][0]
    assert set(hit) == {
        "rank", "path", "page", "label", "heading", "start", "end", "score", "words", "meaning",
        "text", "also", "gives_orders",
    }  # fmt: skip
    (shown,) = lines(alcove("show", hit["path"], "--json"))
    page = shown["pages"][hit["page"] - 1]
    assert page["text"][hit["start"] : hit["end"]] == hit["text"]


def test_search_queries_gives_a_line_each_with_id(
    alcove: Callable[..., Result], documents: Path, tmp_path: Path
) -> None:
    alcove("add", documents, "--json")
    queries = tmp_path / "queries.jsonl"
    queries.write_text(
        '{"id": "a", "question": "ferry"}\n{"id": 7, "question": " "}\n{"question": "pear"}\n'
    )
    result = alcove("search", "--queries", queries, "--json", "--top", 1)
    rows = lines(result)
    assert [row["id"] for row in rows] == ["a", 7, 3]
    assert rows[1]["error"]["code"] == "bad_input"
    assert result.exit_code == 1
    assert len(rows[0]["hits"]) == 1


def test_ask_gives_the_documented_json(alcove: Callable[..., Result], documents: Path) -> None:
    alcove("add", documents, "--json")
    result = alcove("ask", "When does the ferry to Odell Island leave?", "--json")
    assert result.exit_code == 0
    (answer,) = lines(result)
    assert set(answer) == {
        "id", "answer", "abstained", "sentences", "citations", "timings", "usage", "context",
        "thinking",
        "model",
        "mode",
        "quotation",
    }  # fmt: skip
    assert answer["quotation"] is True
    assert "07:40" in answer["answer"]
    assert not answer["abstained"]
    (shown,) = lines(alcove("show", documents / "ferry.md", "--json"))
    for citation in answer["citations"]:
        text = shown["pages"][citation["page"] - 1]["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    numbers = [number for sentence in answer["sentences"] for number in sentence["citations"]]
    assert numbers
    assert all(1 <= number <= len(answer["citations"]) for number in numbers)


def test_ask_in_words_shows_answer_and_source(
    alcove: Callable[..., Result], documents: Path
) -> None:
    alcove("add", documents)
    result = alcove("ask", "When does the ferry to Odell Island leave?")
    assert "07:40" in result.stdout
    assert "ferry.md, page 1" in result.stdout
    assert "Quoted word for word from your documents." in result.stdout


def test_what_is_not_found_comes_with_the_nearest_passages(
    alcove: Callable[..., Result], documents: Path
) -> None:
    alcove("add", documents)
    (answer,) = lines(alcove("ask", "Who won the opera prize of 1911 in Vienna?", "--json"))
    assert answer["abstained"]
    assert answer["quotation"] is False
    near = answer["nearest"]
    assert near
    assert [hit["rank"] for hit in near] == sorted(hit["rank"] for hit in near)
    assert all(hit["text"] and hit["path"] and hit["end"] > hit["start"] for hit in near)


def test_ask_plain_uses_no_documents(
    alcove: Callable[..., Result], documents: Path, model: ScriptedChatModel
) -> None:
    alcove("add", documents)
    (answer,) = lines(alcove("ask", "When does it leave?", "--mode", "plain", "--json"))
    assert answer["citations"] == []
    assert not any(FACT in message.content for message in model.prompts[-1])


def test_questions_go_on_after_one_that_fails(
    alcove: Callable[..., Result], documents: Path, tmp_path: Path
) -> None:
    alcove("add", documents)
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": 1, "question": ""}\n{"id": 2, "question": "the ferry leaves?"}\n')
    result = alcove("ask", "--questions", questions, "--json")
    rows = lines(result)
    assert result.exit_code == 1
    assert rows[0]["error"]["code"] == "bad_input"
    assert rows[1]["id"] == 2
    assert "answer" in rows[1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["add", "/no/such/path"], "not_found"),
        (["ask", "  "], "bad_input"),
        (["ask", "why?", "--library", "Nowhere"], "not_found"),
        (["ask", "why?", "--model", "gpt"], "not_found"),
        (["ask", "why?", "--adapter", "mine"], "not_found"),
        (["ask", "why?", "--mode", "tuned"], "no_adapter"),
        (["search", ""], "bad_input"),
        (["show", "/no/such/path"], "not_found"),
        (["ask", "--questions", "/no/such/file"], "not_found"),
    ],
)
def test_known_errors_have_code_message_and_hint(
    alcove: Callable[..., Result], arguments: list[str], code: str
) -> None:
    result = alcove(*arguments, "--json")
    assert result.exit_code == 1
    (row,) = lines(result)
    assert row["error"]["code"] == code
    assert row["error"]["message"]
    assert row["error"]["hint"]


@pytest.mark.parametrize("command", [("ask", "--questions"), ("search", "--queries")])
def test_a_broken_line_does_not_stop_the_others(
    alcove: Callable[..., Result], documents: Path, tmp_path: Path, command: tuple[str, str]
) -> None:
    alcove("add", documents)
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        '{"id": 1, "question": "the ferry leaves?"}\n{broken\n{"question": "pier"}\n'
    )
    result = alcove(*command, questions, "--json")
    assert result.exit_code == 1
    first, broken, last = lines(result)
    assert (first["id"], broken["id"], last["id"]) == (1, None, 3)
    assert broken["line"] == 2
    assert "ine 2" in broken["error"]["message"]
    assert broken["error"]["hint"]
    questions.write_text("question;answer\nWho?;Me\n")
    result = alcove(*command, questions, "--json")
    assert result.exit_code == 1
    (row,) = lines(result)
    assert "no question to ask" in row["error"]["message"]


def test_an_empty_folder_is_told(alcove: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = alcove("add", tmp_path / "empty", "--json")
    assert result.exit_code == 1
    assert lines(result)[0]["error"]["code"] == "bad_input"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "a", "--questions", "b"],
        ["ask", "a", "--mode", "wild"],
        ["fly"],
        ["search"],
    ],
)
def test_wrong_usage_ends_with_2(alcove: Callable[..., Result], arguments: list[str]) -> None:
    assert alcove(*arguments).exit_code == 2


def test_interrupt_ends_with_130(
    alcove: Callable[..., Result], documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.Assistant, "add", interrupted)
    assert alcove("add", documents).exit_code == 130


def test_chat_keeps_the_conversation_and_survives_a_crash(
    alcove: Callable[..., Result], documents: Path, model: ScriptedChatModel, tmp_path: Path
) -> None:
    alcove("add", documents)
    model.crash_after = 1
    result = alcove(
        "chat", "--json", input="When does the ferry leave?\n\nAnd from which pier?\n/exit\n"
    )
    rows = lines(result)
    assert result.exit_code == 0
    assert rows[0]["error"]["code"] == ModelCrashedError.code
    assert "answer" in rows[1]
    home = open_profile(tmp_path / "profile")
    vault = Vault.open(home.vault)
    assistant = Assistant(home, vault, embedder=HashingEmbedder(), chat_model=model)
    try:
        (conversation,) = assistant.conversations()
        assert conversation.title == "When does the ferry leave?"
        roles = [message.role for message in assistant.messages(conversation.id)]
        assert roles == ["user", "user", "assistant"]
    finally:
        assistant.close()


def test_doctor_tells_every_part(alcove: Callable[..., Result], documents: Path) -> None:
    alcove("add", documents)
    result = alcove("doctor", "--deep", "--json")
    (report,) = lines(result)
    assert report["ok"] is True
    assert result.exit_code == 0
    names = {part["name"] for part in report["parts"]}
    assert {"network", "embedder", "chat model"} <= names


def test_without_a_display_the_conversation_is_in_the_terminal(
    alcove: Callable[..., Result], documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alcove("add", documents)
    monkeypatch.setattr(cli, "has_display", lambda: False)
    result = alcove(input="When does the ferry to Odell Island leave?\n")
    assert result.exit_code == 0
    assert "07:40" in result.stdout
    assert "no display" in result.stderr


def test_chat_shows_what_the_model_read_and_pins(
    alcove: Callable[..., Result], documents: Path
) -> None:
    alcove("add", documents)
    said = "When does it leave?\n/pin\n/context\n/model\n/pin 9\n/unpin 1\n/fly\n"
    rows = lines(alcove("chat", "--mode", "plain", "--json", input=said))
    answer, pinned, context, model, wrong, let_go, unknown = rows
    assert set(answer["context"]) == {
        "n_ctx", "prompt_tokens", "reserved_tokens", "kept", "dropped", "summary", "documents",
    }  # fmt: skip
    assert answer["context"]["kept"] == [0]
    assert pinned == {"turn": 0, "pinned": True}
    assert context == {"context": answer["context"], "pinned": [0]}
    assert model == {"model": ""}
    assert wrong["error"]["code"] == unknown["error"]["code"] == "bad_input"
    assert "/context" in unknown["error"]["hint"]
    assert let_go == {"turn": 0, "pinned": False}


def test_chat_tells_when_older_turns_are_left_out(
    alcove: Callable[..., Result], documents: Path
) -> None:
    said = "".join(f"Question {number} {'word ' * 150}\n" for number in range(12))
    result = alcove("chat", "--mode", "plain", input=f"/pin\n{said}/context\n")
    assert "Nothing was said yet." in result.stderr
    assert "older turns are not read any more" in result.stderr
    assert "(not read any more)" in result.stdout
    assert "The model read " in result.stdout


def test_chat_takes_another_model_for_the_conversation(
    alcove: Callable[..., Result], documents: Path, tmp_path: Path
) -> None:
    write_model(tmp_path / "tiny.gguf", name="Tiny")
    alcove("models", "add", tmp_path / "tiny.gguf")
    result = alcove("chat", "--mode", "plain", "--json", input="/model Tiny\nWho?\n/model gpt\n")
    chosen, failed, missing = lines(result)
    assert chosen == {"model": "Tiny"}
    assert failed["error"]["code"] == "model_damaged"  # it is not whole
    assert missing["error"]["code"] == "not_found"
