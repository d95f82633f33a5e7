"""Whether the library is encrypted, and what opens it; the ways to change that."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from desktop.errors import Problem
from desktop.settings.card import SettingsCard
from desktop.settings.vault_change import VaultChange
from desktop.settings.vault_dialogs import ChangeDialog, DecryptDialog, EncryptDialog
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from engine.paths import Profile
from engine.progress import CancelToken
from engine.services.vault_lock import VaultLock, VaultState

WORDS = (
    "The library and the conversations can be encrypted on this disk, so that a lost machine "
    "gives nothing away."
)


class VaultCard(SettingsCard):
    change_wanted = Signal(object)
    """A :class:`VaultChange`, to be made once nothing has the vault open."""

    def __init__(
        self, theme: Theme, lanes: Lanes, profile: Profile, parent: QWidget | None = None
    ) -> None:
        self.state_words = label("", "soft", wrap=True)
        controls = QWidget()
        super().__init__("Encryption", WORDS, controls, self.state_words, parent=parent)
        self._theme, self._lanes = theme, lanes
        self._lock = VaultLock(profile)
        self.state: VaultState | None = None
        self.dialog: QDialog | None = None
        self.encrypt = Button(theme, "Encrypt…", icon="lock-key")
        self.encrypt.clicked.connect(self._ask_encrypt)
        self.change = Button(theme, "Passphrase…", icon="key")
        self.change.clicked.connect(self._ask_change)
        self.decrypt = Button(theme, "Decrypt…", icon="lock-key-open")
        self.decrypt.clicked.connect(self._ask_decrypt)
        row = QHBoxLayout(controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for button in (self.encrypt, self.change, self.decrypt):
            button.hide()
            row.addWidget(button)

    def reload(self) -> None:
        lock = self._lock
        task = self._lanes.start("read", lambda _cancel: lock.state())
        task.succeeded.connect(self._show)
        task.failed.connect(self._fail)

    @Slot(object)
    def _show(self, state: VaultState) -> None:
        self.state = state
        self.state_words.setText(words(state))
        self.encrypt.setVisible(not state.encrypted)
        self.change.setVisible(state.encrypted)
        self.decrypt.setVisible(state.encrypted)

    @Slot(object)
    def _fail(self, told: Problem) -> None:
        self.state_words.setText(f"{told.message} {told.hint}".strip())

    # --- dialogs -------------------------------------------------------------------------------

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._closed)
        dialog.open()

    @Slot()
    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @Slot()
    def _ask_encrypt(self) -> None:
        dialog = EncryptDialog(self._theme, self)
        dialog.given.connect(self.change_wanted)
        self._open(dialog)

    @Slot()
    def _ask_change(self) -> None:
        assert self.state is not None
        dialog = ChangeDialog(self._theme, has_old=self.state.passphrase, parent=self)
        dialog.given.connect(self._change)
        self._open(dialog)

    @Slot(str, str)
    def _change(self, old: str, new: str) -> None:
        lock, dialog = self._lock, self.dialog
        assert isinstance(dialog, ChangeDialog)

        def work(_cancel: CancelToken) -> VaultState:
            lock.change(old, new)
            return lock.state()

        task = self._lanes.start("read", work)
        task.succeeded.connect(self._changed)
        task.succeeded.connect(dialog.accept)
        task.failed.connect(dialog.show_problem)

    @Slot(object)
    def _changed(self, state: VaultState) -> None:
        self._show(state)
        self.state_words.setText(f"The passphrase is changed. {words(state)}")

    @Slot()
    def _ask_decrypt(self) -> None:
        assert self.state is not None
        dialog = DecryptDialog(self._theme, asks=self.state.passphrase, parent=self)
        dialog.given.connect(self._try)
        self._open(dialog)

    @Slot(object)
    def _try(self, change: VaultChange) -> None:
        """The passphrase is tried before the window closes."""
        lock, dialog = self._lock, self.dialog
        assert isinstance(dialog, DecryptDialog)

        def work(_cancel: CancelToken) -> VaultChange:
            lock.key(change.passphrase)
            return change

        task = self._lanes.start("read", work)
        task.succeeded.connect(dialog.accept)
        task.succeeded.connect(self.change_wanted)
        task.failed.connect(dialog.show_problem)


def words(state: VaultState) -> str:
    if not state.encrypted:
        return "Not encrypted."
    ways = [
        way
        for way, opens in (
            ("a passphrase", state.passphrase),
            ("this system's keyring", state.keyring),
        )
        if opens
    ]
    return f"Encrypted; {' or '.join(ways)} opens it."
