"""Watched libraries: read by themselves while the window is open, unless told otherwise."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.library.job_card import watched_words
from desktop.settings.window_state import WindowState
from engine.library_types import AddReport, Change
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
FIRST_LOOK_MS = 2000
"""After it the first look at the folder is over, and the system tells of changes."""


def documents_of(stage: Stage) -> set[str]:
    return {Path(each.path).name for each in stage.assistant.documents()}


def test_a_new_file_is_read_and_a_gone_one_forgotten_by_itself(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents, watched=True)
    upkeep = stage.assistant.upkeep
    qtbot.waitUntil(lambda: upkeep.states()[0].watched == "events", timeout=WAIT_MS)
    qtbot.wait(FIRST_LOOK_MS)
    with qtbot.waitSignal(stage.window.watching.reported, timeout=3 * WAIT_MS):
        (documents / "new.txt").write_text("Ice breaks the jetty in February.")
    assert "new.txt" in documents_of(stage)
    assert stage.window.library.job.words.text() == "new.txt is new and was read."
    (documents / "keys.txt").unlink()
    qtbot.waitUntil(lambda: "keys.txt" not in documents_of(stage), timeout=3 * WAIT_MS)


def test_what_changed_while_it_was_closed_is_read_at_the_start(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    open_window(add=documents, watched=True)
    (documents / "new.txt").write_text("Ice breaks the jetty in February.")
    stage = open_window(watched=True)
    qtbot.waitUntil(lambda: "new.txt" in documents_of(stage), timeout=3 * WAIT_MS)


def test_a_library_is_watched_or_not(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(add=documents)
    stage.window.go("library")
    overview = stage.window.library.overview
    qtbot.waitUntil(lambda: len(overview.cards) == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not stage.window.lanes.busy, timeout=WAIT_MS)
    toggle = overview.cards[0].watch
    assert toggle.text().strip() == "Not watched"
    assert stage.window.watching.watched == frozenset()
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    assert toggle.text().strip() == "Watched"
    assert stage.window.watching.watched == {"Documents"}
    assert stage.window.library.stack.currentWidget() is overview
    assert WindowState(stage.assistant.profile.root).unwatched == frozenset()
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    assert WindowState(stage.assistant.profile.root).unwatched == {"Documents"}
    assert stage.window.watching.watched == frozenset()


def test_what_changed_by_itself_is_told_in_a_sentence() -> None:
    report = AddReport(1, 0, 0, (), 1, 0.2, changes=(Change("/a/b.txt", "changed", 1),))
    assert watched_words(report) == "b.txt has changed and was read again."
    several = AddReport(2, 0, 0, (), 3, 0.2, changes=(Change("/a", "added"), Change("/b", "added")))
    assert watched_words(several) == "2 documents read into 3 passages. It took 0.2 s."
