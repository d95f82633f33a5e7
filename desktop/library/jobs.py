"""Work on the libraries: adding, updating, removing; one at a time, in order."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.errors import Problem
from desktop.tasks import Lanes, Task
from engine.progress import CancelToken, Progress
from engine.types import AddReport

if TYPE_CHECKING:
    from engine.assistant import Assistant


class LibraryJobs(QObject):
    """Runs on the vault lane. What is added while a job runs is queued behind it."""

    begun = Signal(str)
    """What is being done, in words."""
    progressed = Signal(object)
    reported = Signal(object)
    """The :class:`AddReport` of a finished add or update."""
    removed = Signal(int)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()
    """No job is running any more."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._queue: list[tuple[str, Callable[[CancelToken], Any]]] = []
        self._task: Task | None = None
        self.progress: Progress | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    def add(self, paths: list[Path], library: str) -> None:
        assistant, chosen = self._assistant, tuple(paths)
        what = chosen[0].name if len(chosen) == 1 else f"{len(chosen)} files"
        self._enqueue(
            f"Adding {what}",
            lambda cancel: assistant.add(chosen, library=library, cancel=cancel),
        )

    def sync(self, library: str | None) -> None:
        assistant = self._assistant
        self._enqueue(
            f"Updating {library}" if library else "Updating all libraries",
            lambda cancel: assistant.sync(library=library, cancel=cancel),
        )

    def remove(self, paths: list[Path]) -> None:
        assistant, chosen = self._assistant, tuple(paths)
        self._enqueue("Removing", lambda _cancel: assistant.remove(chosen))

    @Slot()
    def stop(self) -> None:
        """Stop the running job and forget the queued ones. What is indexed stays."""
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()

    def _enqueue(self, words: str, work: Callable[[CancelToken], Any]) -> None:
        self._queue.append((words, work))
        if self._task is None:
            self._next()

    def _next(self) -> None:
        words, work = self._queue.pop(0)
        self.progress = None
        task = self._lanes.start("vault", work)
        task.progressed.connect(self._progress)
        task.succeeded.connect(self._succeed)
        task.failed.connect(self._fail)
        task.cancelled.connect(self.cancelled)
        task.ended.connect(self._ended)
        self._task = task
        self.begun.emit(words)

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.progress = progress
        self.progressed.emit(progress)

    @Slot(object)
    def _succeed(self, result: object) -> None:
        if isinstance(result, AddReport):
            self.reported.emit(result)
        elif isinstance(result, int):
            self.removed.emit(result)

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self.failed.emit(problem)

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.progress = None
        if self._queue:
            self._next()
        else:
            self.ended.emit()
