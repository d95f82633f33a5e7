"""Asks before something is done that costs or cannot be taken back."""

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label

WIDTH = 460


class Question(QDialog):
    """One question with two buttons; Enter and Escape both mean the careful one."""

    def __init__(
        self,
        theme: Theme,
        title: str,
        question: str,
        words: str,
        *,
        yes: str,
        no: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(question)
        self.yes = Button(theme, yes, kind="main")
        self.yes.clicked.connect(self.accept)
        self.no = Button(theme, no, kind="plain")
        self.no.clicked.connect(self.reject)
        self.no.setDefault(True)
        self.buttons = buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 12, 0, 0)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.no)
        buttons.addWidget(self.yes)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(8)
        column.addWidget(label(question, "title", wrap=True))
        for part in words.split("\n\n"):
            column.addWidget(label(part, "softbody", wrap=True))
        column.addLayout(buttons)
        self.no.setFocus()


def sure(
    theme: Theme,
    parent: QWidget,
    title: str,
    question: str,
    words: str,
    *,
    yes: str,
    no: str = "Cancel",
) -> bool:
    """Ask and wait; tells whether the user agreed."""
    box = Question(theme, title, question, words, yes=yes, no=no, parent=parent)
    try:
        return bool(box.exec())
    finally:
        box.deleteLater()
