"""Another encoder or other passages, filled in the background while the old ones serve."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.tasks import Lanes, Task
from engine.progress import CancelToken, Progress
from engine.services.reembed_jobs import Change, Reembedded

if TYPE_CHECKING:
    from engine.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Reading:
    """How documents are read for search."""

    serving: Change
    change: Change | None
    """Under way or paused."""
    fetched: tuple[tuple[str, str], ...] = ()
    """Encoders of the catalogue that are here: name and folder."""


class Renewal(QObject):
    """Runs on a lane of its own, so that files can be added meanwhile."""

    changed = Signal(object)
    """The :class:`Reading` as it is now."""
    planned = Signal(object)
    """The :class:`ReembedPlan` that was asked for."""
    refused = Signal(object)
    """The problem with what was planned."""
    progressed = Signal(object)
    failed = Signal(object)
    done = Signal()
    """The change is made."""
    ended = Signal()
    """Nothing is at work any more: done, paused or failed."""

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._jobs = lanes, assistant.reembed
        self._encoders = assistant.encoders
        self._task: Task | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    @Slot()
    def reload(self) -> None:
        jobs, encoders = self._jobs, self._encoders

        def work(_cancel: CancelToken) -> Reading:
            fetched = tuple((each.name, str(each.folder)) for each in encoders.found())
            return Reading(jobs.now(), jobs.state(), fetched)

        task = self._lanes.start("read", work)
        task.succeeded.connect(self.changed)
        task.failed.connect(self.failed)

    @Slot()
    def take_up(self) -> None:
        """Go on with a change that the end of the window interrupted."""
        jobs = self._jobs
        task = self._lanes.start("read", lambda _cancel: jobs.state())
        task.succeeded.connect(self._took)

    @Slot(object)
    def _took(self, change: Change | None) -> None:
        if change is not None and not change.paused:
            self.go_on()

    def plan(self, embedder: str, tokens: int) -> None:
        """Tell what a change would cost."""
        jobs = self._jobs
        task = self._lanes.start(
            "renewal",
            lambda cancel: jobs.plan(embedder=embedder, passage_tokens=tokens, cancel=cancel),
        )
        task.succeeded.connect(self.planned)
        task.failed.connect(self.refused)

    def start(self, embedder: str, tokens: int) -> None:
        self._begin(embedder, tokens)

    @Slot()
    def go_on(self) -> None:
        """Take up what was paused or interrupted."""
        self._begin(None, None)

    def _begin(self, embedder: str | None, tokens: int | None) -> None:
        if self._task is not None:
            return
        jobs = self._jobs

        def work(cancel: CancelToken) -> object:
            return jobs.run(embedder=embedder, passage_tokens=tokens, cancel=cancel)

        task = self._lanes.start("renewal", work)
        task.progressed.connect(self.progressed)
        task.succeeded.connect(self._succeed)
        task.failed.connect(self.failed)
        task.ended.connect(self._ended)
        self._task = task
        self.progressed.emit(Progress("reading anew", 0, 0))

    @Slot()
    def pause(self) -> None:
        """Stop after the batch in hand; what is done stays done."""
        jobs = self._jobs
        task = self._lanes.start("read", lambda _cancel: jobs.pause())
        task.failed.connect(self.failed)
        task.ended.connect(self.reload)

    @Slot(object)
    def _succeed(self, result: Reembedded) -> None:
        if result.done:
            self.done.emit()

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.ended.emit()
        self.reload()
