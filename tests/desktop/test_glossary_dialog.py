"""The glossary of a library in the window: found terms, own terms, CSV files."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.library.glossary_dialog import GlossaryDialog
from desktop.library.glossary_model import Column
from tests.desktop.conftest import WAIT_MS, Stage
from tests.desktop.library_stage import go_inside

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
REPORT = (
    "A myocardial infarction (MI) was treated. Atrial fibrillation (AF) followed after the "
    "operation, and the patient went home."
)


@pytest.fixture
def stage(qtbot: QtBot, open_window: Open, documents: Path) -> Stage:
    (documents / "report.txt").write_text(REPORT)
    stage = open_window(add=documents)
    go_inside(qtbot, stage)
    return stage


def open_glossary(qtbot: QtBot, stage: Stage) -> GlossaryDialog:
    stage.window.library.inside.glossary_button.click()
    dialog = stage.window.library.actions_.dialog
    assert isinstance(dialog, GlossaryDialog)
    with qtbot.waitSignal(dialog.changed, timeout=WAIT_MS):
        pass
    return dialog


def terms(dialog: GlossaryDialog) -> dict[str, str]:
    return {each.term: each.meaning for each in dialog.entries.entries}


def done(qtbot: QtBot, dialog: GlossaryDialog, act: Callable[[], object]) -> None:
    with qtbot.waitSignal(dialog.changed, timeout=WAIT_MS):
        act()


def test_found_terms_are_shown_and_confirmed(qtbot: QtBot, stage: Stage) -> None:
    dialog = open_glossary(qtbot, stage)
    assert terms(dialog) == {"AF": "Atrial fibrillation", "MI": "myocardial infarction"}
    assert dialog.summary.text() == "2 terms, 2 to confirm"
    assert not dialog.confirm.isEnabled()
    dialog.table.selectRow(0)
    assert dialog.confirm.isEnabled()
    done(qtbot, dialog, dialog.confirm.click)
    assert dialog.summary.text() == "2 terms, 1 to confirm"
    assert dialog.entries.data(dialog.entries.index(0, Column.ORIGIN)) == "You, 1 document"
    assert {each.term: each.origin for each in stage.assistant.glossary.all()} == {
        "AF": "user",
        "MI": "found",
    }


def test_terms_are_added_changed_and_taken_out(qtbot: QtBot, stage: Stage) -> None:
    dialog = open_glossary(qtbot, stage)
    dialog.term.setText("BP")
    dialog.meaning.setText("blood pressure")
    done(qtbot, dialog, lambda: qtbot.keyClick(dialog.meaning, Qt.Key.Key_Return))
    assert terms(dialog)["BP"] == "blood pressure"
    assert dialog.term.text() == ""
    meaning = dialog.entries.index(1, Column.MEANING)
    done(qtbot, dialog, lambda: dialog.entries.setData(meaning, "arterial blood pressure"))
    assert terms(dialog)["BP"] == "arterial blood pressure"
    assert [each.meaning for each in stage.assistant.glossary.all() if each.term == "BP"] == [
        "arterial blood pressure"
    ]
    dialog.search.setText("MI")
    assert list(terms(dialog)) == ["MI"]
    dialog.table.selectAll()
    done(qtbot, dialog, dialog.remove.click)
    dialog.search.clear()
    assert list(terms(dialog)) == ["AF", "BP"]
    done(qtbot, dialog, dialog.look.click)
    assert list(terms(dialog)) == ["AF", "BP"], "what was taken out stays out"


def test_a_term_without_a_meaning_is_told(qtbot: QtBot, stage: Stage) -> None:
    dialog = open_glossary(qtbot, stage)
    dialog.term.setText("BP")
    dialog.add.click()
    qtbot.waitUntil(lambda: dialog.notice is not None, timeout=WAIT_MS)
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "A term needs a meaning."
    assert dialog.term.text() == "BP", "nothing typed is lost"


def test_terms_come_from_and_go_to_a_file(
    qtbot: QtBot, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = open_glossary(qtbot, stage)
    file = tmp_path / "house.csv"
    file.write_bytes("Term;Meaning\nKfz;Kraftfahrzeug für Gäste\n".encode("cp1252"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_: (str(file), "")))
    done(qtbot, dialog, dialog.import_.click)
    assert terms(dialog)["Kfz"] == "Kraftfahrzeug für Gäste"
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "1 new term imported from house.csv."
    out = tmp_path / "out.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_: (str(out), "")))
    done(qtbot, dialog, dialog.export.click)
    assert "Kfz,Kraftfahrzeug für Gäste,Documents" in out.read_text("utf-8").splitlines()
    file.write_text("Kfz\n")
    dialog.import_.click()
    qtbot.waitUntil(
        lambda: dialog.notice is not None and "Line 1" in dialog.notice.message.text(),
        timeout=WAIT_MS,
    )
