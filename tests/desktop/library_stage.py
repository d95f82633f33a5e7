"""What the tests of the library page share: going inside, reading the table, dropping files."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.library.file_rows import FileRow
from tests.desktop.conftest import WAIT_MS, Stage


def go_inside(qtbot: QtBot, stage: Stage, name: str = "Documents") -> None:
    library = stage.window.library
    stage.window.go("library")
    qtbot.waitUntil(
        lambda: any(c.library.name == name for c in library.overview.cards), timeout=WAIT_MS
    )
    card = next(card for card in library.overview.cards if card.library.name == name)
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)


def names(stage: Stage) -> list[str]:
    model = stage.window.library.table.files
    return [model.row(model.index(at, 0)).name for at in range(model.rowCount())]


def rows(stage: Stage) -> int:
    return stage.window.library.table.files.rowCount()


def choose(stage: Stage, path: Path | str) -> FileRow:
    table = stage.window.library.table
    table.choose(str(path))
    return table.chosen()[0]


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


def told(stage: Stage) -> str:
    notice = stage.window.library.notice
    if notice is not None:
        return f"{notice.message.text()} {notice.hint.text()}"
    job = stage.window.library.job
    return f"{job.words.text()} {job.detail.text()}".strip()


def boats(folder: Path, number: int) -> Path:
    many = folder / "many"
    many.mkdir()
    for at in range(number):
        (many / f"{at}.txt").write_text(f"Boat {at} lies at berth {at}. " * 40)
    return many
