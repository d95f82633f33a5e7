"""Plans trainings and has this machine looked at, on the lane of examples."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.tasks import Lanes, Task, Work
from desktop.teach.check_view import Choice
from engine.progress import CancelToken, Progress
from engine.services.teach_plan import Plan
from engine.teach.machine_check import MachineCheck

if TYPE_CHECKING:
    from engine.assistant import Assistant

Planned = tuple[Plan, MachineCheck]


class Planning(QObject):
    planned = Signal(object, object)
    """A :class:`Plan` and its :class:`MachineCheck`."""
    looped = Signal(object, object)
    """The same, of what was corrected."""
    progressed = Signal(object)
    failed = Signal(object)

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._task: Task | None = None
        self._of_loop = False

    @property
    def busy(self) -> bool:
        return self._task is not None

    def plan(self, file: Path, choice: Choice) -> None:
        """What training on a file would be; an older plan in hand is dropped."""
        jobs = self._assistant.teaching.jobs

        def work(_cancel: CancelToken) -> Planned:
            plan = jobs.plan(
                file, name=choice.name, model=choice.model, settings=choice.settings,
                longest=choice.longest,
            )  # fmt: skip
            return plan, jobs.check(plan)

        self._start(work, of_loop=False)

    def loop(self) -> None:
        """What training on the corrections would be."""
        teaching = self._assistant.teaching

        def work(cancel: CancelToken) -> Generator[Progress, None, Planned]:
            plan = yield from teaching.loop.prepared(cancel=cancel)
            return plan, teaching.jobs.check(plan)

        self._start(work, of_loop=True)

    def _start(self, work: Work, *, of_loop: bool) -> None:
        if self._task is not None:
            self._task.cancel()  # what it finds counts no more
        self._of_loop = of_loop
        task = self._lanes.start("examples", work)
        self._task = task
        task.progressed.connect(self.progressed)
        task.succeeded.connect(self._planned)
        task.failed.connect(self._failed)

    @Slot(object)
    def _planned(self, planned: Planned) -> None:
        if self.sender() is not self._task:
            return
        self._task = None
        (self.looped if self._of_loop else self.planned).emit(*planned)

    @Slot(object)
    def _failed(self, problem: object) -> None:
        if self.sender() is not self._task:
            return
        self._task = None
        self.failed.emit(problem)
