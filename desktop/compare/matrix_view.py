"""The matrix with its filters; as tall as its rows, so that the page scrolls and not the table."""

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.compare.matrix_delegate import ROW_PX, MatrixDelegate
from desktop.compare.matrix_model import DIFFER, DISAGREE, EVERY, WRONG, MatrixModel, MatrixRow
from desktop.compare.words import KINDS
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import label

HEAD_PX = 34
NARROWEST = 148
QUESTION_SHARE = 1.25
"""Width of the column of questions, in those of answers."""
NONE = {
    DISAGREE: "The ways agree everywhere.",
    DIFFER: "All ways say the same.",
    WRONG: "Nothing is wrong.",
}


class MatrixTable(QTableView):
    entered_row = Signal()

    def __init__(self, theme: Theme, model: MatrixModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(MatrixDelegate(theme, self))
        self.setAccessibleName("Questions and answers")
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.horizontalHeader().setFixedHeight(HEAD_PX)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def fit(self) -> None:
        """Be as tall as the rows, and share the width."""
        model = self.model()
        ways = model.columnCount() - 1
        each = self.viewport().width() / (ways + QUESTION_SHARE)
        wide = max(NARROWEST, int(each))
        self.setColumnWidth(0, max(NARROWEST, self.viewport().width() - ways * wide)
                            if each >= NARROWEST else int(NARROWEST * QUESTION_SHARE))  # fmt: skip
        for at in range(ways):
            self.setColumnWidth(at + 1, wide)
        bar = self.horizontalScrollBar().sizeHint().height() if each < NARROWEST else 0
        self.setFixedHeight(HEAD_PX + ROW_PX * model.rowCount() + bar + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().x():
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.entered_row.emit()
            return
        super().keyPressEvent(event)


class MatrixView(QWidget):
    opened = Signal(int)
    """Place of a question among those that are shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.matrix = MatrixModel(self)
        self.table = MatrixTable(theme, self.matrix)
        self.table.clicked.connect(self._clicked)
        self.table.entered_row.connect(self._entered)
        self.matrix.modelReset.connect(self.table.fit)
        self.chips: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(self._filter)
        self._place = QWidget()
        self._flow = FlowLayout(self._place)
        self.none = label("", "softbody")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._place)
        column.addWidget(self.none)
        column.addWidget(self.table)
        self.none.hide()

    def refresh(self) -> None:
        """Count the filters anew."""
        kinds = dict.fromkeys(row.question.kind for row in self.matrix.every)
        wanted = {EVERY: "All", DISAGREE: "They disagree", DIFFER: "Other words", WRONG: "Wrong"}
        if len(kinds) > 1:
            wanted |= {kind: KINDS[kind] for kind in kinds}
        for key in [each for each in self.chips if each not in wanted]:
            chip = self.chips.pop(key)
            self._flow.removeWidget(chip)
            self._group.removeButton(chip)
            chip.hide()
            chip.deleteLater()
        for key, words in wanted.items():
            if key not in self.chips:
                chip = Button(self._theme, words, kind="chip")
                chip.setCheckable(True)
                chip.setProperty("wanted", key)
                self.chips[key] = chip
                self._group.addButton(chip)
                self._flow.addWidget(chip)
            self.chips[key].setText(f"{words}  {self.matrix.count(key)}")
            self.chips[key].setChecked(key == self.matrix.filter)
        empty = self.matrix.rowCount() == 0
        self.none.setText(NONE.get(self.matrix.filter, "There is nothing to show."))
        self.none.setVisible(empty)
        self.table.setVisible(not empty)
        self.table.fit()

    @property
    def rows(self) -> list[MatrixRow]:
        return self.matrix.shown

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())

    @Slot()
    def _entered(self) -> None:
        if self.table.currentIndex().isValid():
            self.opened.emit(self.table.currentIndex().row())

    @Slot(object)
    def _filter(self, chip: Button) -> None:
        self.matrix.narrow(str(chip.property("wanted")))
        self.refresh()
