"""Asks for the password of a locked file; it is forgotten afterwards unless the user says so."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.library.file_rows import FileRow
from desktop.theme.theme import Theme
from desktop.widgets.check import CheckBox
from desktop.widgets.dialog import AskDialog
from engine.store.attached import file_of, shown_name


class UnlockDialog(AskDialog):
    given = Signal(str, str, bool)
    """Path, password, and whether it is to be remembered."""

    def __init__(
        self, theme: Theme, row: FileRow, *, wrong: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            theme,
            f"Unlock {shown_name(row.path)}",
            "With its password Alcove reads the file once; what it read can be found and cited "
            "without the password from then on.",
            yes="Unlock",
            parent=parent,
        )
        self.row = row
        self.password = self.line("Password", hidden=True)
        self.remember = CheckBox(theme, "Remember it in the keyring of this system")
        self.remember.setToolTip("Needed only where the file changes and is to be read again")
        self.body.addWidget(self.remember)
        self.agreed.connect(self._give)
        if wrong:
            self.refuse("That password does not open it.", "Try another one.")
        self.password.setFocus()

    @Slot()
    def _give(self) -> None:
        if not self.password.text():
            self.refuse("No password was typed.", "The file stays locked until one opens it.")
            return
        self.given.emit(file_of(self.row.path), self.password.text(), self.remember.isChecked())
        self.password.clear()
        self.accept()
