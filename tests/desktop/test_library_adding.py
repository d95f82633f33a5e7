"""The library page: adding by button and by drop, true counters, what cannot be added."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from desktop.library.file_model import Column
from engine.progress import Progress
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import (
    cell,
    choose,
    drop,
    go_inside,
    rows,
    told,
    wait_idle,
)

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def test_a_folder_is_added_by_button_and_failures_are_listed(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    stage = open_window()
    library = stage.window.library
    assert library.overview.empty.isVisibleTo(library)
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(documents))
    )
    stage.window.chat.empty.button.click()
    assert stage.window.stack.currentWidget() is library
    qtbot.waitUntil(lambda: rows(stage) == 3, timeout=WAIT_MS)
    wait_idle(qtbot, stage)
    assert cell(stage, 0, Column.FILE) == "broken.pdf"
    assert cell(stage, 0, Column.STATE) == "Not read"
    failed = library.table.files.row(library.table.files.index(0, 0))
    assert failed.reason
    assert {cell(stage, row, Column.FILE) for row in (1, 2)} == {"keys.txt", "prices.md"}
    assert {cell(stage, row, Column.STATE) for row in (1, 2)} == {"Ready"}
    assert "2 documents read" in library.job.words.text()
    assert "1 could not be read" in library.job.words.text()


@pytest.mark.parametrize("place", ["library", "conversations"])
def test_what_is_dropped_on_a_page_is_added(
    qtbot: QtBot, open_window: Open, documents: Path, place: str
) -> None:
    stage = open_window()
    stage.window.go(place)
    page = stage.window.pages[place]
    drop(page, [documents / "keys.txt", documents / "prices.md"])
    qtbot.waitUntil(lambda: rows(stage) == 2, timeout=WAIT_MS)
    assert stage.window.stack.currentWidget() is stage.window.library


def test_dropped_text_is_left_alone(qtbot: QtBot, open_window: Open) -> None:
    page = open_window().window.library
    data = QMimeData()
    data.setText("no file")
    event = QDragEnterEvent(
        page.rect().center(),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(page, event)
    assert not event.isAccepted()


def test_counters_are_the_engines(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window()
    readings: list[Progress] = []
    stage.window.go("library")
    stage.window.jobs.progressed.connect(readings.append)
    stage.window.library.add([documents])
    wait_idle(qtbot, stage)
    assert readings
    stage.window.library.job.show_progress(Progress("indexing", 3, 12, "/a/b/keys.txt"))
    assert stage.window.library.job.counter.text() == "3 of 12"
    assert stage.window.library.job.bar.value() == 250  # of a thousand
    assert stage.window.library.job.detail.text() == "Indexing keys.txt"


def test_no_such_path_is_told_with_a_hint(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    stage = open_window()
    stage.window.library.add([tmp_path / "nowhere"])
    wait_idle(qtbot, stage)
    words = told(stage)
    assert "nowhere" in words
    assert len(words.split(". ")) >= 2


def test_an_empty_folder_istold(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    stage = open_window()
    stage.window.library.add([tmp_path / "bare"])
    wait_idle(qtbot, stage)
    assert told(stage)


def test_update_takes_in_changes_and_remove_forgets(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents)
    library = stage.window.library
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 2, timeout=WAIT_MS)
    (documents / "new.txt").write_text("Ice breaks the jetty in February.")
    library.inside.update_button.click()
    qtbot.waitUntil(lambda: rows(stage) == 3, timeout=WAIT_MS)
    wait_idle(qtbot, stage)
    choose(stage, documents / "new.txt")
    library.inside.preview.remove.click()
    qtbot.waitUntil(lambda: rows(stage) == 2, timeout=WAIT_MS)
    assert (documents / "new.txt").exists()
