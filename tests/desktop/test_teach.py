"""Purpose, examples and the look at the machine on the Teach page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from desktop.teach.check_view import Choice
from desktop.teach.example_model import Column
from desktop.teach.settings_fields import settings_of, text_of
from desktop.teach.words import SETUP_COMMAND
from desktop.theme.theme import Theme
from engine.errors import InputError
from engine.progress import drain
from engine.teach.review import Review
from tests.desktop import teach_stage
from tests.desktop.teach_stage import TeachStage, labelled

pytestmark = pytest.mark.window


@pytest.fixture
def stage(
    qtbot: QtBot, theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TeachStage]:
    made = teach_stage.stage(qtbot, theme, tmp_path, monkeypatch)
    yield made
    teach_stage.close(made)


def test_the_page_begins_with_purposes(stage: TeachStage) -> None:
    page = stage.page
    assert len(page.purpose.cards) == 8
    assert page.bar.buttons["purpose"].isChecked()
    assert [step for step, button in page.bar.buttons.items() if button.isEnabled()] == ["purpose"]
    assert page.purpose.loop.isHidden()
    card = stage.recipe("sql")
    card.setFocus()
    stage.qtbot.keyClick(card, Qt.Key.Key_Return)
    assert page.step == "examples"
    assert page.examples.form.head.text() == "Turn questions into SQL"
    assert not page.examples.form.make.isEnabled()  # nothing was named to make them from


def test_every_button_has_a_name(stage: TeachStage, tmp_path: Path) -> None:
    stage.checked(labelled(tmp_path / "labels.csv"))
    nameless = [
        button
        for button in stage.page.findChildren(QAbstractButton)
        if not button.accessibleName().strip() and not button.isHidden()
    ]
    assert nameless == []


def test_examples_are_made_looked_through_and_nothing_goes_unseen(
    stage: TeachStage, tmp_path: Path
) -> None:
    page = stage.page
    stage.choose("classify")
    form = page.examples.form
    form.add_files([labelled(tmp_path / "labels.csv", 12)])
    assert form.sources() == [str(tmp_path / "labels.csv")]
    form.make.click()
    review = page.examples.review
    stage.until(lambda: len(review.examples.every) == 12)
    assert not review.go_button.isEnabled()
    assert "nothing is learnt unseen" in review.summary.text()
    first = review.examples.index(0, 0).siblingAtColumn
    assert first(Column.STATE).data() == "New"
    assert "boats" in first(Column.QUESTION).data()
    assert int(first(Column.TOKENS).data()) > 0
    assert first(Column.WHY).data()
    review.table.selectRow(0)
    review.drop_button.click()
    stage.idle()
    assert review.examples.rows[0].state == "dropped"
    review.accept_button.click()
    stage.idle()
    assert review.go_button.isEnabled()
    review.show_state("dropped")
    assert len(review.examples.rows) == 1
    review.show_state(None)
    review.search.setText("number 7 ")
    assert len(review.examples.rows) == 1
    assert page.examples.work.file is not None
    kept = Review(page.examples.work.file).counts()
    assert (kept["kept"], kept["dropped"]) == (11, 1)


def test_an_answer_is_edited_in_its_place(stage: TeachStage, tmp_path: Path) -> None:
    stage.reviewed(labelled(tmp_path / "labels.csv", 8))
    review = stage.page.examples.review
    review.table.selectRow(2)
    editor = review.editor
    assert editor.isVisible()
    assert editor.save.isHidden()
    editor.answer.setPlainText("harbour dues")
    assert editor.save.isVisible()
    editor.undo.click()
    assert editor.answer.toPlainText() == review.examples.rows[2].example.answer
    editor.answer.setPlainText("harbour dues")
    editor.save.click()
    stage.idle()
    changed = review.examples.rows[2]
    assert (changed.state, changed.example.answer) == ("edited", "harbour dues")
    assert changed.tokens is not None
    editor.answer.setPlainText(" ")
    editor.save.click()
    stage.idle()
    assert review.notice is not None
    assert "empty" in review.notice.message.text()


def test_foreign_examples_come_in_and_go_out(stage: TeachStage, tmp_path: Path) -> None:
    stage.reviewed(labelled(tmp_path / "labels.csv", 8))
    view, review = stage.page.examples, stage.page.examples.review
    view.take_in(teach_stage.examples(tmp_path / "foreign.jsonl", 3))
    stage.idle()
    assert len(review.examples.every) == 11
    assert review.notice is not None
    assert review.notice.message.text() == "3 examples added from foreign.jsonl."
    assert not review.go_button.isEnabled()  # the new ones were not looked at
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"messages": []}\nnot json\n')
    view.take_in(broken)
    stage.idle()
    assert "line 2: it is not JSON" in review.notice.message.text()
    assert len(review.examples.every) == 11
    view.work.write_out(tmp_path / "out.csv", "csv")
    stage.idle()
    assert (tmp_path / "out.csv").read_text().count("berth") >= 3


def test_what_is_broken_is_told_where_it_happened(stage: TeachStage, tmp_path: Path) -> None:
    stage.choose("classify")
    form = stage.page.examples.form
    table = tmp_path / "bad.csv"
    table.write_text("text,label\na,b\na,b,c\n")
    form.add_files([table])
    form.make.click()
    stage.until(lambda: form.notice is not None)
    assert form.notice is not None
    assert "line 3" in form.notice.message.text()
    assert form.make.isEnabled()
    form.number.setText("many")
    form.make.click()
    assert "takes a number" in form.notice.message.text()


def test_examples_of_before_are_offered_again(stage: TeachStage, tmp_path: Path) -> None:
    stage.reviewed(labelled(tmp_path / "labels.csv", 8))
    stage.page.go("purpose")
    stage.choose("sql")
    assert stage.page.examples.form.notice is None
    stage.choose("classify")
    notice = stage.page.examples.form.notice
    assert notice is not None
    notice.button.click()
    stage.until(lambda: stage.page.examples.reviewing)
    assert stage.page.examples.ready


def test_documents_and_the_glossary_are_offered_with_what_there_is(
    stage: TeachStage, documents: Path
) -> None:
    drain(stage.assistant.add([documents]))
    stage.assistant.glossary.add("Documents", "HM", "harbour master")
    stage.page.reload()
    stage.idle()
    stage.choose("answer")
    form = stage.page.examples.form
    assert form.documents.text() == "Your documents (2 documents)"
    assert form.sources() == ["documents"]
    assert not form.feedback.isEnabled()
    stage.choose("abbreviations")
    assert form.documents.isHidden()
    assert form.sources() == ["glossary"]


def test_the_machine_is_looked_at_before_anything_begins(stage: TeachStage, tmp_path: Path) -> None:
    stage.checked(labelled(tmp_path / "labels.csv"))
    check = stage.page.check
    assert check.verdict.text() == "This machine can do it."
    assert check.start_button.isEnabled()
    assert check.plan is not None
    assert "36 examples to learn from" in check.summary.text()
    check.lines["rank"].setText("4")
    check.lines["steps"].setText("12")
    check.apply.click()
    stage.until(lambda: check.plan is not None and check.plan.spec.settings["rank"] == 4)
    check.name.setText("Berths")
    check.name.editingFinished.emit()
    stage.until(lambda: check.plan is not None and check.plan.spec.name == "Berths")
    assert check.plan.spec.settings["steps"] == 12
    check.lines["rank"].setText("wide")
    check.apply.click()
    assert check.notice is not None
    assert "whole number" in check.notice.message.text()


def test_only_the_newest_plan_counts(stage: TeachStage, tmp_path: Path) -> None:
    stage.checked(labelled(tmp_path / "labels.csv"))
    file, planning = stage.page.examples.work.file, stage.page.planning
    assert file is not None
    planned: list[str] = []
    planning.planned.connect(lambda plan, _check: planned.append(plan.spec.name))
    for name in ("First", "Second", "Third"):
        planning.plan(file, Choice(name=name))
    stage.idle()
    assert planned == ["Third"]
    assert not planning.busy


def test_without_the_training_environment_the_command_is_told(
    stage: TeachStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALCOVE_TRAINING_PYTHON", str(tmp_path / "nowhere"))
    stage.page.reload()
    stage.idle()
    stage.checked(labelled(tmp_path / "labels.csv"))
    check = stage.page.check
    assert not check.start_button.isEnabled()
    assert check.notice is not None
    assert SETUP_COMMAND in check.notice.hint.text()
    check.notice.button.click()
    assert QGuiApplication.clipboard().text() == SETUP_COMMAND


def test_settings_are_read_from_what_was_typed() -> None:
    typed = {"rank": "8", "learning_rate": "0,001", "method": "rsLoRA", "steps": ""}
    assert settings_of(typed) == {
        "rank": 8, "learning_rate": 0.001, "method": "rslora",
    }  # fmt: skip
    with pytest.raises(InputError, match="Method is one of"):
        settings_of({"method": "magic"})
    assert [text_of(each) for each in (None, 0.0005, 8)] == ["", "0.0005", "8"]
