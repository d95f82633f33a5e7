"""Giving disk space back: what was removed leaves holes in the vault until it is written anew."""

import shutil
from collections.abc import Generator
from contextlib import suppress

from engine.errors import DiskFullError, VaultError
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.dictionary import due, learn
from engine.store.vectors import Vectors, VectorSet

BATCH = 1000
JOINED_PAGES = 1000
"""Of 4 KB, written at most when words are joined: about a tenth of a second."""
SMALL_BYTES = 64 * 2**20
"""A file up to this size is written anew in some tenths of a second."""


def rebuild(
    vault: Vault, old: VectorSet, *, cancel: CancelToken | None = None
) -> Generator[Progress, None, VectorSet]:
    """Copy a set's float vectors into a smaller set, which still has to be switched to."""
    store = Vectors(vault)
    new = store.successor(old)
    total, done, last = store.passages(), store.count(new), 0
    while ids := [id for id, _ in store.missing(new, BATCH, after=last)]:
        if cancel is not None:
            cancel.check()
        yield Progress("making vectors smaller", min(done, total), total)
        store.copy(old, new, ids)
        done, last = done + len(ids), ids[-1]
    return new


def pack_smaller(vault: Vault) -> None:
    """Where texts have come in, learn from them how to store them smaller; mostly nothing to do."""
    with vault.read() as db:
        wanted = due(db)
    if wanted:
        with vault.write() as db:
            learn(db)


def tidy(vault: Vault) -> None:
    """After much came in: join the parts of the word index, and write a small file without holes.

    Texts that were packed smaller leave their pages half empty. A word stands in every part in
    which it came; joined, they take less room and are searched faster. All of it is some tenths of
    a second at most; a large vault is left to :func:`compact`.
    """
    with vault.write() as db:
        db.execute("INSERT INTO words(words, rank) VALUES ('merge', ?)", (-JOINED_PAGES,))
    size = vault.size_bytes()
    room = shutil.disk_usage(vault.path.parent).free > 2 * size + SMALL_BYTES
    if size <= SMALL_BYTES and room:
        with suppress(VaultError):  # all is stored; somebody may be writing just now
            vault.compact(wait=False)


def compact(vault: Vault, *, cancel: CancelToken | None = None) -> Generator[Progress, None, int]:
    """Write the vault anew without holes; the bytes that the disk has got back.

    Vectors that are still floats become smaller first. Raises DiskFullError, with nothing changed,
    where the copy does not fit beside the vault.
    """
    before = vault.size_bytes()
    free = shutil.disk_usage(vault.path.parent).free
    needed = 2 * before
    if free < needed:
        raise DiskFullError(
            f"Giving space back needs {needed / 1e6:.0f} MB for a moment, and "
            f"{free / 1e6:.0f} MB are free.",
            "Free some space and try again. What was removed is removed already.",
        )
    store = Vectors(vault)
    serving = store.serving()
    if serving is not None and serving.storage == "float32":
        while not store.switch((yield from rebuild(vault, serving, cancel=cancel))):
            pass
    yield Progress("giving space back", 0, 1)
    with vault.write() as db:
        learn(db, anew=True)
    with vault.write() as db:
        db.execute("INSERT INTO words(words) VALUES ('optimize')")
    vault.compact()
    return max(0, before - vault.size_bytes())
