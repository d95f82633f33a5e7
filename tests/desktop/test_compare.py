"""The Compare page: from questions to a verdict, stopping and going on, looking at answers."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.compare.matrix_model import DISAGREE, EVERY, WRONG
from engine.evaluate.columns import Column
from tests.desktop.compare_stage import QUESTIONS, SAID, finish, go, run, set_up, with_set
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.models_stage import answering

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def test_an_empty_page_says_what_it_is_for(qtbot: QtBot, open_window: Open) -> None:
    page = go(qtbot, open_window())
    assert page.start.stack.currentWidget() is page.start.empty
    page.start.empty.button.click()
    assert page.stack.currentWidget() is page.setup
    assert not page.setup.start.isEnabled()
    assert "Choose questions" in page.setup.estimate.text()
    assert not page.setup.none.isHidden()


def test_questions_are_asked_in_two_ways_and_judged(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(SAID, add=documents)
    page = run(qtbot, stage)
    results = page.results
    done = results.done
    assert done is not None
    assert [each.name for each in done.columns] == ["plain", "rag"]
    assert results.verdict.head.text() == done.reasons[0].text
    assert "3 questions, 2 ways" in results.told.text()
    assert results.running.isHidden()
    assert [point.name for point in results.bars.points] == ["Model alone", "Documents"]
    assert "Documents: " in results.scatter.accessibleDescription()
    model = results.matrix.matrix
    assert (model.rowCount(), model.columnCount()) == (3, 3)
    assert {*model.shown[0].answers} == {"plain", "rag"}
    results.verdict.why.click()
    assert not results.verdict.reasons.isHidden()
    results.fold.click()
    assert not results.considerations.isHidden()
    page.results.left.emit()
    qtbot.waitUntil(
        lambda: [each.past.verdict for each in page.start.cards] == [done.verdict], timeout=WAIT_MS
    )
    assert page.start.cards[0].past.source == "Harbour"


def test_filters_show_where_the_ways_disagree(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    page = run(qtbot, open_window(SAID, add=documents))
    view = page.results.matrix
    rights = {
        row.question.id: {name: found.scores.get("right") for name, found in row.answers.items()}
        for row in view.rows
    }
    apart = {id for id, each in rights.items() if len(set(each.values())) > 1}
    assert apart  # the model alone knows nothing of the harbour
    view.chips[DISAGREE].click()
    assert {row.question.id for row in view.rows} == apart
    assert view.chips[DISAGREE].text().endswith(f"  {len(apart)}")
    view.chips["unanswerable"].click()
    assert [row.question.id for row in view.rows] == [3]
    view.chips[WRONG].click()
    assert all(0.0 in rights[row.question.id].values() for row in view.rows)
    view.chips[EVERY].click()
    assert len(view.rows) == 3


def test_a_cell_opens_every_answer_to_its_question(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    page = run(qtbot, open_window(SAID, add=documents))
    table = page.results.matrix.table
    table.clicked.emit(table.model().index(0, 1))
    assert page.stack.currentWidget() is page.answers
    assert page.answers.question.text() == QUESTIONS[0].question
    assert page.answers.expected.text() == "Right: 78 crowns"
    alone, found = page.answers.cards
    assert SAID in alone.text.toPlainText()
    assert found.found is not None
    assert found.found.citations
    page.answers.after.click()
    page.answers.after.click()
    assert page.answers.place.text() == "3 of 3"
    assert not page.answers.after.isEnabled()
    assert "do not tell" in page.answers.expected.text()
    qtbot.keyClick(page.answers, "\x1b")
    assert page.stack.currentWidget() is page.results


def test_a_run_shows_answers_as_they_come_stops_and_goes_on(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(SAID, add=documents)
    page = set_up(qtbot, stage)
    page.setup.ways.boxes["rag"].setChecked(False)
    stage.model.hold_after = 1
    page.setup.start.click()
    assert page.stack.currentWidget() is page.results
    assert page.results.go_on.isHidden()
    qtbot.waitUntil(lambda: len(stage.model.prompts) == 1, timeout=WAIT_MS)
    stage.model.hold_after = None
    stage.model.released.set()
    rows = page.results.matrix.matrix
    qtbot.waitUntil(lambda: bool(rows.every[0].answers), timeout=WAIT_MS)
    finish(qtbot, page)
    assert page.results.running.cells["plain"][0].text() == "3 of 3"
    assert page.results.go_on.isHidden()

    stage.model.released.clear()
    stage.model.hold_after = 1
    page.results.again.click()
    before = len(stage.model.prompts)
    qtbot.waitUntil(lambda: len(stage.model.prompts) == before + 1, timeout=WAIT_MS)
    assert page.results.done is None
    page.results.running.stop.click()
    qtbot.waitUntil(lambda: not page.work.running, timeout=WAIT_MS)
    assert not page.results.running.stop.isEnabled()


def test_what_was_stopped_is_kept_and_gone_on_with(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(SAID, add=documents)
    with_set(stage)
    asked = stage.assistant.evaluation.sets.all()[0]
    work = stage.assistant.comparison.run(asked.questions, [Column("plain", "plain")],
                                          source=asked.name)  # fmt: skip
    seen = 0
    for event in work:  # ends after two answers, as a killed process would
        seen += hasattr(event, "outcome")
        if seen == 2:
            break
    work.close()
    page = go(qtbot, stage)
    qtbot.waitUntil(lambda: len(page.start.cards) == 1, timeout=WAIT_MS)
    assert "stopped before its end" in page.start.cards[0].accessibleName()
    page.start.cards[0].opened.emit(page.start.cards[0].past.number)
    qtbot.waitUntil(lambda: page.results.done is not None, timeout=WAIT_MS)
    assert not page.results.go_on.isHidden()
    assert "1 answer is still to come" in page.results.verdict.head.text()
    before = len(stage.model.prompts)
    page.results.go_on.click()
    qtbot.waitUntil(
        lambda: (
            not page.work.running
            and page.results.done is not None
            and len(page.results.done.outcomes) == 3
        ),
        timeout=3 * WAIT_MS,
    )
    assert len(stage.model.prompts) == before + 1


def test_a_comparison_is_forgotten_only_when_that_is_meant(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window(SAID, add=documents)
    page = run(qtbot, stage)
    page.show_start()
    qtbot.waitUntil(lambda: len(page.start.cards) == 1, timeout=WAIT_MS)
    asked = answering(monkeypatch, answer=False)
    page.start.cards[0].removed.emit(page.start.cards[0].past.number)
    assert asked.questions[0][0] == "Forget this comparison?"
    assert len(stage.assistant.comparison.history()) == 1
    asked.answer = True
    page.start.cards[0].removed.emit(page.start.cards[0].past.number)
    qtbot.waitUntil(lambda: not page.start.cards, timeout=WAIT_MS)
    assert stage.assistant.comparison.history() == []
