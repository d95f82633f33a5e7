"""The parts that tables and running work have in common."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from desktop.compare.matrix_model import MatrixModel
from desktop.compare.question_model import QuestionModel
from desktop.library.file_model import Column, FileModel
from desktop.library.glossary_model import GlossaryModel
from desktop.teach.example_model import ExampleModel
from desktop.theme.theme import Theme
from desktop.widgets.running_row import RunningRow
from engine.progress import Progress

pytestmark = pytest.mark.window
ACROSS, DOWN = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


def test_every_table_names_its_columns_and_no_rows(qtbot: QtBot, theme: Theme) -> None:
    del qtbot
    matrix = MatrixModel()
    matrix.begin(["plain", "rag"], [])
    for model in (matrix, QuestionModel(), FileModel(), GlossaryModel(), ExampleModel(theme)):
        for section in range(model.columnCount(QModelIndex())):
            assert model.headerData(section, ACROSS)
        assert model.headerData(999, DOWN) is None
        assert model.headerData(0, ACROSS, Qt.ItemDataRole.DecorationRole) is None
    side = Qt.ItemDataRole.TextAlignmentRole
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    assert FileModel().headerData(Column.SIZE, ACROSS, side) == right
    assert QuestionModel().headerData(0, ACROSS, Qt.ItemDataRole.ToolTipRole) == "What is asked"


def test_running_work_is_stopped_once(qtbot: QtBot, theme: Theme) -> None:
    row = RunningRow(theme, name="Making examples")
    qtbot.addWidget(row)
    assert row.isHidden()
    row.put(True, "Reading: 1 of 4", Progress("reading", 1, 4))
    assert not row.isHidden()
    assert (row.stage.text(), row.bar.value()) == ("Reading: 1 of 4", 250)
    with qtbot.waitSignal(row.stopped):
        row.stop.click()
    assert row.stage.text() == "Stopping…"
    assert not row.stop.isEnabled()
    row.put(False)
    assert row.isHidden()
