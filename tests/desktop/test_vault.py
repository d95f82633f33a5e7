"""Encryption in the window: set up, changed, taken back, and opened at the start."""

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError as BackendError
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from desktop import app
from desktop.app import run
from desktop.main_window import MainWindow
from desktop.settings.vault_change import VaultChange, apply
from desktop.settings.vault_dialogs import ChangeDialog, DecryptDialog, EncryptDialog
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.unlock_vault import UnlockVault
from engine.assistant import Assistant
from engine.paths import Profile, open_profile
from engine.services.vault_lock import VaultLock, VaultState
from engine.store.encrypt import is_encrypted
from tests.desktop.conftest import WAIT_MS, Stage

pytestmark = pytest.mark.window
Open = Callable[..., Stage]
PHRASE = "four calm words here"
LATER = "another four calm words"
TITLE = "The harbour cat is called Mackerel"


class NoKeyring(KeyringBackend):
    """A keyring that takes nothing."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise BackendError("locked")

    def delete_password(self, service: str, username: str) -> None:
        raise BackendError("locked")


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes()
    yield made
    made.close()


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    opened = open_profile(tmp_path / "profile")
    assistant = Assistant.open(opened.root)
    assistant.create_conversation(TITLE)
    assistant.close()
    return opened


def wait(qtbot: QtBot, what: Callable[[], bool]) -> None:
    qtbot.waitUntil(what, timeout=WAIT_MS)


def test_a_passphrase_is_asked_for_twice(qtbot: QtBot, open_window: Open) -> None:
    stage = open_window()
    card = stage.window.settings.vault
    stage.window.go("settings")
    wait(qtbot, lambda: card.state is not None)
    assert card.state_words.text() == "Not encrypted."
    assert card.change.isHidden()
    card.encrypt.click()
    dialog = card.dialog
    assert isinstance(dialog, EncryptDialog)
    dialog.new.setText("short")
    dialog.yes.click()
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "A passphrase needs at least 8 characters."
    dialog.new.setText(PHRASE)
    dialog.again.setText(LATER)
    dialog.yes.click()
    assert dialog.notice.message.text() == "The two are not the same."
    dialog.again.setText(PHRASE)
    dialog.yes.click()
    assert stage.window.vault_change == VaultChange("encrypt", PHRASE)
    assert not stage.window.isVisible()


def test_a_keyring_needs_no_passphrase(qtbot: QtBot, theme: Theme) -> None:
    dialog = EncryptDialog(theme)
    qtbot.addWidget(dialog)
    given: list[VaultChange] = []
    dialog.given.connect(given.append)
    dialog.by_keyring.click()
    dialog.yes.click()
    assert given == [VaultChange("encrypt", "", keyring=True)]


def test_the_start_asks_until_the_passphrase_is_right(
    qtbot: QtBot, theme: Theme, lanes: Lanes, profile: Profile
) -> None:
    key = apply(profile, VaultChange("encrypt", PHRASE))
    dialog = UnlockVault(theme, lanes, VaultLock(profile))
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.yes.click()
    assert dialog.notice is not None
    assert dialog.notice.message.text() == "No passphrase was typed."
    dialog.passphrase.setText("four calm words there")
    dialog.yes.click()
    wait(qtbot, lambda: "does not open" in dialog.notice.message.text())  # type: ignore[union-attr]
    assert dialog.yes.isEnabled()
    dialog.passphrase.setText(PHRASE)
    dialog.yes.click()
    wait(qtbot, lambda: dialog.result() == QDialog.DialogCode.Accepted)
    assert dialog.key == key
    assistant = Assistant.open(profile.root, key=dialog.key)
    assert [each.title for each in assistant.conversations()] == [TITLE]
    assistant.close()


def test_the_passphrase_is_changed_while_the_window_is_open(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = open_window()
    profile = stage.assistant.profile
    stage.window.close()
    stage.assistant.close()
    key = apply(profile, VaultChange("encrypt", PHRASE))
    monkeypatch.setattr("tests.desktop.conftest.Vault.open", _opening(key))
    again = open_window()
    card = again.window.settings.vault
    again.window.go("settings")
    wait(qtbot, lambda: card.state is not None)
    assert card.state_words.text() == "Encrypted; a passphrase opens it."
    assert card.encrypt.isHidden()
    card.change.click()
    dialog = card.dialog
    assert isinstance(dialog, ChangeDialog)
    assert dialog.old is not None
    dialog.old.setText("not this one at all")
    dialog.new.setText(LATER)
    dialog.again.setText(LATER)
    dialog.yes.click()
    wait(qtbot, lambda: dialog.notice is not None)
    assert dialog.new.text() == LATER, "nothing typed is lost"
    dialog.old.setText(PHRASE)
    dialog.yes.click()
    wait(qtbot, lambda: card.dialog is None)
    assert VaultLock(profile).key(LATER) == key
    card.decrypt.click()
    last = card.dialog
    assert isinstance(last, DecryptDialog)
    assert last.passphrase is not None
    last.passphrase.setText(PHRASE)
    last.yes.click()
    wait(qtbot, lambda: last.notice is not None)
    assert again.window.isVisible()
    last.passphrase.setText(LATER)
    last.yes.click()
    wait(qtbot, lambda: again.window.vault_change == VaultChange("decrypt", LATER))


def test_decrypting_asks_for_the_passphrase_also_where_the_keyring_opens(
    qtbot: QtBot, open_window: Open
) -> None:
    card = open_window().window.settings.vault
    card._show(VaultState(True, passphrase=True, keyring=True))
    card.decrypt.click()
    asked = card.dialog
    assert isinstance(asked, DecryptDialog)
    assert asked.passphrase is not None
    asked.yes.click()
    assert asked.notice is not None
    assert asked.notice.message.text() == "No passphrase was typed."
    asked.reject()
    card._show(VaultState(True, keyring=True))
    card.decrypt.click()
    plain = card.dialog
    assert isinstance(plain, DecryptDialog)
    assert plain.passphrase is None
    plain.reject()


def _opening(key: bytes | None) -> object:
    from engine.store.connect import Vault

    original = Vault.open
    return staticmethod(lambda path: original(path, key=key))


def test_the_window_opens_again_on_the_encrypted_library(
    qtbot: QtBot, qapp: QApplication, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From one start to its end: encrypt, see it, decrypt, see it, leave."""
    seen: list[str] = []
    monkeypatch.setattr(MainWindow, "begin", lambda _window: None)  # no models are needed
    changes = [
        VaultChange("encrypt", PHRASE),
        VaultChange("decrypt", "not this one"),
        VaultChange("decrypt", PHRASE),
    ]

    def act() -> None:
        window = next(
            (
                each
                for each in qapp.topLevelWidgets()
                if isinstance(each, MainWindow) and each.isVisible()
            ),
            None,
        )
        if window is None or window.property("acted"):
            return
        window.setProperty("acted", True)
        notice = window.settings.notice
        told = notice.message.text() if notice is not None else ""
        state = "encrypted" if is_encrypted(profile.vault) else "plain"
        seen.append(f"{state}: {told}")
        if changes:
            window.settings.vault.change_wanted.emit(changes.pop(0))
        else:
            window.close()

    timer = QTimer(interval=50)
    timer.timeout.connect(act)
    timer.start()
    try:
        assert run(profile.root) == 0
    finally:
        timer.stop()
        qapp.setQuitOnLastWindowClosed(True)
    assert seen == [
        "plain: ",
        "encrypted: The library is encrypted.",
        "encrypted: That passphrase does not open the library.",
        "plain: The library is in clear.",
    ]
    assistant = Assistant.open(profile.root)
    assert [each.title for each in assistant.conversations()] == [TITLE]
    assistant.close()


def test_without_a_keyring_nothing_is_changed(
    qtbot: QtBot, qapp: QApplication, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    opened: list[object] = []

    def show(_app: object, _assistant: Assistant, told: object) -> object:
        opened.append(told)
        return VaultChange("encrypt", "", keyring=True) if len(opened) == 1 else 0

    monkeypatch.setattr(app, "show", show)
    try:
        assert run(profile.root) == 0
    finally:
        keyring.set_keyring(before)
        qapp.setQuitOnLastWindowClosed(True)
    assert getattr(opened[1], "code", "") == "keyring"
    assert not is_encrypted(profile.vault)


def test_who_leaves_the_question_leaves(
    qtbot: QtBot, qapp: QApplication, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(profile, VaultChange("encrypt", PHRASE))
    monkeypatch.setattr(app, "on_screen", lambda _app: True)
    asked: list[str] = []

    def leave() -> None:
        for each in qapp.topLevelWidgets():
            if isinstance(each, UnlockVault) and each.isVisible():
                asked.append(each.windowTitle())
                each.no.click()

    timer = QTimer(interval=50)
    timer.timeout.connect(leave)
    timer.start()
    try:
        assert run(profile.root) == 0
    finally:
        timer.stop()
        qapp.setQuitOnLastWindowClosed(True)
    assert asked == ["Alcove"]
    assert is_encrypted(profile.vault)


def test_where_nobody_can_be_asked_it_is_told(
    qtbot: QtBot, qapp: QApplication, profile: Profile, capsys: pytest.CaptureFixture[str]
) -> None:
    apply(profile, VaultChange("encrypt", PHRASE))
    try:
        assert run(profile.root) == 1
    finally:
        qapp.setQuitOnLastWindowClosed(True)
    assert "encrypted" in capsys.readouterr().err
