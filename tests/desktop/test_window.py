"""The window as a whole: places, keys, narrow, looks, foot, first start, problems."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from desktop.errors import Problem
from desktop.rail import NARROW, WIDE
from desktop.theme.tokens import DARK, LIGHT
from engine.assistant import Assistant
from engine.errors import ModelMissingError
from engine.progress import CancelToken, Progress
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def test_the_first_start_offers_one_next_step(open_window: Open) -> None:
    chat = open_window().window.chat
    assert chat.empty.button.text() == "Add a folder"
    assert "nothing leaves this machine" in chat.empty.words.text()


def test_with_documents_the_next_step_is_to_ask(open_window: Open, documents: Path) -> None:
    chat = open_window(add=documents).window.chat
    assert chat.empty.button.isHidden()
    assert chat.empty.words.text().startswith("2 documents are ready.")


def test_the_rail_leads_everywhere(qtbot: QtBot, open_window: Open) -> None:
    window = open_window().window
    for place, button in window.rail.buttons.items():
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert window.stack.currentWidget() is window.pages[place]
        assert button.isChecked()


def test_the_rail_is_icons_where_there_is_little_room(open_window: Open) -> None:
    window = open_window().window
    window.resize(1280, 800)
    assert window.rail.width() == WIDE
    window.resize(900, 700)
    assert window.rail.width() == NARROW
    assert window.rail.list.isHidden()
    assert all(not button.text() for button in window.rail.buttons.values())


def test_every_button_has_a_name(open_window: Open, documents: Path) -> None:
    window = open_window(add=documents).window
    nameless = [
        button
        for button in window.findChildren(QAbstractButton)
        if not button.accessibleName().strip() and button.isVisibleTo(window)
    ]
    assert nameless == []


def test_a_look_is_drawn_and_kept(qtbot: QtBot, open_window: Open) -> None:
    window = open_window().window
    dark = window.settings.looks.button(2)
    dark.click()
    assert _ground(window) == QColor(DARK.paper)
    window.settings.looks.button(1).click()
    assert _ground(window) == QColor(LIGHT.paper)
    dark.click()
    again = open_window().window
    assert again._state.theme == "dark"


def _ground(window) -> QColor:  # type: ignore[no-untyped-def]
    picture = window.grab().toImage()
    return QColor(picture.pixel(picture.width() - 40, 200))


def test_the_size_comes_back(open_window: Open) -> None:
    first = open_window().window
    first.resize(880, 620)
    assert open_window().window.size().toTuple() == (880, 620)


def test_the_foot_tells_network_and_model(open_window: Open) -> None:
    foot = open_window().window.foot
    assert foot.network.text() == "Offline · 0 connections"
    assert foot.model.text() == "Scripted 7B"


def test_search_narrows_the_conversations(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window()
    stage.assistant.create_conversation("Prices of skiffs")
    stage.assistant.create_conversation("Spare keys")
    rows = stage.window.rail.list.conversations
    stage.window.conversations.reload()
    qtbot.waitUntil(lambda: rows.rowCount() == 3, timeout=WAIT_MS)
    qtbot.keyClick(stage.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(stage.window.rail.search.isVisible)
    stage.window.rail.search.setText("KEYS")
    assert rows.rowCount() == 2
    qtbot.keyClick(stage.window.rail.search, Qt.Key.Key_Escape)
    assert rows.rowCount() == 3


def test_a_new_conversation_by_key(qtbot: QtBot, open_window: Open) -> None:
    window = open_window().window
    window.go("models")
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is window.chat
    assert window.chat.conversation_id is None


def test_models_that_are_missing_are_told_and_tried_again(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window().window

    def fail(
        _self: Assistant, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, None]:
        yield Progress("preparing models", 1, 3)
        raise ModelMissingError("The starter models are not installed.", "Run: make models")

    with monkeypatch.context() as patch:
        patch.setattr(Assistant, "prepare", fail)
        with qtbot.waitSignal(window.readiness.failed, timeout=WAIT_MS):
            window.readiness.start()
    notice = window.chat._models_notice
    assert notice is not None
    assert notice.message.text() == "The starter models are not installed."
    assert notice.hint.text() == ""
    assert not window.chat.composer.button.isEnabled()
    assert window.chat.composer.meter.text() == "The models are not ready."
    with qtbot.waitSignal(window.readiness.ready, timeout=WAIT_MS):
        notice.button.click()
    assert window.chat.composer.button.isEnabled()


def test_progress_of_the_first_start_is_shown(open_window: Open) -> None:
    window = open_window().window
    window.readiness._progress(Progress("preparing models", 2, 5))
    assert window.chat.composer.meter.text() == "Preparing models 2 of 5…"
    assert window.foot.job.text() == "Preparing models  2 of 5"


def test_a_problem_of_no_page_stands_over_all(qtbot: QtBot, open_window: Open) -> None:
    window = open_window().window
    window.show_problem(Problem("The disk is full.", "Make room.", "disk_full"))
    assert window._notice is not None
    assert window._notice.hint.text() == "Make room."
    with qtbot.waitSignal(window.facts.changed, timeout=WAIT_MS):
        window._notice.button.click()
    qtbot.waitUntil(lambda: window._notice is None, timeout=WAIT_MS)


def test_closing_leaves_nothing_behind(open_window: Open) -> None:
    window = open_window().window
    window.close()
    assert not window.isVisible()
    assert not window.facts._timer.isActive()
