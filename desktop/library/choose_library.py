"""Asks which library files go to, where there are several and none is open."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QScrollArea, QVBoxLayout, QWidget

from desktop.library.new_library import LONGEST
from desktop.theme.theme import Theme
from desktop.widgets.dialog import AskDialog
from desktop.words import count
from engine.types import Library

MOST_HEIGHT = 240


class ChooseLibrary(AskDialog):
    chosen = Signal(list, str)
    """The paths and the library's name."""

    def __init__(
        self,
        theme: Theme,
        paths: list[Path],
        libraries: tuple[Library, ...],
        parent: QWidget | None = None,
    ) -> None:
        what = paths[0].name if len(paths) == 1 else count(len(paths), "file")
        super().__init__(
            theme,
            f"Add {what}",
            "Choose the library, or name a new one.",
            yes="Add",
            parent=parent,
        )
        self._paths = paths
        self._names = [one.name for one in libraries]
        self.buttons_ = QButtonGroup(self)
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        for at, library in enumerate(libraries):
            button = QRadioButton(f"{library.name}   {count(library.documents, 'document')}")
            button.setAccessibleName(library.name)
            self.buttons_.addButton(button, at)
            rows.addWidget(button)
        rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setFixedHeight(min(MOST_HEIGHT, inner.sizeHint().height()))
        self.body.addWidget(scroll)
        self.name = self.line("New library", placeholder="Leases")
        self.name.setMaxLength(LONGEST)
        self.name.textEdited.connect(self._named)
        self.buttons_.idClicked.connect(self._picked)
        first = self.buttons_.button(0)
        if first is not None:
            first.setChecked(True)
            first.setFocus()
        self.agreed.connect(self._give)

    @Slot(str)
    def _named(self, text: str) -> None:
        """A typed name is the choice."""
        self.buttons_.setExclusive(False)
        checked = self.buttons_.checkedButton()
        if checked is not None and text.strip():
            checked.setChecked(False)
        self.buttons_.setExclusive(True)

    @Slot(int)
    def _picked(self, _at: int) -> None:
        self.name.clear()

    @Slot()
    def _give(self) -> None:
        name = " ".join(self.name.text().split())
        if not name and self.buttons_.checkedId() >= 0:
            name = self._names[self.buttons_.checkedId()]
        if not name:
            self.refuse("No library is chosen.", "Choose one, or type the name of a new one.")
            return
        self.accept()
        self.chosen.emit(self._paths, name)
