"""A training on the Teach page: live, steered, found again, its result; the loop; adapters."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.teach import closing
from desktop.teach.loss_plot import smooth
from desktop.theme.theme import Theme
from engine.progress import drain
from tests.desktop import models_stage, teach_stage
from tests.desktop.teach_stage import TeachStage, labelled
from tests.lora import write_adapter

pytestmark = pytest.mark.window
Make = Callable[..., TeachStage]


@pytest.fixture
def make(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    stages: list[TeachStage] = []

    def open_(**how: str) -> TeachStage:
        for each in stages:
            teach_stage.close(each)
        stages.clear()
        stages.append(teach_stage.stage(qtbot, theme, tmp_path, monkeypatch, **how))
        return stages[0]

    yield open_
    for each in stages:
        teach_stage.close(each)


def begin(stage: TeachStage, tmp_path: Path) -> None:
    stage.checked(labelled(tmp_path / "labels.csv"))
    stage.page.check.start_button.click()


def test_a_training_is_watched_to_its_result_and_the_adapter_used(
    make: Make, tmp_path: Path
) -> None:
    stage = make()
    page = stage.page
    stage.hold.touch()
    begin(stage, tmp_path)
    stage.until(lambda: page.training.look.step == 3)
    live = page.live
    assert page.stack.currentWidget() is live
    assert live.step.value.text().startswith("3 of ")
    assert live.speed.value.text() == "120 tokens/s"
    assert live.memory.value.text() == "900 MB"
    assert live.plot.losses[0] == (1, 3.0)
    assert live.plot.held_out == ((0, 3.0),)
    assert "about a minute" in live.log.toPlainText()
    assert stage.window.foot.job.text().startswith("Training Classify")
    page.go("purpose")
    assert not page.purpose.loop.isVisible()
    page.go("train")
    stage.hold.unlink()
    stage.until(lambda: page.result.result is not None)
    result = page.result
    assert page.step == "result"
    assert result.result is not None
    assert result.result.decision is not None
    assert "never saw" in result.sentence.text()
    assert result.plot.losses == live.plot.losses
    assert result.use.isVisible()
    result.use.click()
    stage.until(lambda: result.in_use)
    [used] = stage.assistant.teaching.adapters.in_use()
    assert used.path == result.result.file
    assert stage.window.foot.job.text() == ""
    result.off.click()
    stage.until(lambda: not result.in_use)
    assert stage.assistant.teaching.adapters.in_use() == ()


def test_it_waits_goes_on_stops_and_keeps_its_place(make: Make, tmp_path: Path) -> None:
    stage = make()
    page, live = stage.page, stage.page.live
    stage.hold.touch()
    begin(stage, tmp_path)
    stage.until(lambda: page.training.look.step == 3)
    live.pause.click()
    stage.until(lambda: page.training.look.state == "paused")
    assert live.pause.text().strip() == "Go on"
    live.pause.click()
    stage.until(lambda: page.training.look.state == "training")
    live.stop.click()
    stage.until(lambda: page.training.look.state == "stopped")
    assert "nothing is lost" in live.title.text()
    page.go("purpose")
    stage.idle()
    [card] = page.purpose.jobs
    assert not card.resume.isHidden()
    stage.hold.unlink()
    card.resume.click()
    stage.until(lambda: page.result.result is not None)
    assert page.result.plot.losses[-1][0] == page.result.result.report["outcome"]["steps"]


def test_one_that_is_no_better_is_kept_aside_with_the_reason(make: Make, tmp_path: Path) -> None:
    stage = make(tuned="No idea.")
    begin(stage, tmp_path)
    stage.until(lambda: stage.page.result.result is not None)
    result = stage.page.result
    assert "kept aside" in result.title.text()
    assert "not better" in result.sentence.text()
    assert result.use.text().strip() == "Use it anyway"
    stage.page.go("purpose")
    stage.idle()
    [card] = stage.page.purpose.taught
    assert card.state.text() == "Kept aside"
    assert "not better" in card.reason.text()


def test_past_adapters_are_switched_reported_rolled_back_and_removed(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make()
    begin(stage, tmp_path)
    stage.until(lambda: stage.page.result.result is not None)
    page = stage.page
    page.go("purpose")
    stage.idle()
    page.purpose.taught[0].use.click()
    stage.until(lambda: page.purpose.taught[0].state.text() == "In use")
    page.purpose.taught[0].off.click()
    stage.until(lambda: page.purpose.taught[0].state.text() != "In use")
    page.purpose.back.click()
    stage.until(lambda: page.purpose.taught[0].state.text() == "In use")
    stage.idle()
    second = stage.assistant.profile.adapters / "second.gguf"
    write_adapter(second, tmp_path / "base.gguf", name="Second", seed=9)
    page.adapters.use(str(second))
    stage.until(lambda: page.purpose.notice is not None)
    told = page.purpose.notice
    assert told is not None
    assert "made room" in told.message.text()
    page.purpose.back.click()
    stage.until(lambda: page.purpose.taught[0].state.text() == "In use")
    stage.idle()
    page.purpose.taught[0].report.click()
    assert page.step == "result"
    assert page.result.in_use
    assert page.result.samples_head.isVisible()
    page.go("purpose")
    stage.idle()
    asked = models_stage.answering(monkeypatch)
    page.purpose.taught[0].remove.click()
    stage.until(lambda: not page.purpose.taught)
    assert asked.questions
    assert stage.assistant.teaching.adapters.in_use() == ()


def test_closing_asks_and_the_next_window_finds_the_training_again(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make()
    stage.hold.touch()
    begin(stage, tmp_path)
    stage.until(lambda: stage.page.training.look.step == 3)
    choices: list[closing.Choice] = ["stay", "background"]
    monkeypatch.setattr(closing, "ask", lambda *_: choices.pop(0))
    assert not stage.window.close()
    assert stage.page.training.running
    assert stage.window.close()
    stage.assistant.close()
    stage.closed = True
    job = stage.page.training.job
    assert job is not None
    assert stage.assistant.teaching.jobs.card(job).state == "training"
    process = stage.assistant.teaching.jobs._started.pop(job)
    again = teach_stage.stage(stage.qtbot, stage.theme, tmp_path, monkeypatch)
    try:
        again.until(lambda: again.page.training.look.step == 3)
        again.window.go("teach")
        assert again.page.stack.currentWidget() is again.page.live
        again.hold.unlink()
        again.until(lambda: again.page.result.result is not None)
        assert process.wait(60) == 0
    finally:
        teach_stage.close(again)
        stage.window.deleteLater()


def test_a_training_of_the_terminal_is_found(make: Make, tmp_path: Path) -> None:
    stage = make()
    stage.hold.touch()
    teaching = stage.assistant.teaching
    plan = teaching.jobs.plan(teach_stage.examples(tmp_path / "e.jsonl", 12, "kept"))
    drain(teaching.jobs.begin(plan))
    stage.until(lambda: teaching.jobs.card(plan.folder.root).state == "training")
    stage.page.reload()
    stage.until(lambda: stage.page.training.look.step == 3)
    assert stage.page.training.job == plan.folder.root


def test_closing_may_stop_it(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = make()
    stage.hold.touch()
    begin(stage, tmp_path)
    stage.until(lambda: stage.page.training.look.step == 3)
    monkeypatch.setattr(closing, "ask", lambda *_: "stop")
    job = stage.page.training.job
    assert job is not None
    process = stage.assistant.teaching.jobs._started[job]
    assert stage.window.close()
    assert process.wait(60) == 130
    assert stage.assistant.teaching.jobs.card(job).state == "stopped"


def test_the_question_on_closing_names_three_ways(qtbot: QtBot, theme: Theme) -> None:
    box = closing.ClosingQuestion(theme, "House")
    qtbot.addWidget(box)
    box.reject()
    assert box.choice == "stay"
    box.stop.click()
    assert box.choice == "stop"
    box.yes.click()
    assert box.choice == "background"
    assert "House" in box.accessibleName()


def correct(stage: TeachStage, count: int) -> None:
    for number in range(count):
        talk = stage.assistant.create_conversation("Texts")
        question = f"What does Text {number} of the harbour say?"
        drain(stage.assistant.ask(question, conversation_id=talk.id, mode="plain"))
        stage.assistant.feedback.correct(stage.assistant.messages(talk.id)[-1].id, "refund")


def test_corrections_are_learnt_with_one_click(make: Make, tmp_path: Path, documents: Path) -> None:
    stage = make()
    page = stage.page
    (documents / "texts.md").write_text(
        "\n\n".join(f"Text {n} of the harbour says refund." for n in range(24)), "utf-8"
    )
    drain(stage.assistant.add([documents]))
    correct(stage, 2)
    page.reload()
    stage.idle()
    assert page.purpose.loop.title.text().endswith("since the last adapter")
    assert page.purpose.loop.button.isHidden()
    correct(stage, 24)
    page.reload()
    stage.idle()
    waiting = stage.assistant.teaching.loop.waiting()
    assert page.purpose.loop.title.text() == waiting.words
    page.purpose.loop.button.click()
    stage.until(lambda: page.result.result is not None or page.purpose.notice is not None)
    assert page.purpose.notice is None
    stage.idle()
    decision = page.result.result.decision if page.result.result is not None else None
    assert decision is not None
    assert decision.questions == waiting.measured
    assert decision.adopt == bool(stage.assistant.teaching.adapters.in_use())
    assert page.result.in_use == decision.adopt
    page.go("purpose")
    stage.idle()
    assert page.purpose.loop.isHidden()


def test_a_loop_that_ended_without_a_window_is_brought_to_its_end(
    make: Make, tmp_path: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make()
    drain(stage.assistant.add([documents]))
    teaching = stage.assistant.teaching
    file = teach_stage.examples(tmp_path / "e.jsonl", 12, "kept")
    plan = teaching.jobs.plan(file, job=teaching.jobs.root / "answers-1", looped=True)
    drain(teaching.jobs.train(plan))
    teach_stage.close(stage)
    again = teach_stage.stage(stage.qtbot, stage.theme, tmp_path, monkeypatch)
    try:
        again.until(lambda: again.page.result.result is not None)
        assert again.assistant.teaching.jobs.card(plan.folder.root).compared
    finally:
        teach_stage.close(again)


def test_what_cannot_be_learnt_yet_is_told(make: Make) -> None:
    stage = make()
    stage.page.planning.loop()
    stage.until(lambda: stage.page.purpose.notice is not None)
    assert stage.page.purpose.notice is not None
    assert "nothing new to learn" in stage.page.purpose.notice.message.text()


def test_the_line_of_the_plot_is_calm() -> None:
    smoothed = smooth(tuple((n, 10.0 if n % 2 else 0.0) for n in range(1, 40)))
    assert smoothed[0] == (1, 10.0)
    assert abs(smoothed[-1][1] - smoothed[-2][1]) < 2
    assert smooth(()) == ()


def test_a_window_without_a_training_closes_at_once(make: Make) -> None:
    window: MainWindow = make().window
    assert window.close()
