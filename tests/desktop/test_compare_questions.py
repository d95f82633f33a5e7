"""The Compare page: where questions come from, what is kept of them, and the ways of asking."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.compare.question_model import Place
from desktop.compare.way_dialog import WayDialog
from engine.evaluate.questions import Question, checked_questions
from tests.desktop import paced_model
from tests.desktop.compare_stage import QUESTIONS, SAID, finish, go, set_up, with_set
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def test_questions_are_written_and_kept(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window()
    page = go(qtbot, stage)
    page.show_setup()
    page.setup.sources["write"].click()
    assert page.stack.currentWidget() is page.sets
    table = page.sets.questions
    assert table.rowCount() == 1
    table.setData(table.index(0, Place.QUESTION), "When does the ferry leave?")
    table.setData(table.index(0, Place.ANSWER), "07:40 | twenty to eight")
    page.sets.add.click()
    table.setData(table.index(1, Place.QUESTION), "Who is the king of the pier?")
    table.setData(table.index(1, Place.KIND), "unanswerable")
    assert not table.setData(table.index(1, Place.KIND), "riddle")
    assert page.sets.counts.text() == "2 questions: 1 facts, 1 without an answer"
    page.sets.name.setText("Ferries")
    page.sets.keep.click()
    qtbot.waitUntil(lambda: len(page.setup.rows) == 1, timeout=WAIT_MS)
    assert page.stack.currentWidget() is page.setup
    [kept] = stage.assistant.evaluation.sets.all()
    assert (kept.name, kept.origin, kept.frozen) == ("Ferries", "written", False)
    assert kept.questions[0].answers == ("07:40", "twenty to eight")
    assert kept.questions[1].unanswerable
    assert page.setup.plan is not None
    assert page.setup.plan.set.id == kept.id


def test_a_set_wants_a_name_of_its_own_and_questions(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window()
    with_set(stage, "Harbour")
    page = go(qtbot, stage)
    page.show_setup()
    page.setup.sources["write"].click()
    page.sets.keep.click()
    qtbot.waitUntil(lambda: page.sets.notice is not None, timeout=WAIT_MS)
    assert page.sets.notice is not None
    assert "no question" in page.sets.notice.message.text()
    table = page.sets.questions
    table.setData(table.index(0, Place.QUESTION), "When?")
    page.sets.name.setText("Harbour")
    page.sets.keep.click()
    qtbot.waitUntil(
        lambda: page.sets.notice is not None and "already" in page.sets.notice.message.text(),
        timeout=WAIT_MS,
    )


def test_what_was_asked_is_frozen_and_a_copy_can_be_changed(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(SAID, add=documents)
    page = set_up(qtbot, stage)
    page.setup.ways.boxes["plain"].setChecked(False)
    page.setup.start.click()
    finish(qtbot, page)
    [kept] = stage.assistant.evaluation.sets.all()
    assert kept.frozen
    assert page.results.done is not None
    assert page.results.done.setting["questions_sha256"] == kept.sha256
    page.sources.show_set(kept.id)
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.sets, timeout=WAIT_MS)
    model = page.sets.questions
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    assert kept.sha256.startswith(page.sets.hash.text())
    page.sets.keep.click()  # a copy
    assert model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    assert page.sets.name.text() == "Harbour (copy)"
    page.sets.table.setCurrentIndex(model.index(2, 0))
    page.sets.drop.click()
    page.sets.keep.click()
    qtbot.waitUntil(lambda: len(page.setup.rows) == 2, timeout=WAIT_MS)
    assert len(stage.assistant.evaluation.sets.all()[0].questions) == 2


def test_questions_come_from_a_file_and_leave_as_one(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "quay.jsonl"
    file.write_text('{"id": 7, "question": "Wér?", "answers": ["Ann"]}\nno question\n', "utf-8")
    chosen = staticmethod(lambda *_: (str(file), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", chosen)
    stage = open_window()
    page = go(qtbot, stage)
    page.show_setup()
    page.setup.sources["file"].click()
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.sets, timeout=WAIT_MS)
    assert page.sets.name.text() == "quay"
    assert page.sets.notice is not None
    assert "1 line is no question" in page.sets.notice.message.text()
    page.sets.keep.click()
    qtbot.waitUntil(lambda: len(page.setup.rows) == 1, timeout=WAIT_MS)
    out = tmp_path / "out.jsonl"
    saved = staticmethod(lambda *_: (str(out), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", saved)
    page.setup.rows[0].saved.emit(page.setup.rows[0].set.id)
    qtbot.waitUntil(out.exists, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not stage.window.lanes.busy, timeout=WAIT_MS)
    assert checked_questions(out)[0] == [Question(7, "Wér?", ("Ann",))]


def test_questions_are_made_from_the_library_and_looked_through(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paced_model, "LARGE_BYTES", 0)  # a small model quotes what it finds
    folder = tmp_path / "boats"
    folder.mkdir()
    for number in range(12):
        place = ("Odell", "Tarrow", "Venn", "Hollin")[number % 4] + str("abc"[number // 4])
        (folder / f"{number}.txt").write_text(
            f"The old boat yard at {place} was founded by a carpenter in {1900 + 7 * number}.\n"
        )
    stage = open_window(SAID, add=folder)
    page = go(qtbot, stage)
    page.show_setup()
    page.setup.sources["library"].click()
    assert not page.setup.making.isHidden()
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.sets, timeout=6 * WAIT_MS)
    qtbot.waitUntil(page.setup.making.isHidden, timeout=WAIT_MS)
    assert "Read them" in page.sets.words.text()
    assert page.sets.questions.rowCount() >= 1
    page.sets.keep.click()
    qtbot.waitUntil(lambda: len(page.setup.rows) == 1, timeout=WAIT_MS)
    assert stage.assistant.evaluation.sets.all()[0].origin == "library"


def test_rated_answers_become_questions(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(SAID, add=documents)
    chat = stage.window.chat
    chat.composer.edit.setPlainText(QUESTIONS[1].question)
    chat.composer.button.click()
    view = chat.view.answers[-1]
    qtbot.waitUntil(lambda: view.message_id is not None, timeout=WAIT_MS)
    assert view.message_id is not None
    stage.assistant.feedback.correct(view.message_id, "behind the door")
    page = go(qtbot, stage)
    page.show_setup()
    qtbot.waitUntil(lambda: not page.setup.sources["thumbs"].isHidden(), timeout=WAIT_MS)
    page.setup.sources["thumbs"].click()
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.sets, timeout=WAIT_MS)
    [question] = page.sets.questions.questions
    assert question.answers == ("behind the door",)


def test_any_other_way_is_a_column(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(SAID, add=documents)
    page = set_up(qtbot, stage)
    ways = page.setup.ways
    ways.add.click()
    dialog = ways.dialog
    assert isinstance(dialog, WayDialog)
    dialog.yes.click()
    assert dialog.notice is not None  # a name is wanted
    dialog.name.setText("warm")
    dialog.options.setText("temperature")
    dialog.yes.click()
    assert "says nothing" in dialog.notice.message.text()
    dialog.options.setText("temperature=0.7")
    dialog.documents.setCurrentIndex(1)
    dialog.yes.click()
    assert [each.name for each in ways.columns] == ["plain", "rag", "warm"]
    assert (ways.columns[2].mode, dict(ways.columns[2].options)) == ("plain", {"temperature": 0.7})
    assert "3 ways" in page.setup.estimate.text()
    ways.boxes["rag"].setChecked(False)
    page.setup.start.click()
    finish(qtbot, page)
    assert 0.7 in {each.temperature for each in stage.model.samplings}
    assert page.results.matrix.matrix.ways == ["plain", "warm"]
    page.show_setup()
    ways.removers[0].click()
    assert [each.name for each in ways.columns] == ["plain"]


def test_what_cannot_be_asked_is_told_where_it_was_begun(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(SAID, add=documents)
    page = set_up(qtbot, stage)
    page.setup.ways.boxes["tuned"].setChecked(True)
    if page.setup.ways.boxes["tuned"].isChecked():
        page.setup.start.click()
        qtbot.waitUntil(lambda: page.setup.notice is not None, timeout=WAIT_MS)
        assert page.stack.currentWidget() is page.setup
        assert page.setup.notice is not None
        assert page.setup.notice.hint.text()


def test_the_time_is_told_from_earlier_runs(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(SAID, add=documents)
    page = set_up(qtbot, stage)
    assert "It will take" not in page.setup.estimate.text()
    page.setup.start.click()
    finish(qtbot, page)
    page.show_setup()
    page.setup.facts_box.setChecked(True)
    assert page.setup.plan is not None
    assert page.setup.plan.changed_facts > 0
    page.setup.ways.changed.emit()
    qtbot.waitUntil(
        lambda: "It will take under a minute" in page.setup.estimate.text(), timeout=WAIT_MS
    )
