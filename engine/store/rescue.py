"""What to do about a vault that cannot be opened any more: keep it, and begin from a copy."""

import logging
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from engine.errors import VaultError
from engine.store.connect import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rescue:
    """How the vault was opened again."""

    kept: Path
    """Where the damaged file lies now; nothing of it was deleted."""
    backup: Path | None
    """The copy that stands in its place; None for a new, empty vault."""


def rescue(path: Path, *, key: bytes | None = None) -> Rescue:
    """Set a damaged vault aside and put the newest copy that opens in its place.

    The caller has seen DamagedVaultError and no one has the vault open. Raises VaultError where
    the folder cannot be written.
    """
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    kept = path.with_name(f"{path.stem}-damaged-{stamp}{path.suffix}")
    try:
        # The log and its index belong to the file: left behind they would be read into the next.
        for ending in ("", "-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.replace(kept.with_name(kept.name + ending))
        backup = _newest_backup(path, key)
    except OSError as error:
        raise VaultError(
            f"The damaged vault cannot be moved aside: {error.strerror}.",
            f"Make {path.parent} writable and try again.",
        ) from error
    log.warning("vault set aside as %s", kept.name)
    return Rescue(kept, backup)


def _newest_backup(path: Path, key: bytes | None) -> Path | None:
    """Put the newest copy that opens in the vault's place."""
    copies = sorted(
        (path.parent / "backups").glob(f"{path.stem}-v*{path.suffix}"),
        key=lambda copy: copy.stat().st_mtime,
        reverse=True,
    )
    for copy in copies:
        shutil.copyfile(copy, path)
        try:
            Vault.open(path, key=key).close()
        except VaultError:
            log.warning("backup %s does not open either", copy.name)
            path.unlink()
        else:
            return copy
    return None
