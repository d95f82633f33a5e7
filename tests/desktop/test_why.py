"""Why a file is not found: the answer for each case, and what its button does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.library.why import why
from desktop.library.why_dialog import WhyDialog
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import drop, go_inside

pytestmark = pytest.mark.window
Open = Callable[..., Stage]


def test_every_case_has_its_answer(open_window: Open, documents: Path, tmp_path: Path) -> None:
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7 this is no PDF")
    stage = open_window(add=documents)
    other = tmp_path / "other.txt"
    other.write_text("Elsewhere.")
    (documents / "late.txt").write_text("Came later.")
    (documents / ".hidden.txt").write_text("Hidden.")

    def told(path: Path) -> tuple[str, str]:
        found = why(stage.assistant, str(path))
        return found.message, found.step

    assert told(documents / "keys.txt") == (
        "keys.txt: It is found in the library Documents, with 1 passage.",
        "show",
    )
    assert told(documents / "broken.pdf")[1] == "retry"
    assert told(other)[0].startswith("other.txt: It is in no library")
    assert told(other)[1] == "add"
    assert told(documents / "late.txt")[1] == "update"
    assert told(documents / ".hidden.txt")[1] == "add"
    assert told(tmp_path / "nowhere.txt")[1] == "none"
    assert told(documents)[1] == "update"
    for path in (documents / "broken.pdf", other, documents / "late.txt"):
        assert "alcove" not in why(stage.assistant, str(path)).hint


def test_a_dropped_file_is_looked_up_and_added(
    qtbot: QtBot, open_window: Open, documents: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The ferry leaves at nine.")
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    library = stage.window.library
    library.inside.why.click()
    dialog = library.actions_.dialog
    assert isinstance(dialog, WhyDialog)
    drop(dialog, [other])
    qtbot.waitUntil(lambda: dialog.found is not None, timeout=WAIT_MS)
    assert dialog.message.text().startswith("other.txt: It is in no library")
    assert dialog.step.text() == "Add it"
    dialog.step.click()
    qtbot.waitUntil(lambda: stage.assistant.document(str(other)) is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not stage.window.jobs.running, timeout=WAIT_MS)


def test_a_chosen_file_that_is_there_leads_to_what_was_read(
    qtbot: QtBot, open_window: Open, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window(add=documents)
    stage.window.go("library")
    library = stage.window.library
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", staticmethod(lambda *_: (str(documents / "keys.txt"), ""))
    )
    library.overview.why.click()
    dialog = library.actions_.dialog
    assert isinstance(dialog, WhyDialog)
    dialog.yes.click()
    qtbot.waitUntil(lambda: dialog.step.isVisible(), timeout=WAIT_MS)
    dialog.step.click()
    preview = library.inside.preview
    qtbot.waitUntil(lambda: preview.isVisible() and preview.extract is not None, timeout=WAIT_MS)
    assert "spare keys" in preview.text.toPlainText()
