"""What a page says while it has nothing to show, and the one next step."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import IconLabel, label

MEASURE = 440


class EmptyState(QWidget):
    pressed = Signal()

    def __init__(self, theme: Theme, *, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label("", "title", wrap=True)
        self.words = label("", "softbody", wrap=True)
        self.button = Button(theme, " ", kind="main")
        self.button.clicked.connect(self.pressed)
        for text in (self.title, self.words):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            text.setFixedWidth(MEASURE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addStretch(1)
        column.addWidget(IconLabel(theme, icon, px=40, colour="accent"), 0, centre)
        column.addSpacing(8)
        column.addWidget(self.title, 0, centre)
        column.addWidget(self.words, 0, centre)
        column.addSpacing(12)
        column.addWidget(self.button, 0, centre)
        column.addStretch(1)

    def say(self, title: str, words: str, *, button: str = "") -> None:
        self.title.setText(title)
        self.words.setText(words)
        for text in (self.title, self.words):
            text.ensurePolished()
            text.setFixedHeight(text.heightForWidth(MEASURE))
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
