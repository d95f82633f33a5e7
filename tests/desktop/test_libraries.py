"""Several libraries: cards, a new one by name, where files go, the end of one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.library.choose_library import ChooseLibrary
from desktop.library.import_dialog import ImportDialog
from desktop.library.new_library import NewLibrary
from desktop.library.rename_dialog import RenameDialog
from engine.progress import drain
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import (
    boats,
    drop,
    go_inside,
    names,
    wait_idle,
)
from tests.desktop.models_stage import answering

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


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
    stage.window.library.inside.remove_action.trigger()
    assert asked.questions[0][0] == "Remove Documents?"
    qtbot.waitUntil(lambda: not stage.assistant.libraries(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: stage.window.library.overview.empty.isVisible(), timeout=WAIT_MS)
    assert (documents / "keys.txt").exists()


def test_removing_a_library_tells_what_the_disk_got_back(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window(add=documents / "keys.txt")
    drain(stage.assistant.add([boats(documents.parent, 200)], library="Boats"))
    answering(monkeypatch)
    go_inside(qtbot, stage, "Boats")
    stage.window.library.inside.remove_action.trigger()
    qtbot.waitUntil(
        lambda: [one.name for one in stage.assistant.libraries()] == ["Documents"],
        timeout=WAIT_MS,
    )
    wait_idle(qtbot, stage)
    job = stage.window.library.job
    told = "Boats is removed: 200 documents."
    qtbot.waitUntil(lambda: job.words.text() == told, timeout=WAIT_MS)
    assert job.detail.text().startswith("The disk got ")


def test_files_ask_for_their_library_where_there_are_several(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents / "keys.txt")
    drain(stage.assistant.add([boats(documents.parent, 2)], library="Boats"))
    stage.window.facts.refresh()
    library = stage.window.library
    stage.window.go("library")
    qtbot.waitUntil(lambda: len(library.overview.cards) == 2, timeout=WAIT_MS)
    library.add([documents / "prices.md"])
    dialog = library.actions_.dialog
    assert isinstance(dialog, ChooseLibrary)
    assert not stage.window.jobs.running
    dialog.buttons_.button(0).click()
    dialog.yes.click()
    qtbot.waitUntil(lambda: library.inside.title.text() == "Boats", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "prices.md" in names(stage), timeout=WAIT_MS)
    wait_idle(qtbot, stage)
    # Inside a library, what is dropped goes there unasked.
    library.add([documents / "keys.txt"])
    assert library.actions_.dialog is None
    wait_idle(qtbot, stage)


def test_files_can_go_to_a_library_that_is_named_on_the_way(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents / "keys.txt")
    drain(stage.assistant.add([boats(documents.parent, 2)], library="Boats"))
    stage.window.facts.refresh()
    library = stage.window.library
    stage.window.go("library")
    qtbot.waitUntil(lambda: len(library.overview.cards) == 2, timeout=WAIT_MS)
    drop(stage.window.library, [documents / "prices.md"])
    dialog = library.actions_.dialog
    assert isinstance(dialog, ChooseLibrary)
    qtbot.keyClicks(dialog.name, "  Prices ")
    assert dialog.buttons_.checkedId() == -1
    dialog.yes.click()
    qtbot.waitUntil(lambda: names(stage) == ["prices.md"], timeout=WAIT_MS)
    wait_idle(qtbot, stage)
    assert "Prices" in {one.name for one in stage.assistant.libraries()}


def test_a_library_gets_another_name(qtbot: QtBot, open_window: Open, documents: Path) -> None:
    stage = open_window(add=documents / "keys.txt")
    drain(stage.assistant.add([boats(documents.parent, 2)], library="Boats"))
    stage.window.facts.refresh()
    library = stage.window.library
    go_inside(qtbot, stage)
    library.inside.rename_action.trigger()
    dialog = library.actions_.dialog
    assert isinstance(dialog, RenameDialog)
    dialog.name.setText("boats")
    dialog.yes.click()
    qtbot.waitUntil(lambda: dialog.notice is not None, timeout=WAIT_MS)
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "There is a library called boats already."
    dialog.name.setText("Harbour")
    dialog.yes.click()
    qtbot.waitUntil(lambda: library.inside.title.text() == "Harbour", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: names(stage) == ["keys.txt"], timeout=WAIT_MS)
    assert "Harbour" in stage.window.watching.unwatched


def test_a_library_goes_into_a_file_and_back(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window(add=documents)
    library = stage.window.library
    go_inside(qtbot, stage)
    file = documents.parent / "harbour"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(file), "")))
    library.inside.export_action.trigger()
    wait_idle(qtbot, stage)
    written = file.with_name("harbour.alcove")
    assert written.is_file()
    assert library.job.words.text().startswith("Documents is written: 2 documents")
    assert "not encrypted" in library.job.detail.text()
    answering(monkeypatch)
    library.inside.remove_action.trigger()
    qtbot.waitUntil(lambda: not stage.assistant.libraries(), timeout=WAIT_MS)
    wait_idle(qtbot, stage)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_: (str(written), "")))
    library.overview.import_button.click()
    dialog = library.actions_.dialog
    assert isinstance(dialog, ImportDialog)
    dialog.name.setText("Came back")
    dialog.yes.click()
    qtbot.waitUntil(
        lambda: [one.name for one in stage.assistant.libraries()] == ["Came back"], timeout=WAIT_MS
    )
    wait_idle(qtbot, stage)
    assert library.job.words.text() == "Came back is imported: 2 documents, 2 passages."
    assert stage.assistant.search("spare keys", top=1).hits[0].passage.path.endswith("keys.txt")


def test_a_file_that_is_no_library_is_told(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents)
    stage.window.library.show_all()
    stage.window.jobs.import_library(documents / "keys.txt")
    wait_idle(qtbot, stage)
    notice = stage.window.library.notice
    assert notice is not None
    assert notice.message.text()
    assert notice.hint.text()
    assert stage.assistant.status().documents == 2
