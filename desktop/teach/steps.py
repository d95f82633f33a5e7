"""The four steps across the top of the Teach page."""

from typing import Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button

Step = Literal["purpose", "examples", "train", "result"]
STEPS: tuple[tuple[Step, str], ...] = (
    ("purpose", "1  Purpose"),
    ("examples", "2  Examples"),
    ("train", "3  Train"),
    ("result", "4  Result"),
)


class StepBar(QWidget):
    went = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[Step, Button] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for at, (step, words) in enumerate(STEPS):
            button = Button(theme, words, kind="step")
            button.setCheckable(True)
            button.setAccessibleName(f"Step {words.replace('  ', ': ')}")
            self._group.addButton(button, at)
            self.buttons[step] = button
            row.addWidget(button, 1)
        self._group.idClicked.connect(self._go)

    def show_step(self, step: Step, *, open_to: frozenset[Step]) -> None:
        """Which step is shown, and which ones can be gone to."""
        for each, button in self.buttons.items():
            button.setEnabled(each == step or each in open_to)
        self.buttons[step].setChecked(True)

    @Slot(int)
    def _go(self, at: int) -> None:
        self.went.emit(STEPS[at][0])
