"""An encrypted library: opened by its passphrase, nothing readable beside it, and back again."""

import json
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from typer.testing import CliRunner, Result

from engine.assistant import Assistant
from engine.cli.app import app
from engine.errors import InputError, VaultBusyError, VaultError, VaultLockedError
from engine.inference.state_file import SUFFIX
from engine.paths import Profile, open_profile
from engine.services.vault_lock import FILE, VaultLock
from engine.store.connect import Vault

PHRASE = "four calm words here"
SECRET = "The harbour cat is called Mackerel."


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets at the end of the test."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def home(tmp_path: Path) -> Profile:
    opened = open_profile(tmp_path / "profile")
    assistant = Assistant.open(opened.root)
    assistant.create_conversation(SECRET)
    assistant.close()
    backups = opened.root / "backups"
    backups.mkdir()
    (backups / "vault-v1-20260101T000000.db").write_bytes(opened.vault.read_bytes())
    return opened


def titles(home: Profile, passphrase: str = "") -> list[str]:
    assistant = Assistant.open(home.root, passphrase=passphrase)
    try:
        return [each.title for each in assistant.conversations()]
    finally:
        assistant.close()


def readable(home: Profile) -> list[str]:
    """Files of the profile in which the secret stands in clear."""
    return [
        file.name
        for file in home.root.rglob("*")
        if file.is_file() and SECRET.encode() in file.read_bytes()
    ]


def test_a_passphrase_encrypts_vault_and_backups_and_opens_them(home: Profile) -> None:
    assert len(readable(home)) == 2
    home.states.mkdir()
    (home.states / f"plain{SUFFIX}").write_bytes(b"state")
    lock = VaultLock(home)
    lock.encrypt(passphrase=PHRASE)
    assert readable(home) == []
    assert list(home.states.iterdir()) == []
    assert lock.state().encrypted
    assert titles(home, PHRASE) == [SECRET]
    for wrong, code in (("", "vault_locked"), ("something else", "wrong_passphrase")):
        with pytest.raises(VaultLockedError) as raised:
            titles(home, wrong)
        assert raised.value.code == code
    # An encrypted library is no damaged one.
    with pytest.raises(VaultLockedError):
        Assistant.rescue(home.root)
    backup = next((home.root / "backups").iterdir())
    Vault.open(backup, key=lock.key(PHRASE)).close()


def test_the_passphrase_can_be_changed_and_the_library_decrypted(home: Profile) -> None:
    lock = VaultLock(home)
    lock.encrypt(passphrase=PHRASE)
    before = home.vault.read_bytes()
    lock.change(PHRASE, "another long phrase")
    assert home.vault.read_bytes() == before
    with pytest.raises(VaultLockedError):
        titles(home, PHRASE)
    assert titles(home, "another long phrase") == [SECRET]
    lock.decrypt("another long phrase")
    assert titles(home) == [SECRET]
    assert not (home.root / FILE).exists()


def test_the_keyring_opens_without_asking(home: Profile) -> None:
    before, kept = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(kept)
    try:
        lock = VaultLock(home)
        lock.encrypt(keyring=True)
        assert readable(home) == []
        assert titles(home) == [SECRET]
        lock.change("", PHRASE)
        forgotten = dict(kept.kept)
        kept.kept.clear()
        with pytest.raises(VaultLockedError):
            titles(home)
        assert titles(home, PHRASE) == [SECRET]
        kept.kept.update(forgotten)
        assert titles(home) == [SECRET]
        for lacking in (lambda: lock.decrypt(), lambda: lock.change("", "one more phrase")):
            with pytest.raises(VaultLockedError, match="needs its passphrase"):
                lacking()
        with pytest.raises(VaultLockedError):
            lock.decrypt("not the right one")
        assert readable(home) == []
        lock.decrypt(PHRASE)
        assert kept.kept == {}
    finally:
        keyring.set_keyring(before)


def test_a_library_in_use_a_short_passphrase_and_a_lost_key_file_are_told(home: Profile) -> None:
    lock = VaultLock(home)
    with pytest.raises(InputError, match="at least 8"):
        lock.encrypt(passphrase="short")
    assistant = Assistant.open(home.root)
    assistant.conversations()
    with pytest.raises(VaultBusyError):
        lock.encrypt(passphrase=PHRASE)
    assistant.close()
    assert titles(home) == [SECRET]
    lock.encrypt(passphrase=PHRASE)
    (home.root / FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(VaultError, match="key file"):
        titles(home, PHRASE)


def test_what_was_cut_off_while_encrypting_leaves_a_plain_library(home: Profile) -> None:
    VaultLock(home).encrypt(passphrase=PHRASE)
    VaultLock(home).decrypt(PHRASE)
    (home.root / FILE).write_text(json.dumps({"version": 1}), encoding="utf-8")
    assert titles(home) == [SECRET]


@pytest.fixture
def alcove(home: Profile) -> Callable[..., Result]:
    def run(*arguments: str, typed: str = "") -> Result:
        command = ["--profile", str(home.root), "--passphrase-stdin", *arguments]
        return CliRunner().invoke(app, command, input=typed)

    return run


def test_the_terminal_encrypts_opens_changes_and_decrypts(
    alcove: Callable[..., Result], home: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALCOVE_PROFILE", str(home.root))
    made = alcove("vault", "encrypt", "--json", typed=f"{PHRASE}\n")
    assert json.loads(made.stdout) == {"encrypted": True, "passphrase": True, "keyring": False}
    opened = alcove("status", "--json", typed=f"{PHRASE}\n")
    assert json.loads(opened.stdout)["documents"] == 0
    refused = alcove("status", "--json", typed="wrong one here\n")
    assert json.loads(refused.stdout)["error"]["code"] == "wrong_passphrase"
    locked = CliRunner().invoke(app, ["status", "--json"])
    assert locked.exit_code == 1
    assert json.loads(locked.stdout)["error"]["code"] == "vault_locked"
    changed = alcove("vault", "passphrase", typed=f"{PHRASE}\nanother long phrase\n")
    assert changed.exit_code == 0
    clear = alcove("vault", "decrypt", typed="another long phrase\n")
    assert "not encrypted" in clear.stdout
    assert titles(home) == [SECRET]
