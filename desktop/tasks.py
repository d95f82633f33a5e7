"""Slow engine work on lanes, so that the window never waits.

A lane is one thread. The :class:`Task` lives in the GUI thread and owns every signal; what runs on
the lane is a plain object that drives the engine's generator and leaves what it yields in an inbox.
A timer of the GUI thread empties the inbox every 40 ms, which coalesces streamed pieces.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop.crash import report_of
from desktop.errors import BUG, Problem, problem
from engine.errors import CancelledError, EngineError
from engine.progress import CancelToken, Progress

log = logging.getLogger(__name__)

Lane = Literal[
    "vault", "model", "read", "shelf", "network", "warmth", "watch", "renewal", "examples",
    "training", "compare",
]  # fmt: skip
LANES: tuple[Lane, ...] = (
    "vault", "model", "read", "shelf", "network", "warmth", "watch", "renewal", "examples",
    "training", "compare",
)  # fmt: skip
"""Writing the vault; asking; quick reading; measuring and changing models; fetching
them; getting ready for the next question; waiting for changes in folders; reading everything anew
with another encoder; making examples to teach from; following a training and judging it; asking
the questions of a comparison."""
MOST_WATCHES = 16
"""The lane of watching, which is waiting, has a thread for each library."""
FLUSH_MS = 40

Work = Callable[[CancelToken], Any]
"""Does the work on the lane: returns a value, or a generator of events that returns one."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    state: Literal["done", "cancelled", "failed", "crashed"]
    value: Any = None
    problem: Problem = BUG
    report: str = ""


class _Run:
    """What the lane's thread sees of a task. Holds no Qt object."""

    def __init__(self, work: Work, land: Callable[[], None]) -> None:
        self._work = work
        self._land = land
        self.token = CancelToken()
        self.inbox: deque[Any] = deque()
        self.outcome: _Outcome | None = None

    def __call__(self) -> None:
        self.outcome = self._drive()
        self._land()

    def _drive(self) -> _Outcome:
        try:
            self.token.check()
            made: Any = self._work(self.token)
            if isinstance(made, Generator):
                made = self._exhaust(made)
            return _Outcome("done", made)
        except CancelledError:
            return _Outcome("cancelled")
        except EngineError as error:
            log.info("known error: %s", error.code)
            return _Outcome("failed", problem=problem(error))
        except Exception as error:  # noqa: BLE001 -- the runner turns bugs into a crash report
            log.error("unexpected %s on a lane", type(error).__name__)
            return _Outcome("crashed", report=report_of(error))

    def _exhaust(self, events: Generator[Any, None, Any]) -> Any:
        while True:
            try:
                self.inbox.append(next(events))
            except StopIteration as stop:
                return stop.value


class Task(QObject):
    """One piece of work on a lane, seen from the GUI thread."""

    progressed = Signal(object)
    """The newest :class:`Progress`; older readings are dropped."""
    produced = Signal(list)
    """Every other event since the last time, in order."""
    succeeded = Signal(object)
    failed = Signal(object)
    """A :class:`Problem`."""
    cancelled = Signal()
    ended = Signal()
    """After one of the three above, whichever it was."""
    crashed = Signal(str)
    """The report of a bug; ``failed`` follows with the sentence for the user."""
    _landed = Signal()

    def __init__(self, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self._landed.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        self.run = _Run(work, self._landed.emit)
        self._timer = QTimer(self, interval=FLUSH_MS)
        self._timer.timeout.connect(self._flush)
        self._timer.start()

    def cancel(self) -> None:
        """Ask the work to stop; ``cancelled`` or ``succeeded`` tells when it has."""
        self.run.token.cancel()

    @Slot()
    def _flush(self) -> None:
        newest: Progress | None = None
        events: list[Any] = []
        while self.run.inbox:
            event = self.run.inbox.popleft()
            if isinstance(event, Progress):
                newest = event
            else:
                events.append(event)
        if newest is not None:
            self.progressed.emit(newest)
        if events:
            self.produced.emit(events)

    @Slot()
    def _finish(self) -> None:
        self._timer.stop()
        self._flush()
        outcome = self.run.outcome
        assert outcome is not None
        if outcome.state == "done":
            self.succeeded.emit(outcome.value)
        elif outcome.state == "cancelled":
            self.cancelled.emit()
        else:
            if outcome.state == "crashed":
                self.crashed.emit(outcome.report)
            self.failed.emit(outcome.problem)
        self.ended.emit()


class Lanes(QObject):
    """The window's threads, one a lane, and the tasks on them."""

    crashed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools = {
            lane: ThreadPoolExecutor(
                max_workers=MOST_WATCHES if lane == "watch" else 1,
                thread_name_prefix=f"alcove-{lane}",
            )
            for lane in LANES
        }
        self._tasks: set[Task] = set()
        self._closed = False

    def start(self, lane: Lane, work: Work) -> Task:
        """Queue work on a lane. Connect to the task before the event loop runs again.

        Once the lanes are closed nothing runs any more, and the task never tells anything.
        """
        task = Task(work, self)
        if self._closed:
            return task
        self._tasks.add(task)
        task.crashed.connect(self.crashed)
        task.ended.connect(self._forget)
        self._pools[lane].submit(task.run)
        return task

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    @Slot()
    def _forget(self) -> None:
        task = self.sender()
        if isinstance(task, Task):
            self._tasks.discard(task)
            task.deleteLater()

    def close(self) -> None:
        """Stop everything and wait for the threads. What had not begun never does.

        Nobody is told of results any more: their pages are going away.
        """
        self._closed = True
        for task in self._tasks:
            task.cancel()
            task.blockSignals(True)
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
