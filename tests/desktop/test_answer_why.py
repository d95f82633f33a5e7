"""Why an answer came out as it did, and what the user thinks of it: told, kept, changed."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.chat import why_words
from desktop.chat.answer_html import NOT_FOUND, OPEN_CIRCLE
from desktop.chat.answer_view import AnswerView
from engine.store.glossary import Glossary
from engine.types import ChatMessage
from engine.why_types import FoundPassage, Step, Why
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.test_chat import ANSWER, QUESTION, ask, wait_done

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
PASSAGE = FoundPassage(1, "/a/lease.pdf", 3, "", "", 0, 9, 7, 2, 0.9, 0.8, 0.6, "both", "cited")
CUT = replace(PASSAGE, rank=2, passage_id=8, found_by="words", use="cut")


def answered(qtbot: QtBot, stage: Stage, question: str = QUESTION) -> AnswerView:
    """Ask, and wait until the turn is stored."""
    view = ask(qtbot, stage, question)
    wait_done(qtbot, view)
    qtbot.waitUntil(lambda: view.message_id is not None, timeout=WAIT_MS)
    return view


def kept(stage: Stage) -> ChatMessage:
    conversation = stage.window.chat.conversation_id
    assert conversation is not None
    return stage.assistant.messages(conversation)[-1]


def reopened(qtbot: QtBot, open_window: Open) -> AnswerView:
    stage = open_window(ANSWER)
    stage.window.rail.list.chosen.emit(stage.assistant.conversations()[0])
    answers = stage.window.chat.view
    qtbot.waitUntil(lambda: len(answers.answers) == 1, timeout=WAIT_MS)
    return answers.answers[0]


# --- words -------------------------------------------------------------------------------------


def test_what_was_understood_found_and_cut_is_said() -> None:
    why = Why(
        "How long is the notice?",
        (PASSAGE, CUT),
        (Step("search", 0.031), Step("write", 1.2)),
        probability=0.62,
        threshold=0.4,
        corrections=(("notise", "notice"),),
        expansions=(("MI", "myocardial infarction"),),
        filters=(("type", "pdf"),),
        phrases=("in writing",),
    )
    assert why_words.understood(why) == [
        "Searched for “How long is the notice?”.",
        "Only where the type is “pdf”.",
        "Word for word: “in writing”.",
        "“notise” was read as “notice”.",
        "Beside “MI” also “myocardial infarction”.",
    ]
    assert why_words.found(why) == (
        "2 passages: 1 by words, 1 by both. 1 was left out, because the model’s memory had no room."
    )
    assert why_words.sure(why).startswith("The documents answer it with a likelihood of 62\u00a0%.")
    assert why_words.sure(why).endswith("so it was answered.")
    refused = why_words.sure(replace(why, probability=0.396))
    assert "likelihood of 39\u00a0%" in refused
    assert refused.endswith("so it was not.")
    inclined = why_words.sure(replace(why, signals=(("refusal", math.log(0.25)),)))
    assert inclined.endswith(
        "The model itself would have said that they do not tell, to 25\u00a0%."
    )
    assert why_words.steps(why) == "Searching 0.03 s  ·  writing 1.20 s"
    assert why_words.sure(replace(why, probability=None)) == ""
    assert why_words.found(Why("x")) == ""


def test_what_was_read_in_part_and_as_a_whole_is_said() -> None:
    part = replace(PASSAGE, use="read", part=True)
    why = Why("How long is the notice?", (part,), whole=("/docs/lease.pdf",))
    assert why_words.found(why) == "1 passage: 1 by both. 1 was read in part only."
    assert why_words.use(part) == ("read in part", "warn")
    assert why_words.use(replace(part, use="cited")) == ("cited", "number")
    assert why_words.whole(why) == "lease.pdf is short, so the model read all of it."
    assert why_words.whole(replace(why, whole=("/a.md", "/b.md"))) == (
        "a.md and b.md are short, so the model read all of them."
    )
    assert why_words.whole(replace(why, whole=())) == ""


# --- in the window -----------------------------------------------------------------------------


def test_why_is_folded_and_tells_the_way_to_the_answer(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    Glossary(stage.assistant._vault).add("Documents", "FS", "family skiff")
    view = answered(qtbot, stage, "What does an FS cost for a whole day? file:prices")
    assert view.why.isHidden()
    view.action_row.why.click()
    assert not view.why.isHidden()
    told = view.why.text
    assert "Searched for “What does an family skiff cost for a whole day?”." in told
    assert "Only where the file is “prices”." in told
    assert "Beside “FS” also “family skiff”." in told
    assert "1 passage: 1 by both." in told
    assert "cited" in told
    assert "Searching 0." in told

    (row,) = view.why.rows
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    viewer = stage.window.chat.side.viewer
    qtbot.waitUntil(lambda: viewer.content is not None, timeout=WAIT_MS)
    assert viewer.name.text() == "prices.md"
    view.action_row.why.click()
    assert view.why.isHidden()


def test_why_is_there_when_the_conversation_is_opened_again(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    answered(qtbot, open_window(ANSWER, add=documents))
    view = reopened(qtbot, open_window)
    view.action_row.why.click()
    assert f"Searched for “{QUESTION}”." in view.why.text
    assert view.why.rows


def test_a_refusal_says_why_and_closing_its_page_leaves_no_empty_side(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window("Brazil won.", add=documents)
    view = answered(qtbot, stage, "Which zebra invented the accordion?")
    view.action_row.why.click()
    assert "so it was not." in view.why.text
    side = stage.window.chat.side
    side.show_sources(())
    view.why.rows[0].opened.emit(view.why.rows[0].passage)
    assert side.viewing
    side.close_page()
    assert side.isHidden()


def test_the_model_alone_has_no_why(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window("Boats float.", add=documents)
    chat = stage.window.chat
    next(one for one in chat.ways.choices.actions() if one.data() == "plain").trigger()
    assert answered(qtbot, stage, "Why do boats float?").action_row.why.isHidden()


def test_an_unsupported_sentence_is_marked_where_it_stands(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(f"{ANSWER} Cats steer it gladly.", add=documents)
    view = answered(qtbot, stage)
    assert f"{OPEN_CIRCLE} Cats steer it gladly." in view.body.toPlainText()
    cursor = view.body.document().find("Cats")
    assert cursor.charFormat().toolTip() == NOT_FOUND
    assert view.remark.text() == f"{OPEN_CIRCLE} marks what was not found in your documents."


def test_thumbs_are_kept_changed_and_taken_back(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    row = answered(qtbot, stage).action_row
    row.up.click()
    qtbot.waitUntil(lambda: kept(stage).up is True, timeout=WAIT_MS)
    (question,) = stage.assistant.feedback.questions()
    assert question.answers == (ANSWER,)
    row.down.click()
    assert not row.up.isChecked()
    qtbot.waitUntil(lambda: kept(stage).up is False, timeout=WAIT_MS)
    row.down.click()
    qtbot.waitUntil(lambda: kept(stage).up is None, timeout=WAIT_MS)
    assert not row.down.isChecked()
    row.up.click()
    qtbot.waitUntil(lambda: kept(stage).up is True, timeout=WAIT_MS)
    again = reopened(qtbot, open_window)
    assert again.action_row.up.isChecked()
    assert not again.action_row.down.isChecked()


def test_a_correction_is_written_kept_shown_and_taken_back(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    view = answered(qtbot, stage)
    box = view.correction
    assert box.isHidden()
    view.action_row.correct.click()
    assert box.is_writing
    assert box.edit.toPlainText() == ANSWER
    qtbot.keyClick(box.edit, Qt.Key.Key_Escape)
    assert box.isHidden()
    view.action_row.correct.click()
    box.edit.setPlainText("Seventy-eight crowns.")
    qtbot.keyClick(box.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: kept(stage).correction == "Seventy-eight crowns.", timeout=WAIT_MS)
    assert not box.shown.isHidden()
    assert box.text.text() == "Seventy-eight crowns."
    (question,) = stage.assistant.feedback.questions()
    assert question.answers == ("Seventy-eight crowns.",)

    again = reopened(qtbot, open_window)
    assert again.correction.text.text() == "Seventy-eight crowns."
    assert not again.correction.shown.isHidden()
    assert "Change the correction" in again.action_row.correct.text()
    again.action_row.correct.click()
    assert again.correction.edit.toPlainText() == "Seventy-eight crowns."
    again.correction.drop.click()
    assert again.correction.isHidden()


def test_a_thumb_down_asks_what_it_should_have_been(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    view = answered(qtbot, stage)
    view.action_row.down.click()
    assert view.correction.is_writing
    qtbot.waitUntil(lambda: kept(stage).up is False, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not stage.window.lanes.busy, timeout=WAIT_MS)
    assert view.correction.is_writing  # reading the turns again closes nothing
