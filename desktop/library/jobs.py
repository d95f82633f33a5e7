"""Work on the libraries: adding, updating, unlocking, pulling, removing; one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal, Slot

from desktop.errors import Problem
from desktop.tasks import Lanes, Task
from desktop.words import count
from engine.library_types import AddReport, Waiting
from engine.progress import CancelToken, Progress
from engine.store.sources import Source

if TYPE_CHECKING:
    from engine.assistant import Assistant

Kind = Literal[
    "add", "sync", "resume", "unlock", "remove", "pull", "source", "forget",
    "drop", "export", "import", "change",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LibraryJob:
    kind: Kind
    words: str
    """What is being done, for the page and the foot."""
    subject: str = ""
    """The library, file or source it is about."""
    quiet: bool = False
    """Nobody asked for it just now: told in the foot, and on the page only where it matters."""


class LibraryJobs(QObject):
    """Runs on the vault lane. What is wanted while a job runs is queued behind it."""

    begun = Signal(object)
    """The :class:`LibraryJob`."""
    progressed = Signal(object)
    reported = Signal(object, object)
    """A job and the :class:`AddReport` of it."""
    removed = Signal(int)
    done = Signal(object, object)
    """A job on a whole library and its result."""
    pulled = Signal(object, list)
    """A job and its reports: of each source what changed, or why it failed."""
    failed = Signal(object, object)
    """A job and the :class:`Problem`."""
    cancelled = Signal(object)
    ended = Signal()
    """No job is running any more."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._queue: list[tuple[LibraryJob, Callable[[CancelToken], Any]]] = []
        self._task: Task | None = None
        self.job: LibraryJob | None = None
        self.progress: Progress | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    # --- files ---------------------------------------------------------------------------------

    def add(self, paths: list[Path], library: str) -> None:
        assistant, chosen = self._assistant, tuple(paths)
        what = chosen[0].name if len(chosen) == 1 else f"{len(chosen)} files"
        self._enqueue(
            LibraryJob("add", f"Adding {what}", library),
            lambda cancel: assistant.add(chosen, library=library, cancel=cancel),
        )

    def retry(self, paths: list[Path], library: str) -> None:
        """Read files again whatever came of them the last time."""
        assistant, chosen = self._assistant, tuple(dict.fromkeys(paths))
        what = chosen[0].name if len(chosen) == 1 else f"{len(chosen)} files"
        self._enqueue(
            LibraryJob("add", f"Reading {what} again", library),
            lambda cancel: assistant.add(chosen, library=library, cancel=cancel),
        )

    def sync(self, library: str | None, *, quiet: bool = False) -> None:
        assistant = self._assistant
        job = LibraryJob(
            "sync",
            f"Updating {library}" if library else "Updating all libraries",
            library or "",
            quiet,
        )
        if any(job == waiting for waiting, _work in self._queue):
            return
        self._enqueue(job, lambda cancel: assistant.sync(library=library, cancel=cancel))

    def resume(self, waiting: Waiting, *, quiet: bool = True) -> None:
        """Go on with what an interrupted job left."""
        assistant = self._assistant
        what = count(waiting.files, "file") if waiting.files else "work"
        self._enqueue(
            LibraryJob("resume", f"Going on with {what} left from before", "", quiet),
            lambda cancel: assistant.sync(cancel=cancel),
        )

    def unlock(self, path: str, password: str, *, remember: bool) -> None:
        assistant = self._assistant
        self._enqueue(
            LibraryJob("unlock", f"Opening {Path(path).name}", path),
            lambda cancel: assistant.unlock(path, password, remember=remember, cancel=cancel),
        )

    def remove(self, paths: list[Path]) -> None:
        assistant, chosen = self._assistant, tuple(paths)
        self._enqueue(LibraryJob("remove", "Removing"), lambda _cancel: assistant.remove(chosen))

    # --- whole libraries -----------------------------------------------------------------------

    def remove_library(self, name: str) -> None:
        """Forget a library and give its room on the disk back."""
        work = self._assistant.library_jobs
        self._enqueue(
            LibraryJob("drop", f"Removing {name}", name),
            lambda cancel: work.remove(name, cancel=cancel),
        )

    def export_library(self, name: str, file: Path) -> None:
        work = self._assistant.library_jobs
        self._enqueue(
            LibraryJob("export", f"Writing {name} into {file.name}", name),
            lambda cancel: work.export(name, file, cancel=cancel),
        )

    def import_library(self, file: Path, name: str = "") -> None:
        work = self._assistant.library_jobs
        self._enqueue(
            LibraryJob("import", f"Importing {file.name}", name),
            lambda cancel: work.load(file, library=name, cancel=cancel),
        )

    # --- sources -------------------------------------------------------------------------------

    def add_source(self, source: Source, *, table: str, password: str) -> None:
        sources = self._assistant.sources
        self._enqueue(
            LibraryJob("source", f"Pulling {source.name} for the first time", source.name),
            lambda cancel: sources.add(source, table=table, password=password, cancel=cancel),
        )

    def change_source(self, source: Source, *, table: str, password: str) -> None:
        sources = self._assistant.sources
        self._enqueue(
            LibraryJob("change", f"Pulling {source.name} as it is now", source.name),
            lambda cancel: sources.change(source, table=table, password=password, cancel=cancel),
        )

    def pull(self, name: str) -> None:
        sources = self._assistant.sources
        self._enqueue(
            LibraryJob("pull", f"Pulling {name}", name),
            lambda cancel: sources.pull(name, cancel=cancel),
        )

    def pull_due(self) -> None:
        """Pull what is due by its schedule."""
        sources = self._assistant.sources
        job = LibraryJob("pull", "Pulling sources", "", quiet=True)
        if job != self.job and all(job != waiting for waiting, _work in self._queue):
            self._enqueue(job, lambda cancel: sources.pull_due(cancel=cancel))

    def remove_source(self, name: str) -> None:
        sources = self._assistant.sources
        self._enqueue(
            LibraryJob("forget", f"Removing {name}", name), lambda _cancel: sources.remove(name)
        )

    # --- how it goes ---------------------------------------------------------------------------

    @Slot()
    def stop(self) -> None:
        """Stop the running job and forget the queued ones. What is indexed stays."""
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()

    def _enqueue(self, job: LibraryJob, work: Callable[[CancelToken], Any]) -> None:
        self._queue.append((job, work))
        if self._task is None:
            self._next()

    def _next(self) -> None:
        self.job, work = self._queue.pop(0)
        self.progress = None
        task = self._lanes.start("vault", work)
        task.progressed.connect(self._progress)
        task.succeeded.connect(self._succeed)
        task.failed.connect(self._fail)
        task.cancelled.connect(self._cancel)
        task.ended.connect(self._ended)
        self._task = task
        self.begun.emit(self.job)

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.progress = progress
        self.progressed.emit(progress)

    @Slot(object)
    def _succeed(self, result: object) -> None:
        job = self.job
        assert job is not None
        if isinstance(result, AddReport):
            self.reported.emit(job, result)
        elif job.kind in ("drop", "export", "import") or isinstance(result, Source):
            self.done.emit(job, result)
        elif job.kind in ("source", "change", "pull"):
            self.pulled.emit(job, result if isinstance(result, list) else [result])
        elif isinstance(result, int):
            self.removed.emit(result)

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self.failed.emit(self.job, problem)

    @Slot()
    def _cancel(self) -> None:
        self.cancelled.emit(self.job)

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.job = None
        self.progress = None
        if self._queue:
            self._next()
        else:
            self.ended.emit()
