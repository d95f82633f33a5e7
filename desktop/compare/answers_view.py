"""One question with every answer side by side, the words marked in which they differ."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.compare.answer_card import AnswerCard
from desktop.compare.matrix_model import MatrixRow
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label

CARD_PX = 300
"""Narrowest an answer is read well."""


class AnswersView(QWidget):
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[MatrixRow] = []
        self._ways: list[str] = []
        self.at = 0
        self.cards: list[AnswerCard] = []
        self._across = 0
        self.back = Button(theme, icon="arrow-left", kind="icon", tip="Back", icon_px=20)
        self.back.clicked.connect(self.left)
        self.before = Button(theme, icon="caret-left", kind="icon", tip="The question before")
        self.before.clicked.connect(self._before)
        self.after = Button(theme, icon="caret-right", kind="icon", tip="The next question")
        self.after.clicked.connect(self._after)
        self.place = label("", "soft")
        self.question = label("", "title", wrap=True, select=True)
        self.expected = label("", "softbody", wrap=True, select=True)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.back)
        head.addStretch(1)
        head.addWidget(self.place)
        head.addSpacing(8)
        head.addWidget(self.before)
        head.addWidget(self.after)
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(32, 8, 32, 24)
        column.setSpacing(8)
        column.addWidget(self.question)
        column.addWidget(self.expected)
        column.addSpacing(8)
        column.addLayout(self._grid)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        over = QWidget()
        over.setLayout(head)
        head.setContentsMargins(26, 16, 32, 4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(over)
        whole.addWidget(scroll, 1)

    def show_row(self, rows: Sequence[MatrixRow], ways: Sequence[str], at: int) -> None:
        self._rows, self._ways, self.at = list(rows), list(ways), at
        row = self._rows[at]
        asked = row.question
        self.question.setText(asked.question)
        self.expected.setText(
            "Right is to say that the documents do not tell."
            if asked.unanswerable
            else f"Right: {' / '.join(dict.fromkeys(asked.answers))}" if asked.answers else ""
        )  # fmt: skip
        self.expected.setVisible(bool(self.expected.text()))
        self.place.setText(f"{at + 1} of {len(self._rows)}")
        self.before.setEnabled(at > 0)
        self.after.setEnabled(at + 1 < len(self._rows))
        for card in self.cards:
            self._grid.removeWidget(card)
            card.hide()
            card.deleteLater()
        told = [each for each in row.answers.values() if not each.abstained and not each.error]
        best = next((each for each in told if each.scores.get("right")), None)
        reference = (best or told[0]).text if told else ""
        self.cards = [
            AnswerCard(self._theme, way, row.answers.get(way), reference) for way in self._ways
        ]
        self._across = 0
        self._arrange()

    def _arrange(self) -> None:
        room = max(1, (self.width() - 64) // CARD_PX)
        across = max(1, min(len(self.cards), room))
        if len(self.cards) == 4 and across == 3:
            across = 2
        if across == self._across:
            return
        for at in range(self._grid.columnCount()):
            self._grid.setColumnStretch(at, 0)
        self._across = across
        for at, card in enumerate(self.cards):
            self._grid.addWidget(card, at // across, at % across)
            self._grid.setColumnStretch(at % across, 1)

    @Slot()
    def _before(self) -> None:
        if self.at > 0:
            self.show_row(self._rows, self._ways, self.at - 1)

    @Slot()
    def _after(self) -> None:
        if self.at + 1 < len(self._rows):
            self.show_row(self._rows, self._ways, self.at + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Left:
            self._before()
        elif event.key() == Qt.Key.Key_Right:
            self._after()
        else:
            super().keyPressEvent(event)
