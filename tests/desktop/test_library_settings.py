"""How a library reads its files, set in the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.library.settings_dialog import LibrarySettingsDialog
from engine.library_types import LibrarySettings
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import go_inside, names, wait_idle

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def open_settings(qtbot: QtBot, stage: Stage) -> LibrarySettingsDialog:
    library = stage.window.library
    library.inside.settings_button.click()
    qtbot.waitUntil(
        lambda: isinstance(library.actions_.dialog, LibrarySettingsDialog), timeout=WAIT_MS
    )
    dialog = library.actions_.dialog
    assert isinstance(dialog, LibrarySettingsDialog)
    return dialog


def test_settings_are_kept_and_applied_at_once(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    (documents / "drafts").mkdir()
    (documents / "drafts" / "later.txt").write_text("The jetty may be painted.")
    (documents / "large.txt").write_text("Tides and times. " * 100_000)
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    qtbot.waitUntil(lambda: len(names(stage)) == 4, timeout=WAIT_MS)
    dialog = open_settings(qtbot, stage)
    assert dialog.ocr.isChecked()
    assert dialog.formats["markdown"].isChecked()
    dialog.formats["markdown"].click()
    dialog.languages.setText("de, EN")
    dialog.max_mb.setText("1")
    dialog.ignore.setPlainText("drafts/\n\n*.{a,b}\n")
    dialog.ignore_files.setChecked(False)
    dialog.yes.click()
    qtbot.waitUntil(lambda: stage.window.library.actions_.dialog is None, timeout=WAIT_MS)
    assert stage.assistant.upkeep.settings("Documents") == LibrarySettings(
        languages=("de", "en"),
        formats_off=("markdown",),
        max_mb=1,
        ignore=("drafts/", "*.{a,b}"),
        ignore_files=False,
    )
    qtbot.waitUntil(
        lambda: (
            {each.path for each in stage.assistant.documents() if each.state == "indexed"}
            == {str(documents / "keys.txt")}
        ),
        timeout=WAIT_MS,
    )
    wait_idle(qtbot, stage)
    again = open_settings(qtbot, stage)
    assert again.languages.text() == "de, en"
    assert again.max_mb.text() == "1"
    assert again.ignore.toPlainText() == "drafts/\n*.{a,b}"
    assert not again.formats["markdown"].isChecked()
    again.clear.click()
    again.yes.click()
    qtbot.waitUntil(
        lambda: stage.assistant.upkeep.settings("Documents") == LibrarySettings(), timeout=WAIT_MS
    )
    qtbot.waitUntil(
        lambda: sum(each.state == "indexed" for each in stage.assistant.documents()) == 4,
        timeout=WAIT_MS,
    )
    wait_idle(qtbot, stage)


def test_a_wrong_language_is_told_and_nothing_is_lost(
    qtbot: QtBot, open_window: Open, documents: Path
) -> None:
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    dialog = open_settings(qtbot, stage)
    dialog.languages.setText("German")
    dialog.ignore.setPlainText("*.bak")
    dialog.yes.click()
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "“german” is no code of a language."
    assert dialog.isVisible()
    assert dialog.ignore.toPlainText() == "*.bak"
    assert stage.assistant.upkeep.settings("Documents") == LibrarySettings()
    dialog.ocr.setChecked(False)
    assert not dialog.languages.isEnabled()
    dialog.reject()
