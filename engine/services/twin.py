"""A copy of the vault for a while, to change what must not be changed in the user's own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from engine.errors import DiskFullError
from engine.store.connect import Vault

PREFIX = "compare-"
SPARE = 1.2
"""Room on the disk that a copy needs, in sizes of the vault."""


@contextmanager
def twin(vault: Vault) -> Iterator[tuple[Vault, Path]]:
    """The copy and the folder it lies in, which is deleted at the end. Raises DiskFullError.

    What a killed process left behind goes before.
    """
    beside = vault.path.parent
    _swept(beside)
    needed, free = SPARE * vault.size_bytes(), shutil.disk_usage(beside).free
    if free < needed:
        raise DiskFullError(
            f"A copy of the library needs {needed / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free.",
            "Free some space, or compare without changing facts and encoders.",
        )
    name = f"{PREFIX}{psutil.Process().pid}-"
    with tempfile.TemporaryDirectory(prefix=name, dir=beside, ignore_cleanup_errors=True) as made:
        copy = vault.copy(Path(made) / vault.path.name)
        try:
            yield copy, Path(made)
        finally:
            copy.close()


def _swept(folder: Path) -> None:
    for left in folder.glob(f"{PREFIX}*-*"):
        pid = left.name.removeprefix(PREFIX).split("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
