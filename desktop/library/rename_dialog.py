"""Gives a library another name."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.errors import Problem
from desktop.library.new_library import LONGEST
from desktop.theme.theme import Theme
from desktop.widgets.dialog import AskDialog


class RenameDialog(AskDialog):
    given = Signal(str, str)
    """The name it has and the one it gets; the dialog stays until that is done."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, f"Rename {name}", "", yes="Rename", parent=parent)
        self._old = name
        self.name = self.line("Name")
        self.name.setMaxLength(LONGEST)
        self.name.setText(name)
        self.name.selectAll()
        self.name.setFocus()
        self.agreed.connect(self._give)

    @Slot()
    def _give(self) -> None:
        name = " ".join(self.name.text().split())
        if not name:
            self.refuse("The library has no name.", "Type one, such as Leases.")
        elif name == self._old:
            self.reject()
        else:
            self.yes.setEnabled(False)
            self.given.emit(self._old, name)

    @Slot(object)
    def show_problem(self, told: Problem) -> None:
        self.yes.setEnabled(True)
        self.refuse(told.message, told.hint)
