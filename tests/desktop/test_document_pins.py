"""Documents that stay before the model: pinned from a source or a list, shown, let go."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.chat.context_meter import ContextPanel
from engine.progress import drain
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.test_chat import ANSWER, ask, wait_done

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def pinned(stage: Stage) -> list[str]:
    conversation = stage.window.chat.conversation_id
    assert conversation is not None
    return [Path(each.path).name for each in stage.assistant.document_pins.all(conversation)]


def panel(qtbot: QtBot, stage: Stage) -> ContextPanel:
    meter = stage.window.chat.composer.context
    assert not meter.isHidden()
    qtbot.mouseClick(meter, Qt.MouseButton.LeftButton)
    assert meter.panel is not None
    return meter.panel


def test_the_document_of_a_source_is_pinned_and_let_go(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    chat = stage.window.chat
    wait_done(qtbot, ask(qtbot, stage))
    card = chat.side.panel.cards[0]
    card.pin.click()
    qtbot.waitUntil(lambda: pinned(stage) == ["prices.md"], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: chat.pins.documents != (), timeout=WAIT_MS)
    assert card.pin.isChecked()
    wait_done(qtbot, ask(qtbot, stage, "And what does a launch cost?"))
    qtbot.waitUntil(lambda: len(chat.composer.context.facts.turns) == 4, timeout=WAIT_MS)
    assert panel(qtbot, stage).documents == [("prices.md", "read whole")]
    shown = chat.composer.context.panel
    assert shown is not None
    shown.unpins[0].click()
    qtbot.waitUntil(lambda: pinned(stage) == [], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not chat.side.panel.cards[0].pin.isChecked(), timeout=WAIT_MS)


def test_a_document_is_picked_before_the_first_question(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 no")
    stage = open_window(ANSWER, add=documents)
    chat = stage.window.chat
    assert chat.composer.context.isHidden()
    chat.composer.pin.click()
    qtbot.waitUntil(lambda: chat.picker is not None, timeout=WAIT_MS)
    picker = chat.picker
    assert picker is not None
    assert picker.shown == ["keys.txt", "prices.md"]  # what could not be read is not offered
    picker.search.setText("nothing of this name")
    assert picker.shown == []
    assert not picker.yes.isEnabled()
    assert not picker.none.isHidden()
    picker.search.setText("KEY")
    assert picker.shown == ["keys.txt"]
    picker.yes.click()
    qtbot.waitUntil(lambda: chat.picker is None, timeout=WAIT_MS)
    assert [each.title for each in chat.pins.documents] == ["keys.txt"]
    assert panel(qtbot, stage).documents == [("keys.txt", "pinned")]
    shown = chat.composer.context.panel
    assert shown is not None
    shown.close()

    wait_done(qtbot, ask(qtbot, stage))
    assert pinned(stage) == ["keys.txt"]
    prompt = " ".join(each.content for each in stage.model.prompts[-1])
    assert "behind the harbour office door" in prompt
    again = open_window(ANSWER)
    again.window.chat.open(again.assistant.conversations()[0])
    qtbot.waitUntil(lambda: again.window.chat.pins.paths != (), timeout=WAIT_MS)
    again.window.chat.new()
    assert again.window.chat.pins.paths == ()


def test_a_pinned_document_that_left_the_library_is_told(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    chat = stage.window.chat
    wait_done(qtbot, ask(qtbot, stage))
    chat.pins.pin(str(documents / "keys.txt"), True)
    qtbot.waitUntil(lambda: chat.pins.documents != (), timeout=WAIT_MS)
    stage.assistant.remove([documents / "keys.txt"])
    chat.open(stage.assistant.conversations()[0])
    qtbot.waitUntil(lambda: chat.pins.documents != (), timeout=WAIT_MS)
    assert panel(qtbot, stage).documents == [("keys.txt", "no longer in the library")]
    drain(stage.assistant.add([documents]))


def test_what_cannot_be_pinned_is_told_over_the_composer(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(ANSWER, add=documents)
    chat = stage.window.chat
    wait_done(qtbot, ask(qtbot, stage))
    stage.assistant.remove([documents / "prices.md"])
    card = chat.side.panel.cards[0]
    card.pin.click()
    qtbot.waitUntil(lambda: chat._models_notice is not None, timeout=WAIT_MS)
    notice = chat._models_notice
    assert notice is not None
    assert "is not in a library" in notice.message.text()
    assert not card.pin.isChecked()
    notice.button.click()
    assert chat._models_notice is None
