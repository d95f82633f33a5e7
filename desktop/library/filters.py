"""Which files of a library are shown: by state, and by words in their name or reason."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QWidget

from desktop.library.file_model import Shown
from desktop.library.file_rows import Files
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.flow import FlowLayout

CHOICES: tuple[tuple[Shown, str], ...] = (
    ("all", "All"),
    ("failed", "Not read"),
    ("locked", "Locked"),
    ("away", "Away"),
    ("scanned", "Scanned"),
    ("waiting", "Waiting"),
)
SEARCH_PX = 160
CHIP_DOWN_PX = 4
"""Chips are so much lower than the line for words beside them, at both edges."""


class Filters(QWidget):
    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: Shown = "all"
        self.buttons: dict[Shown, Button] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        chips = QWidget()
        flow = FlowLayout(chips)
        flow.setContentsMargins(0, CHIP_DOWN_PX, 0, 0)
        for at, (state, words) in enumerate(CHOICES):
            button = Button(theme, words, kind="chip")
            button.setCheckable(True)
            self._group.addButton(button, at)
            self.buttons[state] = button
            flow.addWidget(button)
        self.buttons["all"].setChecked(True)
        self._group.idClicked.connect(self._choose)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search files")
        self.search.setAccessibleName("Search files")
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(SEARCH_PX)
        self.search.textChanged.connect(self.changed)
        row.addWidget(chips, 1)
        row.addWidget(self.search, alignment=Qt.AlignmentFlag.AlignTop)

    @property
    def words(self) -> str:
        return self.search.text()

    def count(self, files: Files) -> None:
        """True numbers on the chips; a state that no file is in has none."""
        for state, words in CHOICES:
            number = len(files.rows) if state == "all" else files.count(state)
            button = self.buttons[state]
            button.setText(f"{words} {number:,}")
            button.setAccessibleName(button.text())
            button.setVisible(bool(number) or state in ("all", self.shown))

    def show_state(self, state: Shown) -> None:
        self.buttons[state].setChecked(True)
        self.shown = state
        self.changed.emit()

    def reset(self) -> None:
        self.search.clear()
        self.show_state("all")

    @Slot(int)
    def _choose(self, at: int) -> None:
        self.shown = CHOICES[at][0]
        self.changed.emit()
