"""Asks what becomes of a training when the window closes."""

from typing import Literal

from PySide6.QtWidgets import QWidget

from desktop.theme.theme import Theme
from desktop.widgets.ask import Question
from desktop.widgets.buttons import Button

Choice = Literal["background", "stop", "stay"]


class ClosingQuestion(Question):
    """Three ways; Escape stays, Enter lets it go on."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "A training runs",
            f"Go on with {name} in the background?",
            "It goes on without the window, behind other programs, and is found again at the next "
            "start.\n\nStopped, it keeps its place and goes on whenever you like.",
            yes="Go on in the background",
            no="Stay",
            parent=parent,
        )
        self.choice: Choice = "stay"
        self.stop = Button(theme, "Stop it", kind="plain")
        self.stop.clicked.connect(self._stop)
        self.buttons.insertWidget(0, self.stop)
        self.yes.clicked.connect(self._background)
        self.no.setDefault(False)
        self.yes.setDefault(True)
        self.yes.setFocus()

    def _stop(self) -> None:
        self.choice = "stop"
        self.accept()

    def _background(self) -> None:
        self.choice = "background"


def ask(theme: Theme, parent: QWidget, name: str) -> Choice:
    """Ask and wait."""
    box = ClosingQuestion(theme, name, parent)
    try:
        box.exec()
        return box.choice
    finally:
        box.deleteLater()
