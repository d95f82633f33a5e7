"""The window with the starter models: the model process is killed while it writes."""

import os
import signal
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings.window_state import WindowState
from desktop.theme.theme import Theme
from engine.assistant import Assistant

pytestmark = [pytest.mark.window, pytest.mark.model]
WAIT_MS = 120_000
QUESTION = "Write a short welcome for guests who hire a rowing boat."


def test_the_window_lives_on_when_the_model_process_is_killed(
    qtbot: QtBot, theme: Theme, tmp_path: Path
) -> None:
    assistant = Assistant.open(tmp_path)
    window = MainWindow(theme, assistant, WindowState(tmp_path))
    try:
        window.show()
        window.begin()
        qtbot.waitUntil(lambda: window.readiness.is_ready, timeout=WAIT_MS)
        plain = next(one for one in window.chat.ways.choices.actions() if one.data() == "plain")
        plain.trigger()
        window.chat.ask(QUESTION)
        view = window.chat.view.answers[0]
        qtbot.waitUntil(lambda: len(view.text) > 40, timeout=WAIT_MS)
        pid = assistant.model_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: view.state == "failed", timeout=WAIT_MS)
        assert view.notice is not None
        assert view.notice.message.text()
        assert view.notice.hint.text()
        assert window.isVisible()
        view.notice.button.click()
        again = window.chat.view.answers[-1]
        qtbot.waitUntil(lambda: again.state == "done", timeout=WAIT_MS)
        assert again.answer is not None
        assert again.text.strip()
        assert assistant.model_pid not in (None, pid)
        qtbot.waitUntil(lambda: "tokens/s" in window.foot.model.text(), timeout=WAIT_MS)
        assert " of 4,096 tokens" in window.chat.composer.meter.text()
    finally:
        window.close()
        assistant.close()
        window.deleteLater()
