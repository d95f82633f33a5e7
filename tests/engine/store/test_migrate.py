from pathlib import Path

import apsw
import pytest

from engine.store import migrate, texts
from engine.store.connect import Vault
from engine.store.migrate import Migration
from tests import shelf
from tests.fakes import HashingEmbedder

NEXT = Migration(migrate.newest() + 1, "ALTER TABLE libraries ADD COLUMN colour TEXT")
BROKEN = Migration(NEXT.number + 1, "CREATE TABLE half(done); CREATE TABLE half(twice)")


def _opened(path: Path, key: bytes | None = None) -> apsw.Connection:
    connection = apsw.Connection(str(path))
    if key is not None:
        connection.pragma("hexkey", key.hex())
    texts.register(connection)
    return connection


def test_numbers_follow_each_other() -> None:
    steps = migrate.migrations()
    numbers = [step.number for step in steps]
    assert numbers == list(range(1, len(steps) + 1))


def test_a_new_vault_has_the_newest_version_and_no_backup(vault: Vault) -> None:
    with vault.read() as db:
        assert migrate.version(db) == migrate.newest()
        assert db.pragma("application_id") == migrate.APPLICATION_ID
    assert not (vault.path.parent / "backups").exists()


@pytest.mark.parametrize("key", [None, b"secret"])
def test_an_older_vault_is_copied_before_it_is_changed(
    profile: Path, embedder: HashingEmbedder, key: bytes | None
) -> None:
    path = profile / "vault.db"
    vault = Vault.open(path, key=key)
    shelf.put(vault, embedder, "/a.txt", "The harbour opens at nine.")
    vault.close()
    connection = _opened(path, key)
    migrate.migrate(connection, path, key, [*migrate.migrations(), NEXT])
    assert migrate.version(connection) == NEXT.number
    connection.close()

    (backup,) = (profile / "backups").iterdir()
    assert (b"harbour" in backup.read_bytes()) == (key is None)
    copy = _opened(backup, key)
    assert migrate.version(copy) == migrate.newest()
    assert copy.execute("SELECT text FROM passages").get == "The harbour opens at nine."
    copy.close()


def test_a_step_that_fails_leaves_the_vault_as_it_was(vault: Vault) -> None:
    vault.close()
    connection = _opened(vault.path)
    with pytest.raises(apsw.SQLError):
        migrate.migrate(connection, vault.path, None, [*migrate.migrations(), NEXT, BROKEN])
    assert migrate.version(connection) == migrate.newest()
    names = [row[1] for row in connection.execute("PRAGMA table_info(libraries)")]
    assert "colour" not in names
    connection.close()
    Vault.open(vault.path).close()


def test_only_the_newest_backups_are_kept(vault: Vault) -> None:
    vault.close()
    folder = vault.path.parent / "backups"
    folder.mkdir()
    for number in range(5):
        (folder / f"vault-v0-2020010{number}T000000.db").write_bytes(b"old")
    connection = _opened(vault.path)
    migrate.migrate(connection, vault.path, None, [*migrate.migrations(), NEXT])
    connection.close()
    left = sorted(file.name for file in folder.iterdir())
    assert len(left) == migrate.KEPT_BACKUPS
    assert any(name.startswith(f"vault-v{migrate.newest()}-") for name in left)
