"""Evaluations over a real vault, with the two fakes at the seams."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import CancelledError, InputError, ModelCrashedError
from engine.evaluate import page
from engine.evaluate.questions import Question
from engine.paths import open_profile
from engine.progress import CancelToken, drain
from engine.store.connect import Vault
from tests.engine.retrieve.test_understanding import PiecesEmbedder
from tests.fakes import HashingEmbedder, ScriptedChatModel

QUESTIONS = (
    Question(1, "When does the ferry to Odell Island leave?", ("07:40",), documents=("ferry.md",)),
    Question(2, "What colour is the lighthouse keeper's bicycle in Paris?", unanswerable=True),
)


@pytest.fixture
def model() -> ScriptedChatModel:
    return ScriptedChatModel("At seven, I think.")


@pytest.fixture
def assistant(tmp_path: Path, model: ScriptedChatModel) -> Iterator[Assistant]:
    home = open_profile(tmp_path / "profile")
    made = Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=model)
    (tmp_path / "ferry.md").write_text(
        "# Ferries\n\nThe ferry to Odell Island leaves at 07:40 from pier four.\n"
    )
    drain(made.add([tmp_path / "ferry.md"]))
    yield made
    made.close()


def test_both_ways_are_measured_and_kept(assistant: Assistant) -> None:
    done = drain(assistant.evaluation.run(QUESTIONS, modes=("plain", "rag"), source="mine"))
    plain, rag = done.summaries
    assert (plain.mode, rag.mode) == ("plain", "rag")
    assert plain.scores["em"].value == 0
    assert rag.scores["hit@1"].value == 1
    assert "questions are too few" in done.verdict
    [stored] = assistant.evaluation.history()
    assert stored.finished_at is not None
    assert stored.setting["model"] == "scripted"
    assert stored.setting["questions_from"] == "mine"
    opened = assistant.evaluation.opened(done.id)
    assert opened.outcomes == done.outcomes
    assert opened.verdict == done.verdict


def test_an_interrupted_one_goes_on_where_it_was(
    assistant: Assistant, model: ScriptedChatModel
) -> None:
    run = assistant.evaluation.run
    model.crash_after = 0
    asked = len(model.prompts)
    with pytest.raises(ModelCrashedError):
        drain(run(QUESTIONS, modes=("plain",)))
    cancel = CancelToken()
    work = run(QUESTIONS, modes=("plain",), cancel=cancel)
    for step in work:
        if step.stage.startswith("asking") and step.done == 1:
            cancel.cancel()
            break
    with pytest.raises(CancelledError):
        drain(work)
    [stored] = assistant.evaluation.history()
    assert stored.finished_at is None
    before = len(model.prompts)
    assert before > asked
    done = drain(run(QUESTIONS, modes=("plain",)))
    assert done.id == stored.id
    assert len(model.prompts) == before + 1  # only the second question was asked
    assert done.summaries[0].questions == 2


def test_a_finished_one_is_measured_anew(assistant: Assistant) -> None:
    first = drain(assistant.evaluation.run(QUESTIONS))
    again = drain(assistant.evaluation.repeat(first.id))
    assert again.id != first.id
    assert again.setting == first.setting
    assistant.evaluation.forget(first.id)
    assert [each.id for each in assistant.evaluation.history()] == [again.id]


def test_one_question_that_cannot_be_asked_does_not_end_it(assistant: Assistant) -> None:
    done = drain(assistant.evaluation.run([*QUESTIONS, Question(3, "why " * 5000)]))
    assert done.summaries[0].failed == 1
    assert done.outcomes[2].error
    assert "cannot" in done.outcomes[2].error or done.outcomes[2].error


def test_an_adapter_that_is_not_there_is_told(assistant: Assistant) -> None:
    with pytest.raises(InputError, match="adapter"):
        drain(assistant.evaluation.run(QUESTIONS, modes=("tuned",)))
    with pytest.raises(InputError, match="no question"):
        drain(assistant.evaluation.run([]))


def test_the_report_stands_alone_and_hides_no_markup(assistant: Assistant) -> None:
    asked = Question("<b>", "Is <script>alert(1)</script> in the ferry's timetable?", ("<i>",))
    shown = page.html(drain(assistant.evaluation.run([*QUESTIONS, asked])))
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "http://" not in shown.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in shown
    assert shown.count("<svg") >= 3


def test_why_tells_what_was_found_and_decided(assistant: Assistant) -> None:
    answer = drain(assistant.ask(QUESTIONS[0].question))
    why = answer.why
    assert why is not None
    assert why.asked == QUESTIONS[0].question
    assert why.passages[0].path.endswith("ferry.md")
    assert why.passages[0].use == "cited"
    assert why.passages[0].found_by in ("both", "words", "meaning")
    assert why.probability is not None
    assert why.threshold is not None
    assert [step.name for step in why.steps] == ["search", "weigh", "decide", "write"]
    assert dict(why.signals)["meaning"] == pytest.approx(why.passages[0].meaning)
    plain = drain(assistant.ask(QUESTIONS[0].question, mode="plain"))
    assert plain.why is None


def test_questions_are_made_from_the_library_and_come_back(
    assistant: Assistant, tmp_path: Path
) -> None:
    folder = tmp_path / "boats"
    folder.mkdir()
    for number in range(12):
        place = ("Odell", "Tarrow", "Venn", "Hollin")[number % 4] + str("abc"[number // 4])
        (folder / f"{number}.txt").write_text(
            f"The old boat yard at {place} was founded by a carpenter in {1900 + 7 * number}.\n"
        )
    drain(assistant.add([folder]))
    done = drain(assistant.evaluation.generate(4, unanswerable=6))
    made = [question for question in done.questions if not question.unanswerable]
    assert 0 < len(made) <= 4
    assert done.tried >= len(made)
    again = drain(assistant.evaluation.run(made))
    assert again.summaries[0].scores["contains"].value == 1
    assert sum(question.unanswerable for question in done.questions) == 6


def test_a_calibration_is_used_until_it_is_taken_back(assistant: Assistant) -> None:
    asked = [
        Question(number, "When does the ferry to Odell Island leave?", ("07:40",))
        for number in range(10)
    ] + [
        Question(number, f"Who was king {number} of Spain?", unanswerable=True)
        for number in range(10)
    ]
    assert drain(assistant.ask(asked[0].question)).why.calibrated is False  # type: ignore[union-attr]
    found = drain(assistant.evaluation.calibrate(asked, coverage=1.0))
    assert found.refused == 0
    why = drain(assistant.ask(asked[0].question)).why
    assert why is not None
    assert why.calibrated
    assert why.threshold == pytest.approx(found.judge.threshold)
    assert drain(assistant.evaluation.reset_calibration())
    assert not drain(assistant.evaluation.reset_calibration())
    assert drain(assistant.ask(asked[0].question)).why.calibrated is False  # type: ignore[union-attr]
    with pytest.raises(InputError, match="at least"):
        drain(assistant.evaluation.calibrate(asked[:5]))


def test_why_tells_which_words_were_put_right(tmp_path: Path) -> None:
    home = open_profile(tmp_path / "other")
    made = Assistant(
        home, Vault.open(home.vault), embedder=PiecesEmbedder(), chat_model=ScriptedChatModel("x")
    )
    (tmp_path / "law.md").write_text("# Law\n\nThe liability of the landlord is limited.\n")
    drain(made.add([tmp_path / "law.md"]))
    answer = drain(made.ask('What is the liabilty of "the landlord"?'))
    made.close()
    assert answer.why is not None
    assert answer.why.corrections == (("liabilty", "liability"),)
    assert answer.why.phrases == ("the landlord",)
    assert "liability" in answer.why.asked
