"""Comparisons over a real vault, with the two fakes at the seams."""

import csv
import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import CancelledError, InputError, ModelCrashedError, NotFoundError
from engine.evaluate import export, page
from engine.evaluate.columns import Column, of_modes, parsed
from engine.evaluate.considered_tables import tables
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.floors import fallen_under
from engine.evaluate.measure import Result
from engine.evaluate.questions import Question
from engine.formats import examples, job
from engine.formats.examples import Example
from engine.model_types import Message
from engine.paths import open_profile
from engine.progress import CancelToken, drain
from engine.retrieve.retrieve import Retriever
from engine.services import adapter_origin
from engine.services.encoders import Encoders
from engine.services.keeper import ChatModelKeeper
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.teach.made import MadeCard
from tests.fakes import AdaptableChatModel, HashingEmbedder
from tests.lora import write_adapter, write_base

QUESTIONS = (
    Question(1, "When does the ferry to Odell Island leave?", ("07:40",), documents=("ferry.md",)),
    Question(2, "How many steps has the lighthouse at Tarrow?", ("212",), documents=("light.md",)),
    Question(3, "What colour is the lighthouse keeper's bicycle in Paris?", unanswerable=True),
)
RAG_AND_PLAIN = of_modes(["plain", "rag"])


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "disk").mkdir()
    return write_base(tmp_path / "disk" / "base.gguf", template="{{ messages }}")


@pytest.fixture
def model(base: Path) -> AdaptableChatModel:
    return AdaptableChatModel(base, "At seven, I think.")


@pytest.fixture
def assistant(tmp_path: Path, model: AdaptableChatModel, base: Path) -> Iterator[Assistant]:
    home = open_profile(tmp_path / "profile")
    made = Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=model)
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "ferry.md").write_text(
        "# Ferries\n\nThe ferry to Odell Island leaves at 07:40 from pier four.\n"
    )
    (folder / "light.md").write_text(
        "# Lighthouses\n\nThe lighthouse at Tarrow has 212 steps and a red lamp.\n"
    )
    drain(made.add([folder]))
    made.model_jobs.add(base)
    yield made
    made.close()


@pytest.fixture
def base_answers(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripted model is the one that the base file belongs to."""
    monkeypatch.setattr(ChatModelKeeper, "file_of", lambda self, name: base)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every search that is really made."""
    seen: list[str] = []
    search = Retriever.search

    def counted(self: Retriever, question: str, **more: object) -> object:
        seen.append(question)
        return search(self, question, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Retriever, "search", counted)
    return seen


def run(assistant: Assistant, columns: list[Column], **more: object) -> Evaluated:
    return drain(assistant.comparison.run(QUESTIONS, columns, **more))  # type: ignore[arg-type]


def results(work: object) -> list[Result]:
    return [event for event in work if isinstance(event, Result)]  # type: ignore[attr-defined]


def test_columns_are_judged_side_by_side_and_opened_again(assistant: Assistant) -> None:
    done = run(assistant, RAG_AND_PLAIN)
    assert [each.column for each in done.considered] == ["plain", "rag"]
    plain, rag = done.considered
    assert rag.correctness["fact"]["right"].value == 1
    assert plain.correctness["fact"]["right"].value == 0
    assert rag.traceability["verified"].value == 1
    assert plain.traceability["verified"].value == 0
    assert rag.cost.library_bytes > 0
    assert plain.cost.library_bytes == 0
    assert (plain.cost.training_s, plain.cost.indexing_s) == (0, 0)
    assert {each.rule for each in done.reasons} >= {"use", "retrieval", "traceability", "few"}
    opened = assistant.comparison.opened(done.id)
    assert (opened.verdict, opened.outcomes) == (done.verdict, done.outcomes)
    assert opened.considered == done.considered
    shown = page.html(opened)
    assert "<script" not in shown
    assert "They disagree" in shown
    assert shown.count("<svg") == 2
    assert "At seven, I think." in shown


def test_another_column_asks_only_what_is_new(
    assistant: Assistant, model: AdaptableChatModel
) -> None:
    run(assistant, RAG_AND_PLAIN[:1])
    asked = len(model.prompts)
    wordy = parsed("wordy: mode=plain, temperature=0.5")
    done = drain(assistant.comparison.run(QUESTIONS, [*RAG_AND_PLAIN, wordy]))
    assert len(model.prompts) == asked + len(QUESTIONS)
    assert model.samplings[-1].temperature == 0.5
    assert {each.temperature for each in model.samplings[:asked]} == {0.0}
    again = results(assistant.comparison.run(QUESTIONS, [*RAG_AND_PLAIN, wordy]))
    assert all(each.kept for each in again)
    assert len(model.prompts) == asked + len(QUESTIONS)
    renamed = run(assistant, [Column("alone", "plain"), Column("other", "plain")])
    assert len(model.prompts) == asked + len(QUESTIONS)
    assert {each.mode for each in renamed.outcomes} == {"alone", "other"}
    assert "ways are right equally often" in renamed.verdict
    run(assistant, RAG_AND_PLAIN[:1], anew=True)
    assert len(model.prompts) == asked + 2 * len(QUESTIONS)
    assert done.columns[2].name == "wordy"
    assert [each for each in done.notes if "measured earlier" in each] == [
        "The seconds of plain were measured earlier, when this machine may have had more or less "
        "to do; --anew measures all of them again."
    ]
    assert not any("measured earlier" in each for each in renamed.notes)


def test_changed_documents_are_asked_again_and_the_model_alone_is_not(
    assistant: Assistant, tmp_path: Path
) -> None:
    run(assistant, RAG_AND_PLAIN)
    (tmp_path / "papers" / "new.md").write_text("The bus to Venn leaves at noon.\n")
    drain(assistant.sync())
    kept = {(each.outcome.mode, each.kept)
            for each in results(assistant.comparison.run(QUESTIONS, RAG_AND_PLAIN))}  # fmt: skip
    assert kept == {("plain", True), ("rag", False)}


def test_a_search_is_made_once_for_all_columns(assistant: Assistant, searches: list[str]) -> None:
    two = [Column("one", "rag"), parsed("two: mode=rag, temperature=0.3")]
    done = run(assistant, two)
    assert sorted(searches) == sorted(each.question for each in QUESTIONS)
    one, other = (
        next(each for each in done.outcomes if each.mode == name) for name in ("one", "two")
    )
    assert one.retrieve_s == other.retrieve_s
    assert other.total_s >= other.retrieve_s  # as if it had searched alone
    assert other.scores["hit@1"] == 1


def test_what_was_there_when_it_ended_is_not_asked_again(
    assistant: Assistant, model: AdaptableChatModel
) -> None:
    work = assistant.comparison.run(QUESTIONS, RAG_AND_PLAIN[:1], cancel=(cancel := CancelToken()))
    for event in work:
        if isinstance(event, Result):
            assert event.left_s is not None
            cancel.cancel()
            break
    with pytest.raises(CancelledError):
        drain(work)
    model.crash_after = 0
    with pytest.raises(ModelCrashedError):
        run(assistant, RAG_AND_PLAIN[:1])
    before = len(model.prompts)
    done = run(assistant, RAG_AND_PLAIN[:1])
    assert len(model.prompts) == before + 2
    assert [each.id for each in assistant.comparison.history()] == [done.id]


def test_another_encoder_reads_a_copy_and_only_where_something_is_to_be_asked(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = HashingEmbedder(32, model_id="other")
    opened = Encoders.open
    monkeypatch.setattr(Encoders, "open", lambda self, name: other if name else opened(self, name))
    folder = tmp_path / "encoder"
    folder.mkdir()
    columns = [Column("rag"), Column("other", "rag", encoder=str(folder))]
    done = run(assistant, columns)
    assert other.embedded >= 2  # both documents, in the copy
    assert {each.mode for each in done.outcomes} == {"rag", "other"}
    found = [each for each in done.outcomes if each.mode == "other"]
    assert found[0].citations
    assert not list(assistant.profile.vault.parent.glob("compare-*"))
    assert assistant.search("ferry").hits  # the user's own library serves with its own encoder
    before = other.embedded
    again = results(assistant.comparison.run(QUESTIONS, columns))
    assert all(each.kept for each in again)
    assert other.embedded == before
    with pytest.raises(NotFoundError, match="no encoder"):
        run(assistant, [Column("none", "rag", encoder="nowhere")])


def test_changed_facts_are_followed_by_those_who_read(assistant: Assistant) -> None:
    done = run(assistant, RAG_AND_PLAIN, changed_facts=5)
    plain, rag = done.considered
    assert rag.freshness["follows"].value == 1
    assert rag.freshness["stale"].value == 0
    assert plain.freshness["follows"].value == 0
    assert rag.freshness["follows"].n == 2
    assert assistant.comparison.opened(done.id).freshness == done.freshness
    hits = assistant.search(QUESTIONS[0].question).hits
    assert "07:40" in hits[0].passage.text  # the user's own library is as it was
    assert not list(assistant.profile.vault.parent.glob("compare-*"))
    kept = results(assistant.comparison.run(QUESTIONS, RAG_AND_PLAIN, changed_facts=5))
    assert all(each.kept for each in kept)
    assert len(kept) == 2 * 3 + 2


def test_four_columns_and_what_was_learnt_is_left_out(
    assistant: Assistant, base: Path, base_answers: None, tmp_path: Path
) -> None:
    folder = job.JobFolder(tmp_path / "job")
    job.write_spec(folder, job.JobSpec(base, folder.root / "examples.jsonl"))
    learnt = Message("user", "how many steps has the LIGHTHOUSE at Tarrow")
    examples.write(folder.root / "examples.jsonl", [Example((learnt, Message("assistant", "9")))])
    folder.report.write_text(json.dumps({"outcome": {"seconds": 90.0}}))
    adapter = write_adapter(folder.root / "tone.gguf", base)
    columns = [Column("plain", "plain"), Column("rag"),
               Column("tuned", "tuned", adapters=((str(adapter), 1.0),)),
               Column("both", "both", adapters=((str(adapter), 0.5),))]  # fmt: skip
    done = run(assistant, columns)
    assert [leak.question.id for leak in done.leaks] == [2]
    assert {each.question.id for each in done.outcomes} == {1, 3}
    assert "left out" in done.notes[0]
    assert {each.column: each.cost.training_s for each in done.considered} == {
        "plain": 0, "rag": 0, "tuned": 90, "both": 90,
    }  # fmt: skip
    assert done.considered[2].cost.adapter_bytes == adapter.stat().st_size
    with pytest.raises(InputError, match="asks without"):
        run(assistant, [Column("odd", "rag", adapters=((str(adapter), 1.0),))])


def test_what_an_adapter_of_this_profile_learnt_from_is_known(
    assistant: Assistant, base: Path, base_answers: None, tmp_path: Path
) -> None:
    jobs, adapters = assistant.profile.teaching, assistant.profile.adapters
    folder = job.JobFolder(jobs / "tone-1")
    job.write_spec(folder, job.JobSpec(base, folder.root / "examples.jsonl"))
    first, second = [each.path for each in assistant.documents()][:2]
    sources = [f"{first}, page 1", f"{first}, page 2", second, "/gone/away.md", "conversation 3"]
    taught = [
        Example((Message("user", f"Say {n}"), Message("assistant", "x")), source=source)
        for n, source in enumerate(sources)
    ]
    examples.write(folder.root / "examples.jsonl", taught)
    adapters.mkdir()
    made = write_adapter(folder.root / "tone.gguf", base, name="House style", task="tone")
    report = {"outcome": {"seconds": 90.0}}
    card = MadeCard("House style", "", job=str(folder.root), made_at=time.time(), report=report)
    file = assistant.teaching.jobs.made.take(made, card)
    made.unlink()

    column = Column("tuned", "tuned", adapters=((str(file), 1.0),))
    done = run(assistant, [Column("plain", "plain"), column])
    (learnt,) = done.considered[1].learnt
    assert (learnt.examples, learnt.documents, learnt.changed) == (5, 3, 1)
    assert done.considered[0].learnt == ()
    day = time.strftime("%Y-%m-%d")
    words = f"House style was taught on {day} from 5 examples out of 3 documents; 1 of them has"
    assert any(note.startswith(words) for note in done.notes)
    assert not any("cannot be checked" in note for note in done.notes)
    assert done.considered[1].cost.training_s == 90
    (freshness,) = [each for each in tables(done.considered) if each.title == "Freshness"]
    assert [(row.name, row.words()) for row in freshness.rows] == [
        ("documents learnt from", ["–", "3"]), ("of those changed since", ["–", "1"]),
    ]  # fmt: skip
    assert assistant.comparison.opened(done.id).considered == done.considered
    assert "out of 3 documents" in page.html(done)
    told = done.as_json()["considered"]["tuned"]["freshness"]["learnt"]
    assert [each["documents"] for each in told] == [3]

    # A profile that was moved knows its own jobs; one whose job is gone knows what its card says.
    jobs.rename(tmp_path / "elsewhere")
    assert adapter_origin.learnt(file, Documents(assistant._vault)) is None
    assert adapter_origin.training_s(file) == 90
    card = replace(card, file=file.name, job="/home/before/teaching/tone-1")
    assistant.teaching.jobs.made.put(card)
    (tmp_path / "elsewhere").rename(jobs)
    assert adapter_origin.job_of(file) == folder


def test_an_adapter_of_unknown_origin_is_told(
    assistant: Assistant, base: Path, base_answers: None, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "tone.gguf", base)
    done = run(assistant, [Column("tuned", "tuned", adapters=((str(adapter), 1.0),))])
    assert any("cannot be checked" in note for note in done.notes)
    assert done.considered[0].cost.training_s is None
    assert done.considered[0].cost.setup_minutes is None


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("a: mode=tuned", "No adapter"),
        ("a: warmth=2", "no option"),
        ("a: n_ctx=512", "no option"),
    ],
)
def test_what_cannot_be_asked_is_told_before(assistant: Assistant, column: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        run(assistant, [parsed(column)])
    assert assistant.comparison.history() == []


def test_without_an_adapter_in_use_those_that_fit_are_named(
    assistant: Assistant, base: Path, base_answers: None
) -> None:
    folder = assistant.profile.adapters
    folder.mkdir(exist_ok=True)
    write_adapter(folder / "tone.gguf", base, name="House style")
    with pytest.raises(InputError, match="No adapter is in use") as there:
        run(assistant, [parsed("a: mode=tuned")])
    assert "House style" in there.value.hint.partition(". Put one in use with")[0]


def test_a_fall_since_the_last_time_is_told(
    tmp_path: Path, base: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [Question(at, f"When does ferry {at} leave?", ("seven",)) for at in range(20)]
    first = drain(assistant.comparison.run(many, RAG_AND_PLAIN[:1]))
    assert first.shifts == ()
    assert first.summaries[0].scores["right"].value == 1
    chat = AdaptableChatModel(base, "No idea.")
    assistant._keeper._model = chat
    second = drain(assistant.comparison.repeat(first.id))
    [shift] = [each for each in second.shifts if each.metric == "right"]
    assert shift.worse
    assert fallen_under(second.summaries, {"right": 0.5, "plain.f1": 0.0}) == [
        "plain: right is 0.000, under 0.5."
    ]
    with pytest.raises(InputError, match="not measured"):
        fallen_under(second.summaries, {"rag.right": 0.5})


def test_results_leave_as_a_table_that_runs_nothing(assistant: Assistant, tmp_path: Path) -> None:
    questions = [Question("=1+1", "@When does the ferry to Odell Island leave?", ("07:40",))]
    done = drain(assistant.comparison.run(questions, RAG_AND_PLAIN))
    export.write(tmp_path / "r.csv", done.outcomes, done.as_json())
    text = (tmp_path / "r.csv").read_text(encoding="utf-8-sig")
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["column"], second["column"]) == ("plain", "rag")
    assert first["id"] == "'=1+1"
    assert first["question"].startswith("'@When")
    assert second["right"] == "1.0"
    export.write(tmp_path / "r.json", done.outcomes, done.as_json())
    assert len(json.loads((tmp_path / "r.json").read_text())["results"]) == 2
    with pytest.raises(InputError, match="neither"):
        export.write(tmp_path / "r.txt", done.outcomes, {})
