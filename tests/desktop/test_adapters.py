"""Adapters in the window: chosen in a conversation, always used with a model, taken away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop.chat.adapter_menu import AdapterFacts, AdapterMenu
from desktop.main_window import MainWindow
from desktop.settings.window_state import WindowState
from desktop.theme.theme import Theme
from desktop.widgets.buttons import CHIP_PX, MenuChip
from engine.assistant import Assistant
from engine.formats.adapter import GROUNDED
from engine.inference.adapters import Adapter
from engine.model_types import AdapterCard
from engine.progress import drain
from engine.types import Conversation
from tests.desktop import models_stage
from tests.desktop.conftest import WAIT_MS, Stage
from tests.lora import write_adapter, write_base

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
LONG_MS = 120_000


def names(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def strength(window: MainWindow, name: str, words: str) -> QAction:
    """One strength of an adapter in the menu of the conversation's model."""
    for action in window.chat.models.choices.actions():
        below = action.menu()
        if isinstance(below, QMenu) and action.text().startswith(name):
            return next(each for each in below.actions() if each.text().startswith(words))
    raise AssertionError(f"{name} is not in the menu")


def press(window: MainWindow, words: str) -> None:
    menu = window.chat.models.choices
    next(action for action in menu.actions() if action.text() == words).trigger()


@pytest.fixture
def stage(qtbot: QtBot, open_window: Open, tmp_path: Path) -> Stage:
    """A window on a conversation with a model that has two adapters."""
    base = write_base(tmp_path / "base.gguf")
    opened = open_window("Nobody.")
    write_adapter(tmp_path / "house.gguf", base, name="House style", task="letters")
    write_adapter(tmp_path / "terms.gguf", base, name="Terms", seed=2)
    opened.assistant.model_jobs.add(tmp_path)
    talk = opened.assistant.create_conversation("Letters")
    opened.assistant.set_conversation_model(talk.id, "base")
    opened.window.facts.refresh()
    facts = opened.window.chat.head.adapters
    added = {"House style", "Terms"}
    qtbot.waitUntil(lambda: added <= {card.name for card in facts.facts.cards}, timeout=WAIT_MS)
    opened.window.chat.open(opened.assistant.conversation(talk.id))
    return opened


def only(stage: Stage) -> Conversation:
    (found,) = stage.assistant.conversations()
    return found


def test_a_conversation_is_held_with_several_adapters(
    qtbot: QtBot, stage: Stage, open_window: Open, tmp_path: Path
) -> None:
    window, head = stage.window, stage.window.chat.head
    assert "Adapters of base" in names(head.models.choices)
    assert (head.mode, head.models.text()) == ("rag", "base ▾")
    strength(window, "House style", "50").trigger()
    assert head.models.text() == "base + House style ▾"
    assert (head.mode, head.ways.text()) == ("both", "Documents + tuned ▾")
    strength(window, "Terms", "100").trigger()
    assert head.models.text() == "base + 2 adapters ▾"
    held = ((str(tmp_path / "house.gguf"), 0.5), (str(tmp_path / "terms.gguf"), 1.0))
    qtbot.waitUntil(lambda: only(stage).adapters == held, timeout=WAIT_MS)
    assert strength(window, "House style", "50").isChecked()
    next(one for one in head.ways.choices.actions() if one.data() == "plain").trigger()
    assert (head.mode, head.ways.text()) == ("tuned", "Tuned model alone ▾")

    window.new_conversation()
    assert head.adapters.held == ()
    again = open_window("Nobody.")
    qtbot.waitUntil(lambda: bool(again.window.chat.head.adapters.facts.cards), timeout=WAIT_MS)
    again.window.chat.open(only(again))
    assert again.window.chat.head.models.text() == "base + 2 adapters ▾"
    strength(again.window, "Terms", "Off").trigger()
    qtbot.waitUntil(lambda: only(again).adapters == held[:1], timeout=WAIT_MS)
    press(again.window, "Use what the model always uses")
    qtbot.waitUntil(lambda: only(again).adapters is None, timeout=WAIT_MS)
    assert again.window.chat.head.mode in ("rag", "plain")


def test_an_adapter_of_another_task_is_left_out_of_answers_from_documents(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    base = tmp_path / "base.gguf"
    labels = write_adapter(tmp_path / "labels.gguf", base, name="Labels", task="classification")
    assistant, head = stage.assistant, stage.window.chat.head
    assistant.model_jobs.add(labels)
    key = assistant._keeper.stored_key("base")
    assistant.adapters._memory.put(key, [Adapter(labels)])
    stage.window.facts.refresh()
    qtbot.waitUntil(lambda: head.adapters.held == ((str(labels), 1.0),), timeout=WAIT_MS)
    assert strength(stage.window, "Labels", "100").isChecked()
    assert any(name.endswith("(without documents only)") for name in names(head.models.choices))
    assert (head.mode, head.ways.text()) == ("rag", "With documents ▾")
    assert "takes part only in answers of the model alone" in head.ways.toolTip()
    next(one for one in head.ways.choices.actions() if one.data() == "plain").trigger()
    assert (head.mode, head.ways.text()) == ("tuned", "Tuned model alone ▾")
    models_stage.go(qtbot, stage)
    rows = {row.card.name: row for row in models_stage.card(qtbot, stage, "base").adapters}
    assert "left out of answers from your documents" in rows["Labels"].part.text()
    assert rows["Terms"].part.isHidden()


def test_one_that_answers_from_documents_changes_nothing_without_them(
    qtbot: QtBot, stage: Stage, tmp_path: Path
) -> None:
    base = tmp_path / "base.gguf"
    grounded = write_adapter(tmp_path / "g.gguf", base, name="Short answers", task=GROUNDED)
    assistant, head = stage.assistant, stage.window.chat.head
    assistant.model_jobs.add(grounded)
    assistant.adapters._memory.put(assistant._keeper.stored_key("base"), [Adapter(grounded)])
    stage.window.facts.refresh()
    qtbot.waitUntil(lambda: head.adapters.held == ((str(grounded), 1.0),), timeout=WAIT_MS)
    assert head.models.text() == "base + Short answers ▾"
    assert (head.mode, head.ways.text()) == ("both", "With documents ▾")
    next(one for one in head.ways.choices.actions() if one.data() == "plain").trigger()
    assert (head.mode, head.ways.text()) == ("plain", "Model alone ▾")


def test_what_came_with_the_app_is_not_named_beside_the_model(qtbot: QtBot, stage: Stage) -> None:
    menu = AdapterMenu(stage.window)
    cards = (
        AdapterCard("Grounded answers", "/app/g.gguf", 1, ("base",), shipped=True),
        AdapterCard("House style", "/home/h.gguf", 1, ("base",)),
    )
    menu.facts, menu.model = AdapterFacts(cards), "base"
    menu.own = (("/app/g.gguf", 1.0),)
    assert menu.words == ""
    menu.own = (("/app/g.gguf", 1.0), ("/home/h.gguf", 1.0))
    assert menu.words == " + House style"


def test_a_long_choice_is_cut_and_told_in_the_tip(qtbot: QtBot, theme: Theme) -> None:
    chip = MenuChip(theme, tip="Model of this conversation")
    qtbot.addWidget(chip)
    chip.show_choice("base")
    assert (chip.text(), chip.toolTip()) == ("base ▾", "Model of this conversation")
    name = "A model with a very long name + an adapter with another long name"
    chip.show_choice(name)
    assert chip.text().endswith("… ▾")
    assert chip.fontMetrics().horizontalAdvance(chip.text()) < CHIP_PX + 40
    assert name in chip.toolTip()


def test_another_model_begins_without_the_adapters_of_the_one_before(
    qtbot: QtBot, stage: Stage
) -> None:
    strength(stage.window, "Terms", "100").trigger()
    qtbot.waitUntil(lambda: only(stage).adapters is not None, timeout=WAIT_MS)
    next(
        action for action in stage.window.chat.models.choices.actions() if action.data() == ""
    ).trigger()
    assert stage.window.chat.head.mode == "rag"
    qtbot.waitUntil(lambda: only(stage).adapters is None, timeout=WAIT_MS)


def test_a_removed_adapter_leaves_the_page_and_the_conversation(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    strength(stage.window, "Terms", "100").trigger()
    qtbot.waitUntil(lambda: only(stage).adapters is not None, timeout=WAIT_MS)
    asked = models_stage.answering(monkeypatch)
    models_stage.go(qtbot, stage)
    view = models_stage.card(qtbot, stage, "base")
    assert [row.name.text() for row in view.adapters] == ["House style", "Terms"]
    assert view.adapters[0].about.text() == "for letters, rank 4"
    assert view.adapters[0].strength.text() == "Off ▾"
    view.adapters[1].remove.trigger()
    assert asked.questions[0][0] == "Take Terms off the list?"
    models_stage.idle(qtbot, stage)
    left = models_stage.card(qtbot, stage, "base").adapters
    assert [row.name.text() for row in left] == ["House style"]
    assert (tmp_path / "terms.gguf").exists()
    assert only(stage).adapters is None


def test_an_adapter_that_cannot_be_tried_is_told_on_the_card(qtbot: QtBot, stage: Stage) -> None:
    models_stage.go(qtbot, stage)
    row = models_stage.card(qtbot, stage, "base").adapters[0]
    next(each for each in row.strength.choices.actions() if each.data() == 0.5).trigger()
    models_stage.idle(qtbot, stage)
    problem = models_stage.card(qtbot, stage, "base").problem  # a header is no model that loads
    assert problem is not None
    assert stage.assistant.adapters.in_use("base") == ()


@pytest.mark.model
def test_an_adapter_acts_in_the_real_model(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    assistant = Assistant.open(tmp_path / "profile")
    drain(assistant.prepare())
    assistant.adapters.off()
    (base,) = (Path(card.file) for card in assistant.models() if card.role == "chat")
    path = write_adapter(tmp_path / "h.gguf", base, strength=0.1, name="House")
    window = MainWindow(theme, assistant, WindowState(tmp_path))
    head = window.chat.head
    try:
        window.show()
        window.begin()
        qtbot.waitUntil(lambda: window.readiness.is_ready, timeout=LONG_MS)
        assistant.model_jobs.add(path)
        window.facts.refresh()
        qtbot.waitUntil(
            lambda: "House" in [card.name for card in head.adapters.facts.cards], timeout=LONG_MS
        )
        next(one for one in head.ways.choices.actions() if one.data() == "plain").trigger()
        strength(window, "House", "25").trigger()
        window.chat.ask("Who are you?")
        view = window.chat.view.answers[0]
        qtbot.waitUntil(lambda: view.state in ("done", "failed"), timeout=LONG_MS)
        assert view.answer is not None
        assert view.answer.mode == "tuned"
        assert view.answer.model.endswith(" + House")
        assert "nothing here was checked" in view.remark.text()
        assert assistant.conversations()[0].adapters == ((str(path), 0.25),)

        press(window, "Always use these with this model")
        qtbot.waitUntil(lambda: head.adapters.own is None, timeout=LONG_MS)
        qtbot.waitUntil(lambda: head.adapters.held == ((str(path), 0.25),), timeout=LONG_MS)
        (used,) = assistant.adapters.in_use()
        assert used.effect > 0
        window.go("models")
        qtbot.waitUntil(lambda: bool(window.models.cards), timeout=LONG_MS)
        qtbot.waitUntil(
            lambda: any(
                row.state.text() == "in effect"
                for card in window.models.cards
                for row in card.adapters
            ),
            timeout=LONG_MS,
        )
        rows = [row for card in window.models.cards for row in card.adapters]
        row = next(row for row in rows if row.state.text() == "in effect")
        next(each for each in row.strength.choices.actions() if each.data() == 0).trigger()
        qtbot.waitUntil(lambda: assistant.adapters.in_use() == (), timeout=LONG_MS)
        qtbot.waitUntil(lambda: not window.models.work.running, timeout=LONG_MS)
        qtbot.waitUntil(lambda: head.mode == "plain", timeout=LONG_MS)
    finally:
        window.close()
        assistant.close()
        window.deleteLater()
