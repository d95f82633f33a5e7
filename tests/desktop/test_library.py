"""The library page: adding by button and by drop, true counters, failures with reasons."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.library.document_model import DOCUMENT_ROLE, Column, folder
from engine.progress import Progress
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def wait_idle(qtbot: QtBot, stage: Stage) -> None:
    qtbot.waitUntil(lambda: not stage.window.jobs.running, timeout=WAIT_MS)


def cell(stage: Stage, row: int, column: int) -> object:
    model = stage.window.library.table.model()
    return model.data(model.index(row, column))


def drop(widget: QWidget, paths: list[Path]) -> None:
    """What the system sends when files are dragged in and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at = QPointF(widget.rect().center())
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, QDragEnterEvent(at.toPoint(), copy, data, left, none))
    QApplication.sendEvent(widget, QDropEvent(at, copy, data, left, none))


def test_a_folder_is_added_by_button_and_failures_are_listed(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    stage = open_window()
    library = stage.window.library
    assert library.empty.isVisibleTo(library)
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", staticmethod(lambda *_: str(documents))
    )
    stage.window.chat.empty.button.click()
    assert stage.window.stack.currentWidget() is library
    qtbot.waitUntil(lambda: library.table.documents.rowCount() == 3, timeout=WAIT_MS)
    wait_idle(qtbot, stage)
    assert cell(stage, 0, Column.FILE) == "broken.pdf"
    assert cell(stage, 0, Column.STATE) == "Not read"
    failed = library.table.model().index(0, 0).data(DOCUMENT_ROLE)
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
    qtbot.waitUntil(lambda: stage.window.library.table.documents.rowCount() == 2, timeout=WAIT_MS)
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
    stage.window.jobs.progressed.connect(readings.append)
    stage.window.library.add([documents])
    wait_idle(qtbot, stage)
    assert readings
    stage.window.library.job.show_progress(Progress("indexing", 3, 12, "/a/b/keys.txt"))
    assert stage.window.library.job.counter.text() == "3 of 12"
    assert stage.window.library.job.bar.value() == 3
    assert stage.window.library.job.detail.text() == "Indexing keys.txt"


def test_stop_ends_the_job_and_the_queue(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(400):
        (many / f"{number}.txt").write_text(f"Boat {number} lies at berth {number}. " * 40)
    stage = open_window()
    jobs = stage.window.jobs
    cancelled: list[bool] = []
    jobs.cancelled.connect(lambda: cancelled.append(True))
    with qtbot.waitSignal(jobs.progressed, timeout=WAIT_MS):
        stage.window.library.add([many])
        stage.window.library.add([many])
    stage.window.library.job.button.click()
    wait_idle(qtbot, stage)
    assert cancelled == [True]
    assert stage.window.library.job.words.text() == "Stopped."
    assert stage.assistant.status().documents < 400


def test_no_such_path_is_told_with_a_hint(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    stage = open_window()
    stage.window.library.add([tmp_path / "nowhere"])
    wait_idle(qtbot, stage)
    told = _told(stage)
    assert "nowhere" in told
    assert len(told.split(". ")) >= 2


def test_an_empty_folder_is_told(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    stage = open_window()
    stage.window.library.add([tmp_path / "bare"])
    wait_idle(qtbot, stage)
    assert _told(stage)


def _told(stage: Stage) -> str:
    notice = stage.window.library._notice
    if notice is not None:
        return f"{notice.message.text()} {notice.hint.text()}"
    job = stage.window.library.job
    return f"{job.words.text()} {job.detail.text()}".strip()


def test_update_takes_in_changes_and_remove_forgets(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents)
    library = stage.window.library
    stage.window.go("library")
    qtbot.waitUntil(lambda: library.table.documents.rowCount() == 2, timeout=WAIT_MS)
    (documents / "new.txt").write_text("Ice breaks the jetty in February.")
    library.update_button.click()
    qtbot.waitUntil(lambda: library.table.documents.rowCount() == 3, timeout=WAIT_MS)
    wait_idle(qtbot, stage)
    library.table.remove_wanted.emit([documents / "new.txt"])
    qtbot.waitUntil(lambda: library.table.documents.rowCount() == 2, timeout=WAIT_MS)
    assert (documents / "new.txt").exists()


def test_a_file_lies_in_the_folder_that_was_added() -> None:
    roots = ("/home/me/Leases",)
    assert folder("/home/me/Leases/2021/a.pdf", roots) == "Leases/2021"
    assert folder("/home/me/Leases/a.pdf", roots) == "Leases"
    assert folder("/else/where/a.pdf", roots) == "/else/where"


def test_several_libraries_are_cards_that_choose(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents / "keys.txt")
    stage.window.jobs.add([documents / "prices.md"], "Prices")
    library = stage.window.library
    stage.window.go("library")
    qtbot.waitUntil(lambda: len(library.cards) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: library.table.documents.rowCount() == 2, timeout=WAIT_MS)
    prices = next(card for card in library.cards if card.library.name == "Prices")
    qtbot.mouseClick(prices, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: library.table.documents.rowCount() == 1, timeout=WAIT_MS)
    assert cell(stage, 0, Column.FILE) == "prices.md"
    assert library.target == "Prices"
