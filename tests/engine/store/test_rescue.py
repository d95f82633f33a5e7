from pathlib import Path

import pytest

from engine.errors import DamagedVaultError
from engine.store.chats import Chats
from engine.store.connect import Vault
from engine.store.rescue import rescue


def damaged(folder: Path) -> Path:
    path = folder / "vault.db"
    path.write_bytes(b"no database at all " * 500)
    with pytest.raises(DamagedVaultError):
        Vault.open(path)
    return path


def test_a_damaged_vault_is_kept_and_an_empty_one_opens(tmp_path: Path) -> None:
    path = damaged(tmp_path)
    before = path.read_bytes()
    done = rescue(path)
    assert done.backup is None
    assert done.kept.read_bytes() == before
    Vault.open(path).close()


def test_the_newest_copy_that_opens_comes_back(tmp_path: Path) -> None:
    backups = tmp_path / "backups"
    backups.mkdir()
    copy = backups / "vault-v1-20260101T000000.db"
    vault = Vault.open(copy)
    Chats(vault).create("What was said")
    vault.close()
    (backups / "vault-v1-20260201T000000.db").write_bytes(b"broken too " * 500)
    done = rescue(damaged(tmp_path))
    assert done.backup == copy
    vault = Vault.open(tmp_path / "vault.db")
    try:
        assert [chat.title for chat in Chats(vault).conversations()] == ["What was said"]
    finally:
        vault.close()
