"""Asks for passphrases: to encrypt the vault, to change its passphrase, to decrypt it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QLabel, QLineEdit, QRadioButton, QWidget

from desktop.errors import Problem
from desktop.settings.vault_change import VaultChange
from desktop.theme.theme import Theme
from desktop.widgets.dialog import AskDialog
from desktop.widgets.labels import label
from engine.services.vault_lock import LEAST_LENGTH

LOST = "Keep it safe: without it nobody can open the library, not even you."
KEYRING_LOST = (
    "Without a passphrase only the keyring of this user on this machine opens the library, "
    "copies of it included."
)
OPTIONAL = "Passphrase for when the keyring is lost; may stay empty"


class NewPassphrase(AskDialog):
    """With two lines for a new passphrase."""

    def ask_new(self, name: str = "New passphrase") -> None:
        self.new_head = label(name, "head")
        self.new, self.again = QLineEdit(), QLineEdit()
        for line, told, hint in (
            (self.new, name, f"At least {LEAST_LENGTH} characters; four or five words are good"),
            (self.again, "Once more", "Once more"),
        ):
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setAccessibleName(told)
            line.setPlaceholderText(hint)
        self.body.addWidget(self.new_head)
        self.body.addWidget(self.new)
        self.body.addWidget(self.again)

    def taken(self, *, optional: bool = False) -> str | None:
        """The new passphrase; None where it cannot be one, which is told."""
        new = self.new.text()
        if not new and not self.again.text() and optional:
            return ""
        if len(new) < LEAST_LENGTH:
            self.refuse(
                f"A passphrase needs at least {LEAST_LENGTH} characters.",
                "Four or five words that do not belong together are a good one.",
            )
        elif new != self.again.text():
            self.refuse("The two are not the same.", "Type it once more.")
            self.again.clear()
            self.again.setFocus()
        else:
            return new
        return None


class EncryptDialog(NewPassphrase):
    given = Signal(object)
    """The :class:`VaultChange`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "Encrypt the library",
            "Documents, conversations and what the model keeps of them are encrypted on this "
            "disk. The window closes for a moment meanwhile; work that runs goes on afterwards.",
            yes="Encrypt",
            parent=parent,
        )
        self.by_passphrase = QRadioButton("A passphrase opens it, asked at every start")
        self.by_keyring = QRadioButton("The keyring of this system opens it; nothing is asked")
        self.ways = QButtonGroup(self)
        for at, way in enumerate((self.by_passphrase, self.by_keyring)):
            self.ways.addButton(way, at)
            self.body.addWidget(way)
        self.by_passphrase.setChecked(True)
        self.body.addSpacing(4)
        self.ask_new("Passphrase")
        self.warning: QLabel = label(LOST, "warn", wrap=True)
        self.body.addWidget(self.warning)
        self.ways.idClicked.connect(self._fit)
        self.agreed.connect(self._give)
        self.new.setFocus()

    @Slot()
    def _fit(self) -> None:
        keyring = self.by_keyring.isChecked()
        self.new_head.setText(OPTIONAL if keyring else "Passphrase")
        self.warning.setText(KEYRING_LOST if keyring else LOST)
        self.fit()

    @Slot()
    def _give(self) -> None:
        keyring = self.by_keyring.isChecked()
        new = self.taken(optional=keyring)
        if new is not None:
            self.accept()
            self.given.emit(VaultChange("encrypt", new, keyring))


class ChangeDialog(NewPassphrase):
    given = Signal(str, str)
    """The old passphrase, empty where the keyring opens it, and the new one; the dialog stays
    until it is changed."""

    def __init__(self, theme: Theme, *, has_old: bool, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "Change the passphrase" if has_old else "Set a passphrase",
            LOST,
            yes="Change" if has_old else "Set",
            parent=parent,
        )
        self.old = self.line("Passphrase now", hidden=True) if has_old else None
        self.ask_new()
        self.agreed.connect(self._give)
        (self.old or self.new).setFocus()

    @Slot()
    def _give(self) -> None:
        old = self.old.text() if self.old is not None else ""
        if self.old is not None and not old:
            self.refuse("The passphrase that it has now is missing.", "Type it above.")
            return
        new = self.taken()
        if new is not None:
            self.yes.setEnabled(False)
            self.given.emit(old, new)

    @Slot(object)
    def show_problem(self, told: Problem) -> None:
        self.yes.setEnabled(True)
        self.refuse(told.message, told.hint)
        if self.old is not None:
            self.old.selectAll()
            self.old.setFocus()


class DecryptDialog(AskDialog):
    given = Signal(object)
    """The :class:`VaultChange`; its passphrase is yet to be tried."""

    def __init__(self, theme: Theme, *, asks: bool, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "Decrypt the library",
            "Whoever can read this disk can read the library from then on. The window closes for "
            "a moment meanwhile.",
            yes="Decrypt",
            parent=parent,
        )
        self.passphrase = self.line("Passphrase", hidden=True) if asks else None
        self.agreed.connect(self._give)
        (self.passphrase or self.no).setFocus()

    @Slot()
    def _give(self) -> None:
        given = self.passphrase.text() if self.passphrase is not None else ""
        if self.passphrase is not None and not given:
            self.refuse("No passphrase was typed.", "Nothing has changed.")
            return
        self.yes.setEnabled(False)
        self.given.emit(VaultChange("decrypt", given))

    @Slot(object)
    def show_problem(self, told: Problem) -> None:
        self.yes.setEnabled(True)
        self.refuse(told.message, told.hint)
        if self.passphrase is not None:
            self.passphrase.selectAll()
            self.passphrase.setFocus()
