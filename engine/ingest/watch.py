"""Waits for changes in the user's folders."""

from collections.abc import Generator, Sequence
from pathlib import Path

import watchfiles

from engine.errors import InputError
from engine.progress import CancelToken

POLL_MS = 200
"""How long a cancel may take to be noticed."""


def changes(
    roots: Sequence[Path], *, cancel: CancelToken
) -> Generator[frozenset[Path], None, None]:
    """Yield the changed paths each time something under the roots changes, until cancelled.

    Changes within 1.6 s are one. Roots that are not there at the moment are left out; raises
    InputError where none is.
    """
    present = [root for root in roots if root.exists()]
    if not present:
        raise InputError(
            "There is no folder to watch.", "Add a folder first, or plug its disk in again."
        )
    batches = watchfiles.watch(
        *present, rust_timeout=POLL_MS, yield_on_timeout=True, raise_interrupt=True
    )
    for batch in batches:
        if cancel.cancelled:
            return
        if batch:
            yield frozenset(Path(path) for _, path in batch)
