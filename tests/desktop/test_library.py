"""The library page: adding by button and by drop, true counters, failures with reasons."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.library.file_model import Column
from desktop.library.file_rows import FileRow, folder
from desktop.library.new_library import NewLibrary
from desktop.library.unlock_dialog import UnlockDialog
from engine.progress import Progress
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.models_stage import answering

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
HANDBOOK = Path(__file__).parents[2] / "samples" / "library" / "Staff handbook.pdf"


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
    notice = stage.window.library.notice
    if notice is not None:
        return f"{notice.message.text()} {notice.hint.text()}"
    job = stage.window.library.job
    return f"{job.words.text()} {job.detail.text()}".strip()


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


def test_a_file_lies_in_the_folder_that_was_added() -> None:
    roots = ("/home/me/Leases",)
    assert folder("/home/me/Leases/2021/a.pdf", roots) == "Leases/2021"
    assert folder("/home/me/Leases/a.pdf", roots) == "Leases"
    assert folder("/else/where/a.pdf", roots) == "/else/where"


def test_libraries_are_cards_that_lead_inside(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents / "keys.txt")
    stage.window.jobs.add([documents / "prices.md"], "Prices")
    library = stage.window.library
    stage.window.go("library")
    qtbot.waitUntil(lambda: len(library.overview.cards) == 2, timeout=WAIT_MS)
    told = library.overview.summary
    qtbot.waitUntil(lambda: told.text() == "2 documents in 2 libraries", timeout=WAIT_MS)
    go_inside(qtbot, stage, "Prices")
    qtbot.waitUntil(lambda: names(stage) == ["prices.md"], timeout=WAIT_MS)
    assert library.target == "Prices"
    assert library.inside.title.text() == "Prices"
    qtbot.keyClick(library.inside, Qt.Key.Key_Escape)
    assert library.stack.currentWidget() is library.overview


def test_a_further_library_is_named_and_filled(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window(add=documents / "keys.txt")
    library = stage.window.library
    stage.window.go("library")
    monkeypatch.setattr(
        QFileDialog,
        "getOpenFileNames",
        staticmethod(lambda *_: ([str(documents / "prices.md")], "")),
    )
    library.overview.new_button.click()
    dialog = library.actions_.dialog
    assert isinstance(dialog, NewLibrary)
    dialog.name.setText(" documents ")
    dialog.files.click()
    assert dialog.notice is not None
    assert "already" in dialog.notice.message.text()
    dialog.name.setText("Prices")
    dialog.files.click()
    qtbot.waitUntil(lambda: names(stage) == ["prices.md"], timeout=WAIT_MS)
    wait_idle(qtbot, stage)
    assert {one.name for one in stage.assistant.libraries()} == {"Documents", "Prices"}


def test_a_library_is_removed_after_a_question(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window(add=documents)
    asked = answering(monkeypatch)
    go_inside(qtbot, stage)
    stage.window.library.inside.remove_button.click()
    assert asked.questions[0][0] == "Remove Documents?"
    qtbot.waitUntil(lambda: not stage.assistant.libraries(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: stage.window.library.overview.empty.isVisible(), timeout=WAIT_MS)
    assert (documents / "keys.txt").exists()


def test_filters_and_search_narrow_the_table(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    filters = stage.window.library.inside.filters
    qtbot.waitUntil(lambda: rows(stage) == 3, timeout=WAIT_MS)
    assert filters.buttons["failed"].text() == "Not read 1"
    assert filters.buttons["locked"].isHidden()
    filters.buttons["failed"].click()
    assert names(stage) == ["broken.pdf"]
    filters.buttons["all"].click()
    filters.search.setText("KEYS")
    assert names(stage) == ["keys.txt"]
    filters.search.setText("no such file")
    assert names(stage) == []
    assert not stage.window.library.inside.nothing.isHidden()


def test_a_preview_tells_what_was_read(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 2, timeout=WAIT_MS)
    choose(stage, documents / "prices.md")
    preview = stage.window.library.inside.preview
    qtbot.waitUntil(lambda: preview.extract is not None, timeout=WAIT_MS)
    assert "A family skiff costs 78 crowns" in preview.text.toPlainText()
    assert preview.facts.text() == "Ready · 1 page · 1 passage"
    assert preview.unlock.isHidden()
    qtbot.keyClick(preview, Qt.Key.Key_Escape)
    assert preview.isHidden()


def test_attachments_stand_below_their_mail(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Offer", "ada@example.org", "bo@example.org"
    mail.set_content("The offer for the slipway is attached.")
    mail.add_attachment("A slipway costs 900 crowns.", filename="offer.txt")
    path = tmp_path / "offer.eml"
    path.write_bytes(bytes(mail))
    stage = open_window(add=path)
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 1, timeout=WAIT_MS)
    table = stage.window.library.table
    top = table.files.index(0, 0)
    assert table.files.rowCount(top) == 1
    inner = table.files.row(table.files.index(0, 0, top))
    assert (inner.name, inner.state) == ("offer.txt", "ready")
    stage.window.library.inside.filters.search.setText("offer.txt")
    assert table.isExpanded(table.files.index(0, 0))
    choose(stage, path)
    preview = stage.window.library.inside.preview
    qtbot.waitUntil(lambda: preview.inside.isVisible(), timeout=WAIT_MS)
    preview.inside.findChildren(QPushButton)[-1].click()
    qtbot.waitUntil(lambda: "900 crowns" in preview.text.toPlainText(), timeout=WAIT_MS)
    assert table.chosen()[0].path == inner.path


def locked(path: Path) -> None:
    writer = PdfWriter()
    for page in PdfReader(HANDBOOK).pages[:2]:
        writer.add_page(page)
    writer.encrypt("harbour")
    writer.write(path)


def test_a_locked_file_is_unlocked_once(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    locked(path)
    stage = open_window(add=path)
    library = stage.window.library
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 1, timeout=WAIT_MS)
    assert choose(stage, path).state == "locked"
    assert library.inside.filters.buttons["locked"].text() == "Locked 1"
    library.inside.preview.unlock.click()
    dialog = library.actions_.dialog
    assert isinstance(dialog, UnlockDialog)
    assert not dialog.remember.isChecked()
    dialog.password.setText("wrong")
    dialog.yes.click()
    qtbot.waitUntil(
        lambda: library.actions_.dialog not in (None, dialog) and not stage.window.jobs.running,
        timeout=WAIT_MS,
    )
    again = library.actions_.dialog
    assert isinstance(again, UnlockDialog)
    assert again.notice is not None
    assert again.notice.message.text() == "That password does not open it."
    again.password.setText("harbour")
    again.yes.click()
    qtbot.waitUntil(lambda: cell(stage, 0, Column.STATE) == "Ready", timeout=WAIT_MS)
    assert stage.assistant.passages(str(path))


def test_a_file_is_read_again(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 2, timeout=WAIT_MS)
    (documents / "keys.txt").write_text("The spare keys lie under the third bollard.")
    choose(stage, documents / "keys.txt")
    stage.window.library.inside.preview.retry.click()
    qtbot.waitUntil(
        lambda: "bollard" in stage.assistant.pages(str(documents / "keys.txt"))[0].text,
        timeout=WAIT_MS,
    )
    wait_idle(qtbot, stage)


def test_what_can_be_done_depends_on_the_file(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url.toLocalFile()))
    )
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 2, timeout=WAIT_MS)
    choose(stage, documents / "keys.txt")
    preview = stage.window.library.inside.preview
    preview.outside.click()
    preview.folder.click()
    assert opened == [str(documents / "keys.txt"), str(documents)]
    words = [action.text() for action in stage.window.library.table.actions_menu().actions()]
    assert "Unlock…" not in words
    assert "Why is this file not found?" in words


def test_files_of_a_folder_that_is_gone_are_away(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents)
    documents.rename(documents.with_name("unplugged"))
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 2, timeout=WAIT_MS)
    assert {cell(stage, row, Column.STATE) for row in (0, 1)} == {"Away"}
    assert stage.window.library.inside.filters.buttons["away"].text() == "Away 2"


def test_a_stopped_job_goes_on(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    stage = open_window()
    library = stage.window.library
    many = boats(tmp_path, 300)
    with qtbot.waitSignal(stage.window.jobs.progressed, timeout=WAIT_MS):
        library.add([many])
    qtbot.waitUntil(
        lambda: bool(stage.window.jobs.progress) and stage.window.jobs.progress.done > 5,
        timeout=WAIT_MS,
    )
    library.job.button.click()
    wait_idle(qtbot, stage)
    left = stage.assistant.waiting().files
    assert 0 < left < 300
    go_inside(qtbot, stage)
    waiting = library.inside.filters.buttons["waiting"]
    qtbot.waitUntil(lambda: waiting.text() == f"Waiting {left}", timeout=WAIT_MS)
    library.job.go_on.click()
    qtbot.waitUntil(lambda: stage.assistant.status().documents == 300, timeout=3 * WAIT_MS)
    wait_idle(qtbot, stage)
    assert not stage.assistant.waiting()


def test_interrupted_work_is_taken_up_at_the_start(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    stage = open_window()
    many = boats(tmp_path, 200)
    with qtbot.waitSignal(stage.window.jobs.progressed, timeout=WAIT_MS):
        stage.window.library.add([many])
    qtbot.waitUntil(
        lambda: bool(stage.window.jobs.progress) and stage.window.jobs.progress.done > 5,
        timeout=WAIT_MS,
    )
    again = open_window()
    qtbot.waitUntil(lambda: again.assistant.status().documents == 200, timeout=3 * WAIT_MS)
    wait_idle(qtbot, again)
    assert not again.assistant.waiting()


def boats(folder: Path, number: int) -> Path:
    many = folder / "many"
    many.mkdir()
    for at in range(number):
        (many / f"{at}.txt").write_text(f"Boat {at} lies at berth {at}. " * 40)
    return many
