"""Keeps watched libraries current while the window is open, and pulls sources on their schedule."""

import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.library.jobs import LibraryJobs
from desktop.settings.window_state import WindowState
from desktop.tasks import Lanes, Task
from engine.ingest import watch
from engine.progress import CancelToken
from engine.types import Library

if TYPE_CHECKING:
    from engine.assistant import Assistant

LOOK_MS = 30_000
"""How often it looks whether a disk came back or a source is due."""


@dataclass(frozen=True, slots=True)
class _Look:
    roots: frozenset[str]
    there: frozenset[str]
    """Those of the roots that can be reached now."""
    due: bool
    """Whether a source's time has come."""


class Watching(QObject):
    """Waits for changes on a lane of its own; what changed is read on the lane of the jobs."""

    changed = Signal()
    """Another set of libraries is watched."""

    def __init__(
        self,
        lanes: Lanes,
        assistant: "Assistant",
        jobs: LibraryJobs,
        state: WindowState,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._lanes, self._assistant, self._jobs, self._state = lanes, assistant, jobs, state
        self._libraries: tuple[Library, ...] = ()
        self._roots: dict[str, str] = {}
        self._seen = _Look(frozenset(), frozenset(), due=False)
        self._task: Task | None = None
        self._started = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def unwatched(self) -> frozenset[str]:
        return self._state.unwatched

    @property
    def roots(self) -> Mapping[str, str]:
        """Watched folders and files, and the libraries that they belong to."""
        return self._roots

    @property
    def listening(self) -> bool:
        """Whether changes are being waited for."""
        return self._task is not None

    def start(self) -> None:
        """Begin, once files can be read."""
        self._started = True
        self._timer.start()
        self.look()

    def catch_up(self) -> None:
        """Look for what changed while nobody watched."""
        for name in sorted(set(self._roots.values())):
            self._jobs.sync(name, quiet=True)

    def stop(self) -> None:
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()

    def set_libraries(self, libraries: tuple[Library, ...]) -> None:
        if libraries != self._libraries:
            self._libraries = libraries
            self._fit()

    def watch(self, library: str, wanted: bool) -> None:
        """Watch a library, or leave it to the user."""
        names = set(self._state.unwatched)
        (names.discard if wanted else names.add)(library)
        self._state.unwatched = frozenset(names)
        self._fit()
        self.changed.emit()
        if wanted:
            self._jobs.sync(library, quiet=True)

    def _fit(self) -> None:
        left = self.unwatched
        wanted = {
            root: library.name
            for library in self._libraries
            if library.name not in left
            for root in library.roots
        }
        if wanted != self._roots:
            self._roots = wanted
            if self._started:
                self.look()

    @Slot()
    def look(self) -> None:
        assistant, roots = self._assistant, tuple(self._roots)

        def work(_cancel: CancelToken) -> _Look:
            now = time.time()
            due = any(source.is_due(now) for source in assistant.sources.all())
            there = frozenset(root for root in roots if Path(root).exists())
            return _Look(frozenset(roots), there, due)

        task = self._lanes.start("read", work)
        task.succeeded.connect(self._looked)

    @Slot(object)
    def _looked(self, found: _Look) -> None:
        before, self._seen = self._seen, found
        if found.there != before.there or (self._task is None and found.there):
            self._restart()
        # A disk that is there again may hold changes.
        for root in (found.there - before.there) & before.roots:
            if root in self._roots:
                self._jobs.sync(self._roots[root], quiet=True)
        if found.due:
            self._jobs.pull_due()

    def _restart(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        roots, profile = tuple(map(Path, self._seen.there)), self._assistant.profile.root
        if not roots:
            return
        self._task = self._lanes.start("watch", lambda cancel: heard(roots, profile, cancel))
        self._task.produced.connect(self._heard)

    @Slot(list)
    def _heard(self, batches: list[frozenset[Path]]) -> None:
        changed = {path for batch in batches for path in batch}
        names = {
            name
            for root, name in self._roots.items()
            if any(path.is_relative_to(root) for path in changed)
        }
        for name in sorted(names):
            self._jobs.sync(name, quiet=True)


def heard(
    roots: tuple[Path, ...], profile: Path, cancel: CancelToken
) -> Generator[frozenset[Path], None, None]:
    """Changes that matter: not of hidden files, and not of Alcove's own."""
    for batch in watch.changes(roots, cancel=cancel):
        kept = frozenset(path for path in batch if _matters(path, roots, profile))
        if kept:
            yield kept


def _matters(path: Path, roots: tuple[Path, ...], profile: Path) -> bool:
    if path.is_relative_to(profile):
        return False
    for root in roots:
        if path.is_relative_to(root):
            return not any(part.startswith(".") for part in path.relative_to(root).parts)
    return False
