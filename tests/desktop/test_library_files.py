"""One library from the inside: states, filters, preview, passwords, what can be done."""

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.library.file_model import Column
from desktop.library.file_rows import WAITING, folder
from desktop.library.unlock_dialog import UnlockDialog
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import (
    cell,
    choose,
    go_inside,
    names,
    rows,
    wait_idle,
)

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
HANDBOOK = Path(__file__).parents[2] / "samples" / "library" / "Staff handbook.pdf"


def test_a_file_lies_in_the_folder_that_was_added() -> None:
    roots = ("/home/me/Leases",)
    assert folder("/home/me/Leases/2021/a.pdf", roots) == "Leases/2021"
    assert folder("/home/me/Leases/a.pdf", roots) == "Leases"
    assert folder("/else/where/a.pdf", roots) == "/else/where"


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
    choose(stage, documents / "keys.txt")
    preview = stage.window.library.inside.preview
    assert preview.outside.isHidden()
    assert preview.folder.isHidden()
    assert preview.retry.isHidden()


def test_what_failed_tells_when_it_is_tried_again_and_what_waits_does_not(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 3, timeout=WAIT_MS)
    choose(stage, documents / "broken.pdf")
    preview = stage.window.library.inside.preview
    assert preview.note.text().startswith("It is tried again when it changes")
    assert not preview.retry.isHidden()
    assert preview._row is not None
    preview.show_row(replace(preview._row, state="waiting", reason=WAITING))
    assert preview.note.isHidden()


def test_nothing_over_the_table_is_cut_beside_a_preview(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents)
    stage.window.resize(1280, 800)
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: rows(stage) == 2, timeout=WAIT_MS)
    inside = stage.window.library.inside
    buttons = (inside.update_button, inside.files_button, inside.folder_button)
    assert [button.text().strip() for button in buttons] == ["Update", "Add files", "Add a folder"]
    for state, chip in inside.filters.buttons.items():
        chip.setText(f"{state} 1,000")
        chip.show()
    choose(stage, documents / "keys.txt")
    qtbot.waitUntil(lambda: inside.update_button.text() == "", timeout=WAIT_MS)
    assert inside.update_button.accessibleName() == "Update"
    assert inside.files_button.toolTip() == "Add files"

    def whole() -> bool:
        shown = (*inside.filters.buttons.values(), inside.filters.search, inside.why)
        return all(each.width() >= each.minimumSizeHint().width() for each in shown) and all(
            each.geometry().bottom() <= each.parentWidget().height() for each in shown
        )

    qtbot.waitUntil(whole, timeout=WAIT_MS)
    chips = inside.filters.buttons.values()
    assert len({chip.y() for chip in chips}) > 1, "they go on in a second line"
    assert all(chip.width() >= chip.sizeHint().width() for chip in chips)
