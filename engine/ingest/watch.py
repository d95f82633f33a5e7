"""Follows changes in the user's folders.

The system tells of changes on its own disks. It does not for network drives, and not when too much
is watched already: such folders are looked at every few seconds instead. Folders whose disk is away
are waited for.
"""

import logging
import os
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

import psutil
import watchfiles

from engine.errors import InputError
from engine.ingest import away
from engine.ingest.settling import Settling
from engine.progress import CancelToken
from engine.store.roots import Root

POLL_MS = 150
"""How long a cancel may take to be noticed."""
LOOK_S = 2.0
"""How often it is seen whether folders came, went or were added."""
POLL_S = 10.0
"""How often a folder is looked at that the system tells nothing of."""
RESCAN_S = 900.0
"""How often everything is looked at, in case the system forgot to tell."""

logger = logging.getLogger(__name__)

State = tuple[int, ...] | None


class Watcher:
    """Watches what the user added. ``roots`` is asked again and again: it may change meanwhile."""

    def __init__(self, roots: Callable[[], Sequence[Root]]) -> None:
        self._roots = roots
        self._refused = False
        self._files: dict[str, State] = {}
        self.how: dict[str, str] = {}
        """Each root that is followed now, by ``events`` or ``polling``."""
        self.note = ""
        """Why some folders are looked at now and then only, in words; mostly empty."""

    def changes(self, cancel: CancelToken) -> Generator[frozenset[str], None, None]:
        """Yield changed paths once they are whole, until cancelled; nothing every few seconds.

        Begins with all roots, for what changed while nobody watched. A root that comes back or goes
        is yielded itself; one that is added is read by who adds it. Raises InputError where there
        is nothing to watch.
        """
        if not self._roots():
            raise InputError("There is no folder to watch.", "Add a folder first: alcove add PATH.")
        settling = Settling()
        before: dict[str, State] | None = None
        looked = -RESCAN_S
        while not cancel.cancelled:
            roots = list(self._roots())
            shape = _shape(roots)
            told = self._sort(roots)
            now = time.monotonic()
            if before is None or now - looked >= RESCAN_S:
                looked = now
                look = frozenset(shape)
            else:
                look = frozenset(
                    path for path, state in shape.items() if before.get(path, state) != state
                )
            before = shape
            with closing(self._events(told)) as events:
                # Listening first: what changes while the roots are looked at is told afterwards.
                first = next(events, frozenset())
                yield look
                yield from self._follow(chain((first,), events), settling, shape, cancel)

    def _follow(
        self,
        events: Iterable[frozenset[str]],
        settling: Settling,
        shape: dict[str, State],
        cancel: CancelToken,
    ) -> Generator[frozenset[str], None, None]:
        """Until the roots are others than they were."""
        began = looked = polled = time.monotonic()
        for batch in events:
            if cancel.cancelled:
                return
            now = time.monotonic()
            settling.note(batch, now)
            settling.note(self._changed_files(), now)
            if ready := settling.due(now):
                yield ready
            if now - polled >= POLL_S:
                polled = now
                if far := frozenset(path for path, how in self.how.items() if how == "polling"):
                    yield far
            if now - looked >= LOOK_S:
                looked = now
                yield frozenset()
                if _shape(self._roots()) != shape or now - began >= RESCAN_S:
                    return

    def _sort(self, roots: Sequence[Root]) -> list[str]:
        """Decide how each root is followed; those that the system tells of."""
        there = [root for root in roots if not away.is_away(root)]
        self._files = {root.path: _state(root.path) for root in there if not root.is_folder}
        folders = [root.path for root in there if root.is_folder]
        far = set(folders) if self._refused else _on_network(folders)
        told = [path for path in folders if path not in far]
        self.how = dict.fromkeys((*told, *self._files), "events") | dict.fromkeys(far, "polling")
        if self._refused:
            self.note = (
                "The system follows no more folders, so they are looked at every "
                f"{POLL_S:.0f} seconds. A higher fs.inotify.max_user_watches helps."
            )
        elif far:
            self.note = (
                f"On network drives changes are seen after up to {POLL_S:.0f} seconds: "
                f"{', '.join(sorted(far))}."
            )
        else:
            self.note = ""
        return told

    def _events(self, told: Sequence[str]) -> Generator[frozenset[str], None, None]:
        """What the system tells, in batches; an empty one now and then."""
        if told:
            try:
                batches = watchfiles.watch(
                    *told,
                    watch_filter=None,
                    debounce=400,
                    step=50,
                    rust_timeout=POLL_MS,
                    yield_on_timeout=True,
                    raise_interrupt=True,
                    ignore_permission_denied=True,
                )
                for batch in batches:
                    yield frozenset(path for _, path in batch)
            except FileNotFoundError:
                pass  # it went at this moment, which the next look will see
            except OSError as error:
                logger.warning("folders cannot be watched: %s", type(error).__name__)
                self._refused = True
            return
        while True:
            time.sleep(POLL_MS / 1000)
            yield frozenset()

    def _changed_files(self) -> list[str]:
        """Files that were added by themselves and are others than a moment ago."""
        changed = []
        for path, before in self._files.items():
            now = _state(path)
            if now != before:
                self._files[path] = now
                changed.append(path)
        return changed


def _shape(roots: Sequence[Root]) -> dict[str, State]:
    """Which roots there are, and which folders they are at this moment."""
    shape: dict[str, State] = {}
    for root in roots:
        state = None if away.is_away(root) else _state(root.path)
        # Of a folder only which one it is: what is in it, is told otherwise.
        shape[root.path] = state[2:] if state is not None and root.is_folder else None
    return shape


def _state(path: str) -> State:
    try:
        stat = os.stat(path)  # noqa: PTH116 - any path
    except (OSError, ValueError):
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_dev, stat.st_ino


def _on_network(folders: Sequence[str]) -> set[str]:
    try:
        mounted = [(each.mountpoint, each.fstype) for each in psutil.disk_partitions(all=True)]
    except (OSError, psutil.Error):
        mounted = []
    return {path for path in folders if away.on_network(Path(path), mounted)}
