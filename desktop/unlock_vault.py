"""Asks for the passphrase of an encrypted library before the window opens."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from desktop.errors import Problem
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.dialog import AskDialog
from engine.services.vault_lock import VaultLock


class UnlockVault(AskDialog):
    """Stays until a passphrase opens the library or the user leaves."""

    def __init__(
        self, theme: Theme, lanes: Lanes, lock: VaultLock, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            theme,
            "Your library is encrypted",
            "Type the passphrase that it was encrypted with.",
            yes="Open",
            no="Quit",
            parent=parent,
        )
        self._lanes, self._lock = lanes, lock
        self.key: bytes | None = None
        """What opens the vault, once it was found."""
        self.setWindowTitle("Alcove")
        self.passphrase = self.line("Passphrase", hidden=True)
        self.agreed.connect(self._try)
        self.passphrase.setFocus()

    @Slot()
    def _try(self) -> None:
        passphrase, lock = self.passphrase.text(), self._lock
        if not passphrase:
            self.refuse("No passphrase was typed.", "The library stays closed without it.")
            return
        self._wait(True)
        task = self._lanes.start("read", lambda _cancel: lock.key(passphrase))
        task.succeeded.connect(self._opened)
        task.failed.connect(self._refused)

    @Slot(object)
    def _opened(self, key: bytes) -> None:
        self.key = key
        self.passphrase.clear()
        self.accept()

    @Slot(object)
    def _refused(self, told: Problem) -> None:
        self._wait(False)
        self.refuse(told.message, told.hint)
        self.passphrase.selectAll()
        self.passphrase.setFocus()

    def _wait(self, waiting: bool) -> None:
        self.yes.setEnabled(not waiting)
        self.passphrase.setEnabled(not waiting)
