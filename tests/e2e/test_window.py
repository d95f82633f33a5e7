"""The whole path in the window: files in, a cited answer out, its source open, kept."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.settings.window_state import WindowState
from desktop.theme.theme import Theme
from engine.assistant import Assistant

pytestmark = [pytest.mark.e2e, pytest.mark.window]

SAMPLES = Path(__file__).parents[2] / "samples" / "library"
WAIT_MS = 150_000
QUESTION = "How many days of holiday does a full-time year carry?"


@contextmanager
def opened(
    qtbot: QtBot, qapp: QApplication, profile: Path
) -> Iterator[tuple[MainWindow, Assistant]]:
    theme = Theme(qapp, "light")
    assistant = Assistant.open(profile)
    window = MainWindow(theme, assistant, WindowState(profile))
    try:
        window.show()
        window.begin()
        qtbot.waitUntil(lambda: window.readiness.is_ready, timeout=WAIT_MS)
        yield window, assistant
    finally:
        window.close()
        assistant.close()
        window.deleteLater()
        theme.deleteLater()


def test_from_a_folder_to_a_cited_answer_that_is_still_there_after_a_restart(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with opened(qtbot, qapp, tmp_path) as (window, assistant):
        window.library.add([SAMPLES])
        qtbot.waitUntil(
            lambda: sum(one.state == "indexed" for one in assistant.documents()) == 6,
            timeout=WAIT_MS,
        )
        window.chat.ask(QUESTION)
        view = window.chat.view.answers[0]
        qtbot.waitUntil(lambda: view.state == "done", timeout=WAIT_MS)
        assert view.answer is not None
        assert "27" in view.answer.text
        (citation, *_) = view.answer.citations
        assert Path(citation.path).name == "Staff handbook.pdf"
        assert citation.page == 3

        side = window.chat.side
        qtbot.waitUntil(lambda: bool(side.panel.cards), timeout=WAIT_MS)
        view.body.anchorClicked.emit(QUrl("cite:1"))
        qtbot.waitUntil(lambda: side.viewer.content is not None, timeout=WAIT_MS)
        assert side.viewing
        assert side.viewer.name.text() == "Staff handbook.pdf"
        assert side.viewer.content.request.page == 3
        assert side.viewer.content.image is not None
        assert side.viewer.content.rectangles

    with opened(qtbot, qapp, tmp_path) as (window, assistant):
        rows = window.rail.list.conversations
        qtbot.waitUntil(lambda: rows.rowCount() == 2, timeout=WAIT_MS)
        assert rows.data(rows.index(1)) == QUESTION
        window.rail.list.clicked.emit(rows.index(1))
        qtbot.waitUntil(lambda: len(window.chat.view.answers) == 1, timeout=WAIT_MS)
        again = window.chat.view.answers[0]
        assert again.answer is not None
        assert again.answer.citations[0] == citation
