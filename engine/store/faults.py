"""What SQLite reports, told as the known errors of the vault."""

from collections.abc import Generator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path

import apsw

from engine.errors import DamagedVaultError, DiskFullError, VaultBusyError, VaultError


@contextmanager
def told(path: Path) -> Generator[None, None, None]:
    """Translate what SQLite raises inside the block; mistakes in our own SQL stay as they are."""
    try:
        yield
    except (apsw.BusyError, apsw.LockedError) as error:
        raise VaultBusyError(
            "The vault is being written by another Alcove process.",
            "Wait until it has finished, or close the other one, then try again.",
        ) from error
    except (apsw.CorruptError, apsw.NotADBError, apsw.FormatError) as error:
        raise damaged(path) from error
    except apsw.FullError as error:
        raise disk_full(path) from error
    except (apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError) as error:
        raise VaultError(
            f"The vault {path} cannot be read or written ({error}).",
            "Check that the disk is there and that you may write to this folder.",
        ) from error
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        raise disk_full(path) from error


def damaged(path: Path) -> DamagedVaultError:
    return DamagedVaultError(
        f"The vault {path} is damaged, or is not an Alcove vault.",
        "Run `alcove doctor --repair`: it keeps the file aside, puts the newest copy in its place, "
        "and your folders can be added again. Your own files are untouched.",
    )


def disk_full(path: Path) -> DiskFullError:
    return DiskFullError(
        f"There is no room left on the disk that holds {path.parent}.",
        "Free some space and try again. What was stored before is kept.",
    )
