"""What is being done to models: fetching, measuring, loading, removing; each on its own lane."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal, Slot

from desktop.errors import Problem
from desktop.tasks import Lane, Lanes, Task, Work
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.assistant import Assistant
    from engine.models.options import ModelOptions

Kind = Literal[
    "adapters", "add", "default", "discard", "download", "faster", "forgive", "load", "measure",
    "options", "remove", "remove_adapter", "unload",
]  # fmt: skip
LANE: dict[Kind, Lane] = {
    "download": "network",
    "discard": "network",
    "faster": "shelf",
    "measure": "shelf",
    "adapters": "model",
    "load": "model",
    "unload": "model",
}
"""Where each kind runs; what is not named is quick and runs on the reading lane."""
SLOW: frozenset[Kind] = frozenset({"download", "faster", "measure", "load", "adapters"})


@dataclass(frozen=True, slots=True)
class Job:
    kind: Kind
    name: str
    """Of the model or offer; the file for ``add``, empty for ``measure``."""

    @property
    def words(self) -> str:
        """For the foot of the window."""
        return {
            "download": f"Fetching {self.name}",
            "faster": f"Making {self.name} faster",
            "measure": "Measuring this machine",
            "load": f"Loading {self.name}",
            "adapters": f"Trying the adapters of {self.name}",
        }.get(self.kind, "")


class ModelWork(QObject):
    """Runs jobs on models and tells of each by name. The same job never runs twice at once."""

    begun = Signal(object)
    progressed = Signal(object, object)
    """A :class:`Job` and its newest :class:`Progress`."""
    succeeded = Signal(object, object)
    failed = Signal(object, object)
    cancelled = Signal(object)
    ended = Signal(object)
    """After one of the three above."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._tasks: dict[Job, Task] = {}
        self.progress: dict[Job, Progress] = {}

    @property
    def running(self) -> tuple[Job, ...]:
        return tuple(self._tasks)

    def runs(self, kind: Kind, name: str) -> bool:
        return Job(kind, name) in self._tasks

    def stop(self, kind: Kind, name: str) -> None:
        task = self._tasks.get(Job(kind, name))
        if task is not None:
            task.cancel()

    # --- what can be done ----------------------------------------------------------------------

    def download(self, name: str) -> None:
        jobs = self._assistant.model_jobs
        self._start(Job("download", name), lambda cancel: jobs.download(name, cancel=cancel))

    def discard(self, name: str) -> None:
        jobs = self._assistant.model_jobs
        self._start(Job("discard", name), lambda _cancel: jobs.discard(name))

    def add(self, paths: list[Path]) -> None:
        jobs = self._assistant.model_jobs

        def work(_cancel: object) -> list[str]:
            return [card.name for path in paths for card in jobs.add(path)]

        self._start(Job("add", ", ".join(path.name for path in paths)), work)

    def measure(self, file: str) -> None:
        """Find out once how fast this machine is; every card tells its speed then."""
        jobs = self._assistant.model_jobs
        self._start(Job("measure", ""), lambda cancel: jobs.fit(file, cancel=cancel))

    def make_faster(self, name: str) -> None:
        jobs = self._assistant.model_jobs
        self._start(Job("faster", name), lambda cancel: jobs.requantize(name, cancel=cancel))

    def load(self, name: str) -> None:
        assistant = self._assistant
        self._start(Job("load", name), lambda cancel: assistant.model_use.load(name, cancel=cancel))

    def unload(self, name: str) -> None:
        assistant = self._assistant
        self._start(Job("unload", name), lambda _cancel: assistant.model_use.unload())

    def use_as_default(self, name: str) -> None:
        assistant = self._assistant
        self._start(Job("default", name), lambda _cancel: assistant.model_use.set_default(name))

    def forgive(self, name: str) -> None:
        assistant = self._assistant
        self._start(Job("forgive", name), lambda _cancel: assistant.model_use.forgive(name))

    def remove(self, name: str) -> None:
        assistant = self._assistant
        self._start(Job("remove", name), lambda _cancel: assistant.remove_model(name))

    def use_adapters(self, name: str, chosen: tuple[tuple[str, float], ...]) -> None:
        """Use a model with exactly these, by file and strength, after proving that they act."""
        use = self._assistant.adapters
        self._start(Job("adapters", name), lambda cancel: use.use(name, chosen, cancel=cancel))

    def remove_adapter(self, file: str) -> None:
        use = self._assistant.adapters
        self._start(Job("remove_adapter", file), lambda _cancel: use.remove(file))

    def set_options(self, name: str, options: "ModelOptions") -> None:
        assistant = self._assistant
        self._start(
            Job("options", name), lambda _cancel: assistant.set_model_options(name, options)
        )

    # --- how it goes ---------------------------------------------------------------------------

    def _start(self, job: Job, work: Work) -> None:
        if job in self._tasks:
            return
        task = self._lanes.start(LANE.get(job.kind, "read"), work)
        self._tasks[job] = task
        task.progressed.connect(self._progress)
        task.succeeded.connect(self._succeed)
        task.failed.connect(self._fail)
        task.cancelled.connect(self._cancel)
        task.ended.connect(self._end)
        self.begun.emit(job)

    def _job_of(self, task: QObject) -> Job | None:
        return next((job for job, one in self._tasks.items() if one is task), None)

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        job = self._job_of(self.sender())
        if job is not None:
            self.progress[job] = progress
            self.progressed.emit(job, progress)

    @Slot(object)
    def _succeed(self, result: object) -> None:
        job = self._job_of(self.sender())
        if job is not None:
            self.succeeded.emit(job, result)

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        job = self._job_of(self.sender())
        if job is not None:
            self.failed.emit(job, problem)

    @Slot()
    def _cancel(self) -> None:
        job = self._job_of(self.sender())
        if job is not None:
            self.cancelled.emit(job)

    @Slot()
    def _end(self) -> None:
        job = self._job_of(self.sender())
        if job is not None:
            del self._tasks[job]
            self.progress.pop(job, None)
            self.ended.emit(job)
