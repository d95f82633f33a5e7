"""The one training that this window follows: begun here, or found running at the start."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.errors import Problem
from desktop.tasks import Lanes, Task
from engine.formats.job import JobFolder
from engine.progress import CancelToken, Progress
from engine.services.teach_plan import Plan
from engine.services.teach_results import TeachResult
from engine.teach.live import Live

if TYPE_CHECKING:
    from engine.assistant import Assistant

_Start = Callable[[CancelToken], Generator[Progress, None, int]]
"""Starts the training process and tells where its events begin."""


class Training(QObject):
    """Follows, steers and, once it is trained, has it compared. Closing the window only ends the
    looking: the training process is on its own.
    """

    begun = Signal(str)
    """The name of the training that is followed now."""
    looked = Signal(object)
    """A new :class:`Live`."""
    comparing = Signal(object)
    """A :class:`Progress`, or None as it begins."""
    done = Signal(object)
    """The :class:`TeachResult`."""
    ended = Signal(object)
    """The last :class:`Live` of a training that was stopped or failed."""
    told = Signal(str, object)
    """For the foot of the window: words and :class:`Progress`; empty words for nothing."""
    failed = Signal(object)
    """A :class:`Problem`: it could not be begun, or not be compared."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._task: Task | None = None
        self.job: Path | None = None
        self.name = ""
        self.look = Live()
        self.is_comparing = False

    @property
    def running(self) -> bool:
        """Whether the training process works now."""
        return self._task is not None and not self.is_comparing

    @property
    def busy(self) -> bool:
        return self._task is not None

    # --- beginning -----------------------------------------------------------------------------

    def begin(self, plan: Plan) -> None:
        """Start a training and follow it."""
        jobs = self._assistant.teaching.jobs
        self._follow(
            plan.folder.root, plan.spec.name, lambda cancel: jobs.begin(plan, cancel=cancel)
        )

    def go_on(self, job: Path, name: str) -> None:
        """Start one again that was stopped."""
        jobs = self._assistant.teaching.jobs
        self._follow(job, name, lambda _: _at(jobs.go_on(job)))

    def attach(self, job: Path, name: str) -> None:
        """Follow one that runs already."""
        self._follow(job, name, lambda _: _at(0))

    def _follow(self, job: Path, name: str, start: _Start) -> None:
        if self._task is not None:
            return
        jobs = self._assistant.teaching.jobs
        self.job, self.name, self.look = job, name, Live()

        def work(cancel: CancelToken) -> Generator[Progress | Live, None, Live]:
            since = yield from start(cancel)
            return (yield from jobs.watch(job, since=since, cancel=cancel))

        self._task = self._lanes.start("training", work)
        self._task.progressed.connect(self._prepared_some)
        self._task.produced.connect(self._looked)
        self._task.succeeded.connect(self._landed)
        self._task.failed.connect(self._failed)
        self._task.cancelled.connect(self._given_up)
        self.begun.emit(name)
        self.told.emit(f"Training {name}", None)

    def compare(self, job: Path, name: str) -> None:
        """Take and compare one that is trained."""
        if self._task is not None:
            return
        self.job, self.name = job, name
        self.begun.emit(name)
        self._compare()

    # --- steering ------------------------------------------------------------------------------

    def pause(self, on: bool) -> None:
        if self.job is not None and self._is_laid_out():
            self._assistant.teaching.jobs.pause(self.job, on)

    def stop(self) -> None:
        """End it after its step; its place is kept."""
        if self._task is not None and self.running and not self._is_laid_out():
            self._task.cancel()
        elif self.job is not None and self.running:
            jobs = self._assistant.teaching.jobs
            jobs.pause(self.job, False)
            jobs.stop(self.job)

    def _is_laid_out(self) -> bool:
        """Whether the training has a folder; before, the model is still asked what it keeps."""
        return self.job is not None and JobFolder(self.job).spec.exists()

    # --- what comes of it ----------------------------------------------------------------------

    @Slot(object)
    def _prepared_some(self, progress: Progress) -> None:
        self.told.emit(f"Training {self.name}: {progress.stage}", progress)

    @Slot()
    def _given_up(self) -> None:
        self._task, self.is_comparing = None, False
        self.told.emit("", None)
        self.ended.emit(self.look)

    @Slot(list)
    def _looked(self, looks: list[Live]) -> None:
        self.look = looks[-1]
        self.looked.emit(self.look)
        look = self.look
        counter = Progress("training", look.step, look.steps) if look.steps else None
        self.told.emit(f"Training {self.name}", counter)

    @Slot(object)
    def _landed(self, look: Live) -> None:
        self._task = None
        self.look = look
        self.looked.emit(look)
        if look.state == "trained":
            self._compare()
        else:
            self.told.emit("", None)
            self.ended.emit(look)

    def _compare(self) -> None:
        job, teaching = self.job, self._assistant.teaching
        assert job is not None
        self.is_comparing = True
        self._task = self._lanes.start(
            "training", lambda cancel: teaching.settle(job, cancel=cancel)
        )
        self._task.progressed.connect(self._compared_some)
        self._task.succeeded.connect(self._compared)
        self._task.failed.connect(self._failed)
        self.comparing.emit(None)

    @Slot(object)
    def _compared_some(self, progress: Progress) -> None:
        self.comparing.emit(progress)
        self.told.emit(f"Comparing {self.name}", progress)

    @Slot(object)
    def _compared(self, result: TeachResult) -> None:
        self._task, self.is_comparing = None, False
        self.told.emit("", None)
        self.done.emit(result)

    @Slot(object)
    def _failed(self, problem: Problem) -> None:
        self._task, self.is_comparing = None, False
        self.told.emit("", None)
        self.failed.emit(problem)


def _at(events: int) -> Generator[Progress, None, int]:
    """A start that needs no preparation."""
    yield from ()
    return events
