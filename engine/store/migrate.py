"""Bringing a vault up to date: numbered SQL files, each in a transaction with its number.

The number is SQLite's ``user_version``. Before an existing vault is changed, a copy is laid in
``backups`` beside it through SQLite's backup interface, so that an encrypted vault's copy is
encrypted with the same key.
"""

import logging
import re
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import apsw

from engine.errors import NewerVaultError
from engine.store import plain_vectors, room
from engine.store.faults import damaged
from engine.store.rows import row

APPLICATION_ID = 0x416C6376
"""``Alcv``: tells a vault from other SQLite files."""

KEPT_BACKUPS = 3

_MOVES = {room.NUMBER: room.move, plain_vectors.NUMBER: plain_vectors.move}
"""Steps that are more than SQL."""

_NAME = re.compile(r"(\d{4})_\w+\.sql")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    sql: str


def migrations() -> list[Migration]:
    """All steps, oldest first, numbered from 1 without gaps."""
    folder = resources.files("engine.store") / "migrations"
    found = [
        Migration(int(match[1]), entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if (match := _NAME.fullmatch(entry.name))
    ]
    return sorted(found, key=lambda step: step.number)


def newest() -> int:
    return migrations()[-1].number


def version(connection: apsw.Connection) -> int:
    return int(connection.pragma("user_version"))


def migrate(
    connection: apsw.Connection,
    path: Path,
    key: bytes | None = None,
    steps: list[Migration] | None = None,
) -> None:
    """Apply the steps that the vault does not have yet.

    Raises NewerVaultError for a vault with more steps than this program knows, and
    DamagedVaultError for a SQLite file that is no vault.
    """
    steps = migrations() if steps is None else steps
    last = steps[-1].number
    if _current(connection, path, last) == last:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have been faster while this one waited for the lock.
        current = _current(connection, path, last)
        pending = [step for step in steps if step.number > current]
        if current and pending:
            _back_up(path, current, key)
        for step in pending:
            logger.info("vault: applying migration %04d", step.number)
            move = _MOVES.get(step.number)
            if move is not None:
                move(connection, step.sql)
            else:
                connection.execute(step.sql)
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", last)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _current(connection: apsw.Connection, path: Path, last: int) -> int:
    current = version(connection)
    if current > last:
        raise NewerVaultError(
            f"The vault {path} was written by a newer version of Alcove.",
            "Install the newer version, or choose another profile with --profile.",
        )
    foreign = connection.pragma("application_id") != APPLICATION_ID
    if foreign and (current or row(connection, "SELECT 1 FROM sqlite_schema")):
        raise damaged(path)
    return current


def _back_up(path: Path, current: int, key: bytes | None) -> None:
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    copy_path = folder / f"{path.stem}-v{current}-{stamp}.db"
    # Named as a backup only when it is whole: a half-written one could be taken for the vault.
    part_path = copy_path.with_name(copy_path.name + ".part")
    for unfinished in folder.glob("*.part"):
        unfinished.unlink(missing_ok=True)
    # The lock is held by this process, so the copy reads through a connection of its own.
    source = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    copy = apsw.Connection(str(part_path))
    try:
        if key is not None:
            source.pragma("hexkey", key.hex())
            copy.pragma("hexkey", key.hex())
        with copy.backup("main", source, "main") as backup:
            while not backup.done:
                backup.step(1000)
    except BaseException:
        copy.close()
        part_path.unlink(missing_ok=True)
        raise
    finally:
        copy.close()
        source.close()
    part_path.replace(copy_path)
    for old in sorted(folder.glob(f"{path.stem}-v*.db"), key=lambda file: file.stat().st_mtime)[
        :-KEPT_BACKUPS
    ]:
        old.unlink()
