"""Asking in the window: streamed, cited, stopped, crashed, and still there after a restart."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.chat.answer_view import AnswerView
from engine.types import Conversation
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
QUESTION = "What does a family skiff cost for a whole day?"
ANSWER = "A family skiff costs 78 crowns for a whole day."


def ask(qtbot: QtBot, stage: Stage, question: str = QUESTION) -> AnswerView:
    """Type a question, press Enter, and return the place of its answer."""
    edit = stage.window.chat.composer.edit
    edit.setPlainText(question)
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert edit.toPlainText() == ""
    return stage.window.chat.view.answers[-1]


def wait_done(qtbot: QtBot, view: AnswerView, state: str = "done") -> None:
    qtbot.waitUntil(lambda: view.state == state, timeout=WAIT_MS)


def test_an_answer_streams_and_its_citation_opens_the_source(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    chat = stage.window.chat
    stage.model.hold_after = 3
    view = ask(qtbot, stage)
    qtbot.waitUntil(lambda: view.body.toPlainText().strip() == "A family skiff", timeout=WAIT_MS)
    assert view.state == "growing"
    assert chat.composer.button.text() == "Stop"
    stage.model.released.set()
    wait_done(qtbot, view)
    assert view.body.toPlainText() == f"{ANSWER}1"
    assert chat.composer.button.text() == "Ask"
    assert not chat.side.isHidden()
    assert [card.source.number for card in chat.side.panel.cards] == [1]

    view.body.anchorClicked.emit(QUrl("cite:1"))
    qtbot.waitUntil(lambda: chat.side.viewer.content is not None, timeout=WAIT_MS)
    viewer = chat.side.viewer
    assert chat.side.viewing
    assert viewer.stack.currentWidget() is viewer.text
    assert viewer.name.text() == "prices.md"
    assert viewer.text.marked_text() == ANSWER
    qtbot.keyClick(viewer.text, Qt.Key.Key_Escape)
    assert not chat.side.viewing


def test_the_quote_shows_the_page_around_it(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    wait_done(qtbot, ask(qtbot, stage))
    card = stage.window.chat.side.panel.cards[0]
    qtbot.waitUntil(lambda: "A launch costs" in card.quote.text(), timeout=WAIT_MS)
    assert f"background-color:{stage.theme.tokens.mark}" in card.quote.text()


def test_enter_on_nothing_says_so(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(ANSWER, add=documents)
    composer = stage.window.chat.composer
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert composer.meter.text() == "Write a question first."
    assert stage.window.chat.view.answers == []


def test_shift_enter_makes_a_line(qtbot: QtBot, open_window: Open) -> None:
    edit = open_window().window.chat.composer.edit
    qtbot.keyClicks(edit, "one")
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(edit, "two")
    assert edit.toPlainText() == "one\ntwo"


def test_stop_keeps_what_was_written(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(ANSWER, add=documents)
    stage.model.hold_after = 4
    view = ask(qtbot, stage)
    qtbot.waitUntil(lambda: "costs" in view.text, timeout=WAIT_MS)
    stage.window.chat.composer.button.click()
    wait_done(qtbot, view)
    assert view.answer is not None
    assert view.answer.stopped
    assert "Stopped." in view.remark.text()
    assert not stage.window.chat.asking.running


def test_a_crash_is_told_in_its_place_and_the_next_question_works(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    stage.model.crash_after = 3
    view = ask(qtbot, stage)
    wait_done(qtbot, view, "failed")
    assert view.notice is not None
    assert view.notice.message.text() == "The model process ended."
    assert view.notice.hint.text() == "Ask again."
    assert "A family skiff" in view.body.toPlainText()
    view.notice.button.click()
    again = stage.window.chat.view.answers[-1]
    assert again is not view
    wait_done(qtbot, again)
    assert again.text == ANSWER
    conversation = stage.window.chat.conversation_id
    assert conversation is not None
    assert [turn.role for turn in stage.assistant.messages(conversation)] == ["user", "assistant"]


def test_too_long_a_question_can_be_changed(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    question = "why " * 3000
    view = ask(qtbot, stage, question)
    wait_done(qtbot, view, "failed")
    assert view.notice is not None
    assert view.notice.button.text() == "Change the question"
    assert view.notice.hint.text()
    view.notice.button.click()
    assert stage.window.chat.composer.edit.toPlainText() == question.strip()


def test_an_abstention_offers_the_nearest_passages(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window("Brazil won.", add=documents)
    view = ask(qtbot, stage, "Which zebra invented the accordion?")
    wait_done(qtbot, view)
    assert view.answer is not None
    assert view.answer.abstained
    panel = stage.window.chat.side.panel
    assert panel.head.text() == "NEAREST PASSAGES"
    assert panel.cards
    panel.cards[0].opened.emit(1)
    viewer = stage.window.chat.side.viewer
    qtbot.waitUntil(lambda: viewer.content is not None, timeout=WAIT_MS)


def test_the_model_alone_is_marked_as_unchecked(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window("Boats float.", add=documents)
    chat = stage.window.chat
    next(one for one in chat.ways.choices.actions() if one.data() == "plain").trigger()
    view = ask(qtbot, stage, "Why do boats float?")
    wait_done(qtbot, view)
    assert "nothing here was checked" in view.remark.text()
    assert chat.side.isHidden()


def test_copy(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(ANSWER, add=documents)
    view = ask(qtbot, stage)
    wait_done(qtbot, view)
    view.action_row.copy.click()
    assert QGuiApplication.clipboard().text() == ANSWER


def test_conversations_come_back_after_a_restart(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    first = open_window(ANSWER, add=documents)
    wait_done(qtbot, ask(qtbot, first))
    second = open_window(ANSWER)
    rows = second.window.rail.list.conversations
    qtbot.waitUntil(lambda: rows.rowCount() == 2, timeout=WAIT_MS)
    assert rows.data(rows.index(0)) == "TODAY"
    assert rows.data(rows.index(1)) == QUESTION
    second.window.rail.list.clicked.emit(rows.index(1))
    qtbot.waitUntil(lambda: len(second.window.chat.view.answers) == 1, timeout=WAIT_MS)
    assert second.window.chat.title.text() == QUESTION
    assert second.window.chat.view.answers[0].body.toPlainText() == f"{ANSWER}1"
    assert len(second.window.chat.side.panel.cards) == 1


def test_a_question_without_answer_can_be_asked_again_after_a_restart(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    first = open_window(ANSWER, add=documents)
    first.model.crash_after = 0
    wait_done(qtbot, ask(qtbot, first), "failed")
    second = open_window(ANSWER)
    conversation = second.assistant.conversations()[0]
    second.window.rail.list.chosen.emit(conversation)
    qtbot.waitUntil(lambda: len(second.window.chat.view.answers) == 1, timeout=WAIT_MS)
    notice = second.window.chat.view.answers[0].notice
    assert notice is not None
    notice.button.click()
    wait_done(qtbot, second.window.chat.view.answers[0])


def test_an_answer_goes_on_while_another_conversation_is_shown(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    chat = stage.window.chat
    stage.model.hold_after = 3
    view = ask(qtbot, stage)
    qtbot.waitUntil(lambda: view.text != "", timeout=WAIT_MS)
    conversation = stage.assistant.conversations()[0]
    stage.window.new_conversation()
    assert chat.view.answers == []
    stage.window.rail.list.chosen.emit(conversation)
    qtbot.waitUntil(lambda: len(chat.view.answers) == 1, timeout=WAIT_MS)
    back = chat.view.answers[0]
    assert back.text == "A family skiff "
    stage.model.released.set()
    wait_done(qtbot, back)
    assert back.text == ANSWER


def test_an_answer_that_ends_elsewhere_is_there_on_return(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    stage.model.hold_after = 3
    view = ask(qtbot, stage)
    qtbot.waitUntil(lambda: view.text != "", timeout=WAIT_MS)
    stage.window.new_conversation()
    stage.model.released.set()
    qtbot.waitUntil(lambda: not stage.window.chat.asking.running, timeout=WAIT_MS)
    assert stage.window.chat.view.answers == []
    stage.window.rail.list.chosen.emit(stage.assistant.conversations()[0])
    qtbot.waitUntil(lambda: len(stage.window.chat.view.answers) == 1, timeout=WAIT_MS)
    assert stage.window.chat.view.answers[0].state == "done"


def test_rename_and_delete(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window(ANSWER, add=documents)
    window = stage.window
    wait_done(qtbot, ask(qtbot, stage))
    rows = window.rail.list.conversations
    qtbot.waitUntil(lambda: rows.rowCount() == 2, timeout=WAIT_MS)
    assert rows.setData(rows.index(1), "Prices")
    qtbot.waitUntil(lambda: rows.data(rows.index(1)) == "Prices", timeout=WAIT_MS)
    assert window.chat.title.text() == "Prices"
    monkeypatch.setattr(window, "_sure", lambda _title: True)
    window.rail.list.delete_wanted.emit(_only(stage))
    qtbot.waitUntil(lambda: rows.rowCount() == 0, timeout=WAIT_MS)
    assert stage.assistant.conversations() == []
    assert window.chat.conversation_id is None


def _only(stage: Stage) -> Conversation:
    (found,) = stage.assistant.conversations()
    return found
