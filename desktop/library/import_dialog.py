"""Asks under which name a library file is taken in."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.library.new_library import LONGEST
from desktop.theme.theme import Theme
from desktop.widgets.dialog import AskDialog


class ImportDialog(AskDialog):
    given = Signal(object, str)
    """The file and a name, empty for the one it had."""

    def __init__(self, theme: Theme, file: Path, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            f"Import {file.name}",
            "The whole file is checked before anything of it is stored. Documents that are here "
            "already stay as they are.",
            yes="Import",
            parent=parent,
        )
        self._file = file
        self.name = self.line("Name of the library", placeholder="The name it had")
        self.name.setMaxLength(LONGEST)
        self.name.setFocus()
        self.agreed.connect(self._give)

    @Slot()
    def _give(self) -> None:
        self.accept()
        self.given.emit(self._file, " ".join(self.name.text().split()))
