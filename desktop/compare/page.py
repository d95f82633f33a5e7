"""The Compare page: what was compared, a new comparison, one that runs, its answers, judging."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.compare.answers_view import AnswersView
from desktop.compare.blind_view import BlindView
from desktop.compare.facts import CompareFacts
from desktop.compare.question_sources import QuestionSources
from desktop.compare.results_view import ResultsView
from desktop.compare.set_view import SetView
from desktop.compare.setup_view import SetupView
from desktop.compare.start_view import StartView
from desktop.compare.work import CompareWork, Plan
from desktop.errors import Problem
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets import ask
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.questions import Question
from engine.progress import Progress
from engine.store.preferences import Preference

if TYPE_CHECKING:
    from engine.assistant import Assistant


class ComparePage(QWidget):
    begun = Signal()
    progressed = Signal(object)
    ended = Signal()

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self.facts: CompareFacts | None = None
        self._name = ""
        self._questions: list[Question] = []
        self.work = CompareWork(lanes, assistant, self)
        self.start = StartView(theme)
        self.setup = SetupView(theme)
        self.sets = SetView(theme)
        self.results = ResultsView(theme)
        self.answers = AnswersView(theme)
        self.blind = BlindView(theme)
        self.sources = QuestionSources(lanes, assistant, self.work, self.setup, self.sets, self)
        self.stack = QStackedWidget()
        for view in (self.start, self.setup, self.sets, self.results, self.answers, self.blind):
            self.stack.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._wire()

    def _wire(self) -> None:
        work, start, setup, results = self.work, self.start, self.setup, self.results
        work.read.connect(self._read)
        work.opened.connect(self._opened)
        work.unreadable.connect(self._tell)
        work.begun.connect(self._begun)
        work.progressed.connect(self._progressed)
        work.answered.connect(results.put)
        work.done.connect(self._done)
        work.stopped.connect(self._stopped)
        work.failed.connect(self._failed)
        work.ended.connect(self._ended)
        start.new_wanted.connect(self.show_setup)
        start.opened.connect(self.open)
        start.removed.connect(self._forget)
        setup.left.connect(self.show_start)
        setup.changed.connect(self._estimate)
        setup.started.connect(self.begin)
        self.sources.shown.connect(self._show_set)
        self.sources.kept.connect(self._set_kept)
        self.sets.left.connect(self.show_setup)
        results.left.connect(self.show_start)
        results.stopped.connect(self._stop)
        results.repeat_wanted.connect(self._repeat)
        results.blind_wanted.connect(self._judge)
        results.opened.connect(self._open_answers)
        self.answers.left.connect(self._show_results)
        self.blind.left.connect(self._show_results)
        self.blind.judged.connect(self._judged)

    # --- going places --------------------------------------------------------------------------

    @Slot()
    def reload(self) -> None:
        self.work.reload()

    @Slot()
    def show_start(self) -> None:
        self.stack.setCurrentWidget(self.start)
        self.work.reload()

    @Slot()
    def show_setup(self) -> None:
        self.stack.setCurrentWidget(self.setup)
        self.setup.clear_notice()
        self.work.reload()

    @Slot()
    def _show_set(self) -> None:
        self.stack.setCurrentWidget(self.sets)

    @Slot(int)
    def _set_kept(self, set_id: int) -> None:
        self.setup.choose(set_id)
        self.show_setup()

    @Slot()
    def _show_results(self) -> None:
        self.stack.setCurrentWidget(self.results)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
            return
        here = self.stack.currentWidget()
        if here in (self.answers, self.blind):
            self._show_results()
        elif here is self.sets:
            self.show_setup()
        elif here is not self.start:
            self.show_start()

    # --- reading -------------------------------------------------------------------------------

    @Slot(object)
    def _read(self, facts: CompareFacts) -> None:
        if facts == self.facts:
            return
        self.facts = facts
        self.start.put(facts)
        self.setup.put(facts)

    @Slot()
    def _estimate(self) -> None:
        plan = self.setup.plan
        if plan is None:
            return
        comparison = self._assistant.comparison
        task = self._lanes.start(
            "read", lambda _cancel: comparison.expected_s(len(plan.set.questions), plan.columns)
        )
        task.succeeded.connect(self.setup.show_estimate)

    @Slot(int)
    def open(self, number: int) -> None:
        """Show an earlier comparison; one that runs is shown as it is."""
        if self.work.running:
            self._show_results()
            return
        self.work.open(number)

    @Slot(object)
    def _opened(self, found: tuple[str, list[Question], Evaluated]) -> None:
        self._name, self._questions, done = found
        self.results.show_done(self._name, done, self._questions)
        self._show_results()

    @Slot(int)
    def _forget(self, number: int) -> None:
        if ask.sure(
            self._theme, self, "Forget the comparison", "Forget this comparison?",
            "Its answers go. Your documents and the set of questions stay.", yes="Forget",
        ):  # fmt: skip
            self.work.forget(number)

    # --- asking --------------------------------------------------------------------------------

    @Slot(object)
    def begin(self, plan: Plan) -> None:
        self._name = plan.set.name
        self.work.start(plan)

    @Slot(bool)
    def _repeat(self, anew: bool) -> None:
        if self.results.done is not None:
            self.work.repeat(self.results.done, self._questions, anew=anew)

    @Slot(list, list)
    def _begun(self, ways: list[str], questions: list[Question]) -> None:
        self._questions = questions
        self.results.begin(self._name, ways, questions)
        self._show_results()
        self.begun.emit()

    @Slot(object)
    def _progressed(self, progress: Progress) -> None:
        self.results.running.show_progress(progress)
        self.progressed.emit(progress)

    @Slot()
    def _stop(self) -> None:
        self.results.running.stopping()
        self.work.stop()

    @Slot(object)
    def _done(self, done: Evaluated) -> None:
        asked = {each.question for each in done.outcomes}
        self._questions = [each for each in self._questions if each in asked]
        self.results.show_done(self._name, done, self._questions)

    @Slot()
    def _stopped(self) -> None:
        """What is there is kept; the newest run is the one that was stopped."""
        self.work.open_newest()

    @Slot(object)
    def _failed(self, problem: Problem) -> None:
        self.setup.tell(problem)
        self.stack.setCurrentWidget(self.setup)

    @Slot()
    def _ended(self) -> None:
        self.work.reload()
        self.ended.emit()

    # --- looking and judging -------------------------------------------------------------------

    @Slot(int)
    def _open_answers(self, at: int) -> None:
        matrix = self.results.matrix.matrix
        self.answers.show_row(matrix.shown, matrix.ways, at)
        self.stack.setCurrentWidget(self.answers)
        self.answers.setFocus()

    @Slot()
    def _judge(self) -> None:
        done = self.results.done
        if done is None:
            return
        comparison = self._assistant.comparison
        task = self._lanes.start("read", lambda _cancel: comparison.preferences(done.id))
        task.succeeded.connect(self._begin_judging)
        task.failed.connect(self._tell)

    @Slot(object)
    def _begin_judging(self, known: list[Preference]) -> None:
        done = self.results.done
        if done is not None:
            ways = [each.name for each in done.columns]
            self.blind.begin(done.id, ways, done.outcomes, known)
            self.stack.setCurrentWidget(self.blind)
            self.blind.setFocus()

    @Slot(object)
    def _judged(self, found: Preference) -> None:
        done, comparison = self.results.done, self._assistant.comparison
        if done is not None:
            number = done.id
            task = self._lanes.start("read", lambda _cancel: comparison.prefer(number, found))
            task.failed.connect(self._tell)

    @Slot(object)
    def _tell(self, problem: Problem) -> None:
        here = self.stack.currentWidget()
        if here is self.sets:
            self.sets.tell(problem)
        elif here in (self.results, self.blind, self.answers):
            self._show_results()
            self.results.tell(problem)
        else:
            self.setup.tell(problem)
            self.stack.setCurrentWidget(self.setup)
