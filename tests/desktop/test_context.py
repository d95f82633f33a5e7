"""The conversation tells what the model has before it: model, memory, pins, thinking, speed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.chat.answer_view import AnswerView
from desktop.chat.context_facts import EMPTY, context_of, small_print
from desktop.chat.context_meter import ContextPanel
from desktop.chat.memory_line import FOLDED, GONE
from desktop.chat.thinking import FOLDED as THOUGHT_FOLDED
from engine.assistant import Assistant
from engine.errors import VaultBusyError
from engine.model_types import Usage
from engine.types import Answer, ChatMessage, ContextUse, Conversation, Timings
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.test_chat import ask, wait_done
from tests.ggufs import write_model

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
LONG = "The jetty lies in the lake and the boats lie at the jetty. " * 12


def answer(**changes: object) -> Answer:
    plain = Answer(
        question="Who?",
        text="Nobody.",
        abstained=False,
        sentences=(),
        citations=(),
        timings=Timings(0.1, 0.42, 2.0, 71.4),
        usage=Usage(620, 30),
        mode="plain",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def turns(*texts: str, last: Answer) -> list[ChatMessage]:
    made = [
        ChatMessage(at, "assistant" if at % 2 else "user", text, 0.0, answer() if at % 2 else None)
        for at, text in enumerate(texts)
    ]
    made[-1] = replace(made[-1], answer=last)
    return made


# --- what it counts ----------------------------------------------------------------------------


def test_an_empty_conversation_takes_nothing() -> None:
    assert context_of([], 4096) == EMPTY


def test_the_share_is_of_the_last_prompt_and_its_answer() -> None:
    use = ContextUse(4096, 620, 256, kept=(0,), dropped=())
    facts = context_of(turns("Who?", "Nobody.", last=answer(context=use)), 0)
    assert facts.words == "650 of 4,096 tokens"
    assert facts.reserved == 256
    assert [turn.fate for turn in facts.turns] == ["kept", "kept"]


def test_an_answer_that_was_only_quoted_takes_nothing() -> None:
    facts = context_of(turns("Who?", "Nobody.", last=answer(usage=Usage(900, 0))), 4096)
    assert facts.words == ""


def test_turns_are_left_out_folded_or_pinned() -> None:
    use = ContextUse(512, 300, 100, kept=(2, 3, 4), dropped=(0, 1))
    messages = turns("a", "b", "c", "d", "e", "f", last=answer(context=use))
    messages[3] = replace(messages[3], pinned=True)
    fates = [turn.fate for turn in context_of(messages, 0).turns]
    assert fates == ["dropped", "dropped", "kept", "pinned", "kept", "kept"]
    folded = replace(use, summary="They spoke of boats.")
    messages[-1] = replace(messages[-1], answer=answer(context=folded))
    assert [turn.fate for turn in context_of(messages, 0).turns][:2] == ["summary", "summary"]


def test_small_print_tells_speed_and_wait() -> None:
    assert small_print(answer()) == "71 tokens/s  ·  first word after 0.4 s"
    assert small_print(answer(timings=Timings(0.2, 0, 0.9, 0))) == "answered in 0.9 s"


# --- in the window -----------------------------------------------------------------------------


def way(stage: Stage, mode: str) -> None:
    for action in stage.window.chat.ways.choices.actions():
        if action.data() == mode:
            action.trigger()


def test_a_long_conversation_shows_where_the_models_memory_begins(
    qtbot: QtBot, open_window: Open
) -> None:
    stage = open_window(LONG)
    stage.model._n_ctx = 700
    way(stage, "plain")
    chat = stage.window.chat
    for number in range(4):
        wait_done(qtbot, ask(qtbot, stage, f"Question {number}?"))
        qtbot.waitUntil(
            lambda number=number: len(chat.composer.context.facts.turns) == 2 * number + 2,
            timeout=WAIT_MS,
        )
    facts = chat.composer.context.facts
    assert facts.dropped
    assert facts.n_ctx == 700
    line = chat.view.line
    assert line is not None
    assert line.words.text() in (GONE, FOLDED)
    column = chat.view._column
    below = chat.view.turns[max(facts.dropped) + 1]
    assert column.indexOf(below) == column.indexOf(line) + 1

    qtbot.mouseClick(chat.composer.context, Qt.MouseButton.LeftButton)
    panel = chat.composer.context.panel
    assert isinstance(panel, ContextPanel)
    assert panel.rows[0][0] == "Question 0?"
    assert panel.rows[0][1] in ("left out", "in the summary")
    assert panel.rows[-1][1] == "in memory"
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: chat.composer.context.panel is None, timeout=WAIT_MS)


def test_a_pinned_turn_stays_in_memory(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window(LONG)
    stage.model._n_ctx = 700
    way(stage, "plain")
    chat = stage.window.chat
    first = ask(qtbot, stage, "Question 0?")
    wait_done(qtbot, first)
    qtbot.waitUntil(lambda: not first.action_row.keep.isHidden(), timeout=WAIT_MS)
    first.action_row.keep.click()
    assert first.action_row.keep.text().strip() == "Pinned"
    conversation = chat.conversation_id
    assert conversation is not None
    qtbot.waitUntil(lambda: stage.assistant.messages(conversation)[1].pinned, timeout=WAIT_MS)
    for number in range(1, 5):
        wait_done(qtbot, ask(qtbot, stage, f"Question {number}?"))
        qtbot.waitUntil(
            lambda number=number: len(chat.composer.context.facts.turns) == 2 * number + 2,
            timeout=WAIT_MS,
        )
    fates = {turn.place: turn.fate for turn in chat.composer.context.facts.turns}
    assert fates[1] == "pinned"
    assert 2 in chat.composer.context.facts.dropped

    again = open_window(LONG)
    again.window.chat.open(again.assistant.conversations()[0])
    qtbot.waitUntil(lambda: len(again.window.chat.view.answers) == 5, timeout=WAIT_MS)
    stored = again.window.chat.view.answers[0]
    assert stored.action_row.keep.isChecked()
    stored.action_row.keep.click()
    qtbot.waitUntil(lambda: not again.assistant.messages(conversation)[1].pinned, timeout=WAIT_MS)


def test_thinking_is_folded(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window("Nobody.")
    way(stage, "plain")
    view = ask(qtbot, stage, "Who?")
    wait_done(qtbot, view)
    assert view.thinking.isHidden()
    view.finish(answer(thinking="Perhaps nobody at all."))
    assert not view.thinking.isHidden()
    assert view.thinking.ground.isHidden()
    assert view.thinking.button.text() == THOUGHT_FOLDED
    view.thinking.button.click()
    assert not view.thinking.ground.isHidden()
    assert view.thinking.text.text() == "Perhaps nobody at all."
    view.thinking.button.click()
    assert view.thinking.ground.isHidden()


def test_a_refused_choice_is_made_again(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window(LONG)
    way(stage, "plain")
    chat = stage.window.chat
    first = ask(qtbot, stage, "Question 0?")
    wait_done(qtbot, first)
    qtbot.waitUntil(lambda: not first.action_row.keep.isHidden(), timeout=WAIT_MS)

    def refuse(_self: Assistant, _message: int, _pinned: bool = True) -> ChatMessage:
        raise VaultBusyError("Another program writes the vault.", "Wait a moment.")

    with monkeypatch.context() as patch:
        patch.setattr(Assistant, "pin", refuse)
        with qtbot.waitSignal(chat.history.failed, timeout=WAIT_MS):
            first.action_row.keep.click()
    prepared: list[bool] = []
    chat.retry_models.connect(lambda: prepared.append(True))
    notice = chat._models_notice
    assert notice is not None
    assert notice.message.text() == "Another program writes the vault."
    notice.button.click()
    conversation = chat.conversation_id
    assert conversation is not None
    qtbot.waitUntil(lambda: stage.assistant.messages(conversation)[1].pinned, timeout=WAIT_MS)
    assert chat._models_notice is None
    assert prepared == []


def test_a_conversation_keeps_its_model(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    path = write_model(tmp_path / "tiny.gguf")
    stage = open_window("Nobody.")
    stage.assistant.model_jobs.add(path)
    stage.window.facts.refresh()
    chat = stage.window.chat
    qtbot.waitUntil(lambda: "Tiny" in choices(stage), timeout=WAIT_MS)
    assert not chat.models.isHidden()
    assert chat.models.text().startswith("SmolLM2 135M")
    way(stage, "plain")
    wait_done(qtbot, ask(qtbot, stage, "Who?"))
    pick(stage, "Tiny")
    assert chat.models.text().startswith("Tiny")
    conversation = chat.conversation_id
    assert conversation is not None
    qtbot.waitUntil(lambda: of(stage, conversation).model == "Tiny", timeout=WAIT_MS)
    chat.new()
    assert chat.head.model == ""
    again = open_window("Nobody.")
    again.window.chat.open(of(again, conversation))
    assert again.window.chat.head.model == "Tiny"
    assert again.window.chat.models.text().startswith("Tiny")


def test_a_new_conversation_is_begun_with_the_chosen_model(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    path = write_model(tmp_path / "tiny.gguf")
    stage = open_window("Nobody.")
    stage.assistant.model_jobs.add(path)
    stage.window.facts.refresh()
    qtbot.waitUntil(lambda: "Tiny" in choices(stage), timeout=WAIT_MS)
    way(stage, "plain")
    pick(stage, "Tiny")
    view = ask(qtbot, stage, "Who?")
    wait_done(qtbot, view, "failed")  # the file is sound and no model that can run
    assert view.notice is not None
    (begun,) = stage.assistant.conversations()
    assert begun.model == "Tiny"


def test_all_models_are_one_step_away(qtbot: QtBot, open_window: Open) -> None:
    window = open_window().window
    window.chat.models.choices.actions()[-1].trigger()
    assert window.stack.currentWidget() is window.models


def choices(stage: Stage) -> list[str]:
    return [str(action.data()) for action in stage.window.chat.models.choices.actions()]


def pick(stage: Stage, name: str) -> None:
    next(
        action for action in stage.window.chat.models.choices.actions() if action.data() == name
    ).trigger()


def of(stage: Stage, conversation_id: int) -> Conversation:
    return stage.assistant.conversation(conversation_id)


def test_warming_leaves_the_window_usable(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window("A family skiff costs 78 crowns for a whole day.", add=documents)
    warmth = stage.window.warmth
    qtbot.waitUntil(lambda: not warmth.running, timeout=WAIT_MS)
    warmth.start("rag", None, "")
    warmth.start("plain", None, "")
    view: AnswerView = ask(qtbot, stage)
    wait_done(qtbot, view)
    qtbot.waitUntil(lambda: not warmth.running, timeout=WAIT_MS)
