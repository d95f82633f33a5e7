"""Keeps watched libraries current while the window is open, and pulls sources on their schedule."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop.library.jobs import LibraryJobs
from desktop.settings.window_state import WindowState
from desktop.tasks import Lanes, Task
from engine.library_types import AddReport
from engine.types import Library

if TYPE_CHECKING:
    from engine.assistant import Assistant

LOOK_MS = 30_000
"""How often it looks whether a source is due."""


class Watching(QObject):
    """One watch a library, each on a thread of its lane: what it reads overtakes long jobs."""

    changed = Signal()
    """Another set of libraries is watched."""
    reported = Signal(object)
    """The :class:`AddReport` of files that were read, moved or forgotten by themselves."""

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
        self._tasks: dict[str, Task] = {}
        self._started = False
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)

    @property
    def unwatched(self) -> frozenset[str]:
        return self._state.unwatched

    @property
    def watched(self) -> frozenset[str]:
        """Libraries whose folders are followed."""
        return frozenset(self._tasks)

    def start(self) -> None:
        """Begin, once files can be read."""
        self._started = True
        self._timer.start()
        self._fit()
        self.look()

    def stop(self) -> None:
        self._timer.stop()
        for task in self._tasks.values():
            task.cancel()

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

    def rename(self, old: str, new: str) -> None:
        """Whether a library is watched goes with it to its new name."""
        names = self._state.unwatched
        if old in names:
            self._state.unwatched = (names - {old}) | {new}

    def _fit(self) -> None:
        if not self._started:
            return
        left = self.unwatched
        wanted = {one.name for one in self._libraries if one.roots and one.name not in left}
        for name in set(self._tasks) - wanted:
            self._tasks.pop(name).cancel()
        for name in sorted(wanted - set(self._tasks)):
            self._begin(name)

    def _begin(self, library: str) -> None:
        upkeep = self._assistant.upkeep
        task = self._lanes.start(
            "watch", lambda cancel: upkeep.watch(library=library, cancel=cancel)
        )
        task.produced.connect(self._told)
        task.ended.connect(self._ended)
        self._tasks[library] = task

    @Slot(list)
    def _told(self, reports: list[AddReport]) -> None:
        for report in reports:
            self.reported.emit(report)

    @Slot()
    def _ended(self) -> None:
        """One that ended by itself begins again when the libraries change."""
        ended = self.sender()
        self._tasks = {name: task for name, task in self._tasks.items() if task is not ended}

    # --- sources -------------------------------------------------------------------------------

    @Slot()
    def look(self) -> None:
        sources = self._assistant.sources
        task = self._lanes.start(
            "read", lambda _cancel: any(each.is_due(time.time()) for each in sources.all())
        )
        task.succeeded.connect(self._looked)

    @Slot(object)
    def _looked(self, due: bool) -> None:
        if due:
            self._jobs.pull_due()
