"""Names a further library; what is put into it is chosen next."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import AskDialog

LONGEST = 80


class NewLibrary(AskDialog):
    folder_wanted = Signal(str)
    """The library's name; a folder is to be chosen for it."""
    files_wanted = Signal(str)

    def __init__(self, theme: Theme, taken: frozenset[str], parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "New library",
            "A question can be asked of one library or of all. Name it, then choose what goes in.",
            yes="Choose a folder",
            parent=parent,
        )
        self._taken = {name.casefold() for name in taken}
        self.name = self.line("Name", placeholder="Leases")
        self.name.setMaxLength(LONGEST)
        self.files = Button(theme, "Choose files")
        self.files.clicked.connect(self._files)
        self.buttons.insertWidget(2, self.files)
        self.agreed.connect(self._folder)
        self.name.setFocus()

    def _named(self) -> str:
        """What was typed, once it can be a name; else empty, and told."""
        name = " ".join(self.name.text().split())
        if not name:
            self.refuse("The library has no name yet.", "Type one, such as Leases.")
        elif name.casefold() in self._taken:
            self.refuse(f"There is a library called {name} already.", "Choose another name.")
        else:
            return name
        return ""

    @Slot()
    def _folder(self) -> None:
        name = self._named()
        if name:
            self.accept()
            self.folder_wanted.emit(name)

    @Slot()
    def _files(self) -> None:
        name = self._named()
        if name:
            self.accept()
            self.files_wanted.emit(name)
