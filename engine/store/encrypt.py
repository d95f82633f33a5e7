"""Writing a vault anew with another key, or with none.

``VACUUM INTO`` writes the copy straight into its final form, so that encrypting leaves nothing
readable behind, and a crash leaves the vault as it was.
"""

import logging
import os
from pathlib import Path

import apsw

from engine.errors import VaultBusyError, VaultError
from engine.store.connect import unlock
from engine.store.faults import told

log = logging.getLogger(__name__)

PLAIN = b"SQLite format 3\0"
_URI = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI


def is_encrypted(path: Path) -> bool:
    """Whether the file is there and does not begin as a plain vault does."""
    try:
        with path.open("rb") as file:
            start = file.read(len(PLAIN))
    except OSError:
        return False
    return bool(start) and start != PLAIN


def rewrite(path: Path, old: bytes | None, new: bytes | None) -> None:
    """Give the vault and the copies in ``backups`` another key; None for none.

    Raises VaultBusyError where another process has it open, DiskFullError, VaultError. A copy that
    the old key does not open is left as it is.
    """
    _rewrite(path, old, new)
    for copy in sorted((path.parent / "backups").glob(f"{path.stem}-v*{path.suffix}")):
        try:
            _rewrite(copy, old, new)
        except VaultError as error:
            log.warning("the backup %s keeps its form: %s", copy.name, error.code)


def _rewrite(path: Path, old: bytes | None, new: bytes | None) -> None:
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with told(path):
            source = apsw.Connection(str(path), flags=_URI)
            try:
                unlock(source, old)
                _alone(source)
                key = f"?hexkey={new.hex()}" if new is not None else "?key="
                source.execute("VACUUM INTO ?", (part.absolute().as_uri() + key,))
            finally:
                source.close()
            _check(part, new)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _alone(connection: apsw.Connection) -> None:
    """Fold the log into the file. Raises VaultBusyError where somebody else has it open."""
    try:
        mode = connection.pragma("journal_mode", "delete")
    except (apsw.BusyError, apsw.LockedError):
        mode = "wal"
    if mode != "delete":
        raise VaultBusyError(
            "The vault is open in another window or command.", "Close it and try again."
        )


def _check(path: Path, key: bytes | None) -> None:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        unlock(connection, key)
        verdict = connection.pragma("quick_check")
    finally:
        connection.close()
    if verdict != "ok":
        raise VaultError("The copy of the vault is not sound; nothing was changed.")
