"""``alcove evaluate`` over a real vault."""

import json
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from click.testing import Result

from engine.assistant import Assistant
from engine.inference.adapters import Adapter
from engine.paths import open_profile
from engine.progress import drain
from engine.store.connect import Vault
from tests.engine.cli.test_app import alcove, documents, lines, model
from tests.fakes import AdaptableChatModel, HashingEmbedder, ScriptedChatModel
from tests.lora import write_adapter, write_base

__all__ = ["alcove", "documents", "model"]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "q.jsonl"
    rows = [
        {"id": 1, "question": "When does the ferry to Odell Island leave?", "answers": ["07:40"],
         "documents": ["ferry.md"]},
        {"id": 2, "question": "Which pier?", "answers": ["four"]},
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n\n[1]\n")
    return path


def test_evaluate_gives_the_documented_json(
    alcove: Callable[..., Result], documents: Path, questions: Path, tmp_path: Path
) -> None:
    alcove("add", documents)
    page = tmp_path / "r.html"
    result = alcove("evaluate", questions, "--modes", "plain,rag", "--report", page, "--json")
    assert result.exit_code == 0, result.output
    [value] = lines(result)
    assert list(value["modes"]) == ["plain", "rag"]
    rag = value["modes"]["rag"]
    for name in ("em", "f1", "abstained", "citation_precision", "first_token_s", "total_s"):
        assert set(rag[name]) >= {"value", "ci"}, name
    assert rag["hit@1"]["value"] == 1
    assert value["modes"]["plain"]["citation_precision"] is None
    assert [line["line"] for line in value["bad_lines"]] == [3, 5]
    assert value["verdict"]
    assert page.read_text().startswith("<!doctype html>")
    [history] = lines(alcove("evaluate", "--history", "--json"))
    assert [each["id"] for each in history["evaluations"]] == [value["id"]]
    [again] = lines(alcove("evaluate", "--show", value["id"], "--json"))
    assert again["modes"] == value["modes"]


@pytest.mark.window
def test_the_report_of_a_comparison_is_written_on_paper(
    alcove: Callable[..., Result], documents: Path, questions: Path, tmp_path: Path
) -> None:
    alcove("add", documents)
    paper = tmp_path / "r.pdf"
    result = alcove("evaluate", questions, "--modes", "plain,rag", "--report", paper, "--json")
    assert result.exit_code == 0, result.output
    document = pypdfium2.PdfDocument(paper)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    assert "Which pier?" in text
    assert "Every answer" in text
    [value] = lines(result)
    assert value["report"] == str(paper)
    wrong = alcove(
        "evaluate", "--show", value["id"], "--report", tmp_path / "no" / "r.pdf", "--json"
    )
    [told] = lines(wrong)
    assert "cannot be written" in told["error"]["message"]
    usage = alcove("evaluate", "--calibrate", "--report", paper)
    assert usage.exit_code == 2


def test_evaluate_tells_in_words(
    alcove: Callable[..., Result], documents: Path, questions: Path
) -> None:
    alcove("add", documents)
    result = alcove("evaluate", questions)
    assert result.exit_code == 0
    assert "exact match" in result.stdout
    assert "of the questions are answered rightly" in result.stdout
    assert "Line 3" in result.stderr
    assert "Nothing has been rated" not in result.output
    assert "interrupted" not in alcove("evaluate", "--history").stdout


def test_columns_are_streamed_exported_and_held_to_a_floor(
    alcove: Callable[..., Result], documents: Path, questions: Path, tmp_path: Path
) -> None:
    alcove("add", documents)
    short = "short: mode=plain, max_tokens=2"
    arguments = (questions, "--modes", "plain,rag", "--column", short, "--changed-facts", "2")
    table, page = tmp_path / "r.csv", tmp_path / "r.html"
    result = alcove("evaluate", *arguments, "--json", "--stream", "--results", table,
                    "--report", page, "--fail-under", "rag.right=0.5",
                    "--fail-under", "short.right=0.9")  # fmt: skip
    assert result.exit_code == 3, result.output
    *events, value = lines(result)
    assert [event["done"] for event in events[:6]] == [1, 2, 3, 4, 5, 6]
    assert {event["result"]["mode"] for event in events} == {"plain", "rag", "short"}
    assert list(value["modes"]) == ["plain", "rag", "short"]
    assert value["under"] == ["short: right is 0.000, under 0.9."]
    assert value["considered"]["rag"]["freshness"]["follows"]["value"] == 1
    assert value["considered"]["short"]["form"]["words"]["value"] == 2
    assert value["columns"][2] == {"name": "short", "mode": "plain", "options": {"max_tokens": 2}}
    assert {reason["rule"] for reason in value["reasons"]} >= {"use", "time", "cost"}
    assert "They disagree" in page.read_text()
    assert table.read_bytes().count(b"\r\n") == 7
    again = alcove("evaluate", *arguments, "--stream")
    assert again.exit_code == 0
    assert "4/6 · short · wrong · Which pier?" in again.stdout
    assert "Ask twenty questions or more." in again.stdout


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--fail-under", "rag.nonsense=0.5", "“nonsense” is nothing that is measured."),
        ("--fail-under", "both.right=0.5", "“both.right” is for a way that is not asked."),
        ("--results", "there/r.csv", "there is no such folder"),
        ("--results", "r.xls", "neither .csv nor .json"),
        ("--report", "there/r.html", "there is no such folder"),
    ],
)
def test_what_cannot_be_done_with_the_results_is_told_before_anything_is_asked(
    alcove: Callable[..., Result], documents: Path, questions: Path, tmp_path: Path,
    option: str, value: str, told: str,
) -> None:  # fmt: skip
    alcove("add", documents)
    given = value if option == "--fail-under" else tmp_path / value
    result = alcove("evaluate", questions, "--modes", "rag", option, given)
    assert result.exit_code == 1
    assert told in " ".join(result.output.split())
    assert "Nothing has been measured yet" in alcove("evaluate", "--history").stdout


def test_the_history_tells_what_got_worse(
    alcove: Callable[..., Result], documents: Path, tmp_path: Path
) -> None:
    questions = tmp_path / "many.jsonl"
    row = {"question": "When does the ferry to Odell Island leave?", "answers": ["07:40"]}
    questions.write_text("".join(json.dumps({"id": n, **row}) + "\n" for n in range(12)))
    alcove("add", documents)
    assert alcove("evaluate", questions).exit_code == 0
    (documents / "ferry.md").write_text("The garden opens at noon.\n")
    alcove("sync")
    result = alcove("evaluate", questions)
    assert "rag: correctness is 100 points worse than before. Changed since: the documents." in (
        result.stdout
    )
    assert "Worse than the time before: rag right" in " ".join(
        alcove("evaluate", "--history").stdout.split()
    )
    [history] = lines(alcove("evaluate", "--history", "--json"))
    assert history["evaluations"][0]["shifts"][0]["because"] == ["the documents"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--history", "--thumbs"],
        ["q.jsonl", "--modes", "fast"],
        ["q.jsonl", "--modes", ""],
        ["q.jsonl", "--column", "nameless"],
        ["q.jsonl", "--modes", "rag", "--column", "rag: mode=plain"],
        ["q.jsonl", "--fail-under", "f1"],
    ],
)
def test_wrong_usage(alcove: Callable[..., Result], arguments: list[str]) -> None:
    assert alcove("evaluate", *arguments).exit_code == 2


def test_known_errors_are_told(alcove: Callable[..., Result], tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("\n")
    for arguments in ([empty], [tmp_path / "none.jsonl"], ["--thumbs"], ["--show", "7"]):
        result = alcove("evaluate", *arguments, "--json")
        assert result.exit_code == 1
        assert lines(result)[0]["error"]["message"]


def test_why_is_shown(alcove: Callable[..., Result], documents: Path) -> None:
    alcove("add", documents)
    question = "When does the ferry to Odell Island leave?"
    [value] = lines(alcove("ask", question, "--why", "--json"))
    assert value["why"]["passages"][0]["use"] == "cited"
    assert {step["name"] for step in value["why"]["steps"]} >= {"search", "write"}
    assert "why" not in lines(alcove("ask", question, "--json"))[0]
    shown = alcove("ask", question, "--why").stdout
    assert "ferry.md" in shown
    assert "words" in shown
    assert "search" in shown


def test_what_is_said_of_an_answer_in_a_chat_is_asked_again(
    alcove: Callable[..., Result], documents: Path
) -> None:
    alcove("add", documents)
    said = (
        "/good\nWhen does the ferry to Odell Island leave?\n/good\n/bad\n/correct\n"
        "/correct At 07:40, from pier four.\n"
    )
    early, _, good, bad, empty, corrected = lines(alcove("chat", "--json", input=said))
    assert early["error"]["code"] == empty["error"]["code"] == "bad_input"
    assert good == {"rating": "good", "correction": ""}
    assert bad == {"rating": "bad", "correction": ""}
    assert corrected == {"rating": "bad", "correction": "At 07:40, from pier four."}
    [value] = lines(alcove("evaluate", "--thumbs", "--json"))
    assert value["modes"]["rag"]["f1"]["value"] > 0
    talk = "Which pier?\n/good\n/unrate\n"
    assert "taken back" in alcove("chat", input=talk).stdout


@pytest.fixture
def of_either_kind(tmp_path: Path) -> Path:
    path = tmp_path / "calibrate.jsonl"
    rows = [{"question": "When does the ferry to Odell Island leave?", "answers": ["07:40"]}] * 10
    rows += [{"question": f"Who was king {n} of Spain?", "unanswerable": True} for n in range(10)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{broken\n")
    return path


def test_a_calibration_tells_what_it_is_for_and_what_it_costs(
    alcove: Callable[..., Result], documents: Path, of_either_kind: Path
) -> None:
    alcove("add", documents)
    result = alcove("evaluate", "--calibrate", of_either_kind, "--json")
    assert result.exit_code == 0, result.output
    [value] = lines(result)
    assert (value["model"], value["adapters"], value["left_out"]) == ("scripted", [], 0)
    assert (value["answerable"], value["unanswerable"]) == (10, 10)
    assert value["curve"][-1] == [1.0, 1.0]
    told = alcove("evaluate", "--calibrate", of_either_kind)
    assert "Line 21" in told.stderr
    assert "of 100 answerable questions" in told.stdout
    [taken] = lines(alcove("evaluate", "--calibrate", "--reset", "--json"))
    assert taken == {"reset": True}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--calibrate", "--modes", "plain"),
        ("--calibrate", "--modes", "rag,both"),
        ("--calibrate", "--adapter", "x", "--modes", "rag"),
        ("--adapter", "x", "QUESTIONS"),
    ],
)
def test_a_calibration_in_no_way_of_answering_is_wrong_usage(
    alcove: Callable[..., Result], questions: Path, arguments: tuple[str, ...]
) -> None:
    given = [questions if each == "QUESTIONS" else each for each in arguments]
    result = alcove("evaluate", *given)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_what_an_adapter_answered_alone_is_asked_of_no_document(
    alcove: Callable[..., Result], tmp_path: Path
) -> None:
    base = write_base(tmp_path / "base.gguf", template="{{ messages }}")
    labels = write_adapter(tmp_path / "l.gguf", base, task="classification")
    home = open_profile(tmp_path / "profile")
    tuned = Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(),
        chat_model=AdaptableChatModel(base, "refund"),
    )  # fmt: skip
    try:
        talk = tuned.create_conversation("Post").id
        asked = tuned.ask(
            "Where is my money?", mode="tuned", adapters=[Adapter(labels)], conversation_id=talk
        )
        drain(asked)
        tuned.feedback.rate(tuned.messages(talk)[-1].id, True)
    finally:
        tuned.close()
    result = alcove("evaluate", "--thumbs", "--json")
    error = lines(result)[0]["error"]
    assert "1 rated answer is left out: it was given without documents" in error["message"]
    assert "--modes plain,tuned" in error["hint"]


@pytest.mark.parametrize("way", [("--export",), ("--calibrate", "--report")])
def test_a_folder_that_is_not_there_is_told_before_anything_is_asked(
    alcove: Callable[..., Result], questions: Path, tmp_path: Path, way: tuple[str, ...]
) -> None:
    result = alcove("evaluate", questions, *way, tmp_path / "none" / "r.html", "--json")
    assert result.exit_code == 1
    [value] = lines(result)
    assert "no such folder" in value["error"]["message"]


def test_too_few_questions_are_told_before_they_are_asked(
    alcove: Callable[..., Result], documents: Path, questions: Path, model: ScriptedChatModel
) -> None:
    alcove("add", documents)
    asked = len(model.prompts)
    result = alcove("evaluate", "--calibrate", questions, "--json")
    assert result.exit_code == 1
    [value] = lines(result)
    assert "there are 2 and 0" in value["error"]["message"]
    assert value["error"]["hint"]
    assert len(model.prompts) == asked
    [value] = lines(alcove("evaluate", "--calibrate", questions, "--library", "No", "--json"))
    assert value["error"]["code"] == "not_found"
