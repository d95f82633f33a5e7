"""An error or a remark where it happened: a sentence, a hint, one button."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import IconLabel, label


class Notice(QFrame):
    pressed = Signal()

    def __init__(
        self,
        theme: Theme,
        message: str,
        hint: str = "",
        *,
        button: str = "",
        icon: str = "warning-circle",
        colour: str = "bad",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "notice")
        self.setAccessibleName(f"{message} {hint}".strip())
        self.message = label(message, "strong", wrap=True, select=True)
        self.hint = label(hint, "softbody", wrap=True, select=True)
        self.hint.setVisible(bool(hint))
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.message)
        words.addWidget(self.hint)
        self.button = Button(theme, button, kind="plain", parent=self)
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.pressed)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(12)
        at = Qt.AlignmentFlag.AlignTop if hint else Qt.AlignmentFlag.AlignVCenter
        row.addWidget(IconLabel(theme, icon, px=20, colour=colour), 0, at)
        row.addLayout(words, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    @staticmethod
    def of(theme: Theme, problem: Problem, *, button: str = "") -> "Notice":
        return Notice(theme, problem.message, problem.hint, button=button)
