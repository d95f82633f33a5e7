"""Runs comparisons on their own lane, and reads what was compared before."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop.compare import facts
from desktop.tasks import Lanes, Task
from engine.evaluate.columns import Column
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.measure import Result
from engine.evaluate.questions import Question
from engine.progress import CancelToken, Progress

if TYPE_CHECKING:
    from engine.assistant import Assistant
    from engine.services.question_sets import QuestionSet

Running = Generator[Progress | Result, None, Evaluated]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked, and in which ways."""

    set: "QuestionSet"
    columns: tuple[Column, ...]
    library: str
    """That is asked; empty for all."""
    changed_facts: int = 0


class CompareWork(QObject):
    """One comparison at a time; questions are made on the same lane."""

    begun = Signal(list, list)
    """Names of the ways and the questions that are asked."""
    progressed = Signal(object)
    answered = Signal(list)
    """New :class:`Result` objects, in order."""
    done = Signal(object)
    """The :class:`Evaluated`."""
    stopped = Signal()
    failed = Signal(object)
    ended = Signal()
    read = Signal(object)
    """New :class:`CompareFacts`."""
    opened = Signal(object)
    """Name, questions and the :class:`Evaluated` of an earlier one."""
    making = Signal(object)
    making_ended = Signal()
    made = Signal(object)
    """The :class:`Making` of questions from the library."""
    unreadable = Signal(object)

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._task: Task | None = None
        self._making: Task | None = None

    @property
    def running(self) -> bool:
        return self._task is not None

    # --- asking --------------------------------------------------------------------------------

    def start(self, plan: Plan) -> None:
        """Freeze the set and ask it."""
        assistant = self._assistant

        def work(cancel: CancelToken) -> Running:
            assistant.evaluation.sets.freeze(plan.set.id)
            return assistant.comparison.run(
                plan.set.questions, plan.columns, library=plan.library or None,
                source=plan.set.name, changed_facts=plan.changed_facts, cancel=cancel,
            )  # fmt: skip

        self._start(work, [each.name for each in plan.columns], list(plan.set.questions))

    def repeat(self, found: Evaluated, questions: list[Question], *, anew: bool) -> None:
        """Ask the questions of an earlier one again; without ``anew``, those not asked yet."""
        comparison = self._assistant.comparison
        self._start(
            lambda cancel: comparison.repeat(found.id, anew=anew, cancel=cancel),
            [each.name for each in found.columns],
            questions,
        )

    def _start(
        self,
        work: Callable[[CancelToken], Running],
        ways: list[str],
        questions: list[Question],
    ) -> None:
        if self._task is not None:
            return
        task = self._task = self._lanes.start("compare", work)
        task.progressed.connect(self.progressed)
        task.produced.connect(self.answered)
        task.succeeded.connect(self.done)
        task.cancelled.connect(self.stopped)
        task.failed.connect(self.failed)
        task.ended.connect(self._ended)
        self.begun.emit(ways, questions)

    @Slot()
    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.ended.emit()

    # --- reading -------------------------------------------------------------------------------

    @Slot()
    def reload(self) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: facts.read(assistant))
        task.succeeded.connect(self.read)
        task.failed.connect(self.unreadable)

    def open(self, number: int) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: facts.opened(assistant, number))
        task.succeeded.connect(self.opened)
        task.failed.connect(self.unreadable)

    def open_newest(self) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: facts.opened(assistant, None))
        task.succeeded.connect(self.opened)
        task.failed.connect(self.unreadable)

    def forget(self, number: int) -> None:
        self._quick(lambda: self._assistant.comparison.forget(number))

    def remove_set(self, set_id: int) -> None:
        self._quick(lambda: self._assistant.evaluation.sets.remove(set_id))

    def _quick(self, work: Callable[[], Any]) -> None:
        task = self._lanes.start("read", lambda _cancel: work())
        task.succeeded.connect(self.reload)
        task.failed.connect(self.unreadable)

    # --- questions -----------------------------------------------------------------------------

    def make(self, count: int, library: str) -> None:
        """Make questions from a library, each tried on the assistant."""
        if self._making is not None:
            return
        evaluation = self._assistant.evaluation
        task = self._making = self._lanes.start(
            "compare",
            lambda cancel: evaluation.generate(
                count, library=library or None, unanswerable=count // 4, cancel=cancel
            ),
        )
        task.progressed.connect(self.making)
        task.succeeded.connect(self.made)
        task.failed.connect(self.unreadable)
        task.ended.connect(self._made)

    @Slot()
    def stop_making(self) -> None:
        if self._making is not None:
            self._making.cancel()

    @Slot()
    def _made(self) -> None:
        self._making = None
        self.making_ended.emit()
