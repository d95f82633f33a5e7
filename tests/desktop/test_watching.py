"""Watched libraries: read by themselves while the window is open, unless told otherwise."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.library.watching import heard
from desktop.settings.window_state import WindowState
from engine.progress import CancelToken
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def listening(qtbot: QtBot, stage: Stage) -> None:
    qtbot.waitUntil(
        lambda: bool(stage.window.watching.listening) and not stage.window.jobs.running,
        timeout=WAIT_MS,
    )
    qtbot.wait(400)  # the system's watch begins a moment later than its thread


def documents_of(stage: Stage) -> set[str]:
    return {Path(each.path).name for each in stage.assistant.documents()}


def test_a_new_file_is_read_by_itself(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(add=documents, watched=True)
    listening(qtbot, stage)
    (documents / "new.txt").write_text("Ice breaks the jetty in February.")
    qtbot.waitUntil(lambda: "new.txt" in documents_of(stage), timeout=2 * WAIT_MS)
    (documents / "keys.txt").unlink()
    qtbot.waitUntil(lambda: "keys.txt" not in documents_of(stage), timeout=2 * WAIT_MS)


def test_what_changed_while_it_was_closed_is_read_at_the_start(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    open_window(add=documents, watched=True)
    (documents / "new.txt").write_text("Ice breaks the jetty in February.")
    stage = open_window(watched=True)
    qtbot.waitUntil(lambda: "new.txt" in documents_of(stage), timeout=WAIT_MS)


def test_a_library_is_watched_or_not(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(add=documents)
    stage.window.go("library")
    overview = stage.window.library.overview
    qtbot.waitUntil(lambda: len(overview.cards) == 1, timeout=WAIT_MS)
    toggle = overview.cards[0].watch
    assert toggle.text().strip() == "Not watched"
    assert stage.window.watching.roots == {}
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    assert toggle.text().strip() == "Watched"
    assert stage.window.watching.roots == {str(documents): "Documents"}
    assert stage.window.library.stack.currentWidget() is overview
    assert WindowState(stage.assistant.profile.root).unwatched == frozenset()
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    assert WindowState(stage.assistant.profile.root).unwatched == {"Documents"}


def test_hidden_files_and_alcoves_own_are_not_heard(tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    profile.mkdir()
    cancel = CancelToken()
    batches = heard((tmp_path,), profile, cancel)
    found: set[str] = set()

    def write() -> None:
        (profile / "vault.db").write_text("x")
        (tmp_path / ".hidden").write_text("x")
        (tmp_path / "seen.txt").write_text("x")

    timer = threading.Timer(0.5, write)
    timer.start()
    found |= {path.name for path in next(batches)}
    cancel.cancel()
    timer.join()
    assert found == {"seen.txt"}
