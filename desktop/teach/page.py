"""The Teach page: four steps, the training that goes on, and what was taught so far."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.tasks import Lanes
from desktop.teach import facts as teach_facts
from desktop.teach.adapters import AdapterWork
from desktop.teach.check_view import CheckView, Choice
from desktop.teach.examples_view import WIDE, ExamplesView
from desktop.teach.examples_work import ExamplesWork
from desktop.teach.facts import TeachFacts
from desktop.teach.live_view import LiveView
from desktop.teach.planning import Planning
from desktop.teach.purpose_view import PurposeView
from desktop.teach.result_view import ResultView
from desktop.teach.steps import Step, StepBar
from desktop.teach.training import Training
from desktop.theme.theme import Theme
from desktop.widgets import ask
from desktop.widgets.column import MEASURE, centred
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from engine.progress import Progress
from engine.services.teach_adapters import Taught
from engine.services.teach_jobs import JobCard
from engine.services.teach_plan import Plan
from engine.services.teach_results import TeachResult
from engine.teach import live
from engine.teach.live import Live
from engine.teach.machine_check import MachineCheck
from engine.teach.recipes import Recipe

if TYPE_CHECKING:
    from engine.assistant import Assistant

ABOUT = "An adapter gives the model your words and habits. It is made on this machine."


class TeachPage(QWidget):
    changed = Signal()
    """An adapter was made, put in use or switched off."""

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self.facts: TeachFacts | None = None
        self._taken_up = False
        self.step: Step = "purpose"
        self.training = Training(lanes, assistant, self)
        self.planning = Planning(lanes, assistant, self)
        self.adapters = AdapterWork(lanes, assistant, self)
        self.bar = StepBar(theme)
        self.purpose = PurposeView(theme)
        self.examples = ExamplesView(theme, ExamplesWork(lanes, assistant, self))
        self.check = CheckView(theme)
        self.live = LiveView(theme)
        self.result = ResultView(theme)
        self.stack = QStackedWidget()
        for view in (self.purpose, self.examples, self.check, self.live, self.result):
            self.stack.addWidget(view)
        head = QWidget()
        words = QVBoxLayout(head)
        words.setContentsMargins(0, 16, 0, 12)
        words.setSpacing(2)
        words.addWidget(label("Teach", "title"))
        words.addWidget(label(ABOUT, "soft", wrap=True))
        words.addSpacing(10)
        words.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = head
        self._over = centred(head)
        column.addWidget(self._over)
        column.addWidget(self.stack, 1)
        for scrolled in (self.purpose, self.check, self.live, self.result):
            scrolled.verticalScrollBar().rangeChanged.connect(self._align)
        self._wire()
        self._show_step("purpose")

    def _wire(self) -> None:
        self.bar.went.connect(self.go)
        self.purpose.chosen.connect(self.choose)
        self.purpose.loop.learn.connect(self._learn)
        self.purpose.job_opened.connect(self._open_job)
        self.purpose.job_resumed.connect(self._resume_job)
        self.purpose.job_discarded.connect(self._discard_job)
        self.purpose.use_wanted.connect(self._use_taught)
        self.purpose.off_wanted.connect(self._off_taught)
        self.purpose.go_back.connect(self.adapters.go_back)
        self.purpose.report_wanted.connect(self._report)
        self.purpose.remove_wanted.connect(self._remove)
        self.examples.go_on.connect(self._plan_examples)
        self.examples.changed.connect(self._fit_steps)
        self.check.changed.connect(self._plan)
        self.check.check_again.connect(self._look_again)
        self.check.start.connect(self._start)
        self.planning.planned.connect(self._planned)
        self.planning.looped.connect(self._looped)
        self.planning.failed.connect(self._not_planned)
        self.planning.progressed.connect(self._gathering)
        self.live.paused.connect(self.training.pause)
        self.live.stopped.connect(self.training.stop)
        self.live.resumed.connect(self._go_on)
        self.training.begun.connect(self._begun)
        self.training.looked.connect(self.live.put)
        self.training.comparing.connect(self.live.show_comparing)
        self.training.done.connect(self._done)
        self.training.ended.connect(self._ended)
        self.training.failed.connect(self._training_failed)
        self.result.use_wanted.connect(self._use_result)
        self.result.off_wanted.connect(self._off_result)
        self.result.again.connect(self._again)
        self.adapters.changed.connect(self._adapters_changed)
        self.adapters.failed.connect(self._adapter_failed)
        self.adapters.told.connect(self._adapter_told)

    # --- reading -------------------------------------------------------------------------------

    @Slot()
    def reload(self) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: teach_facts.read(assistant))
        task.succeeded.connect(self._show)
        task.failed.connect(self._unreadable)

    @Slot(object)
    def _show(self, facts: TeachFacts) -> None:
        self.facts = facts
        if not self.training.busy:  # begun by a window before, or in the terminal
            for job in facts.jobs:
                if job.state in ("training", "paused"):
                    self.training.attach(job.job, job.name)
        if not self._taken_up:
            self._taken_up = True
            for job in facts.looped[-1:]:  # what one click began is brought to its end
                self.training.compare(job.job, job.name)
        self.purpose.put(facts, busy=self.training.busy or self.planning.busy)
        self.check.missing = facts.missing
        if self.result.result is not None:
            self.result.show_use(self._in_use(self.result.result.file))

    @Slot(object)
    def _unreadable(self, problem: Problem) -> None:
        self.purpose.say(Notice.of(self._theme, problem, button="Close"))

    def _in_use(self, file: Path | None) -> bool:
        if self.facts is None or file is None:
            return False
        return any(
            each.card.file == str(file) and each.state == "in use" for each in self.facts.taught
        )

    # --- steps ---------------------------------------------------------------------------------

    @Slot(str)
    def go(self, step: Step) -> None:
        if step == "train" and not self.training.busy and self.check.plan is None:
            self._plan_examples()
            return
        self._show_step(step)
        if step == "purpose":
            self.reload()

    def _show_step(self, step: Step) -> None:
        self.step = step
        live_now = self.training.busy or self.live.look.ended
        views: dict[Step, QWidget] = {
            "purpose": self.purpose,
            "examples": self.examples,
            "train": self.live if live_now else self.check,
            "result": self.result,
        }
        self.stack.setCurrentWidget(views[step])
        self._fit_steps()
        self._align()

    @Slot()
    def _align(self) -> None:
        """Keep the steps in line with what scrolls below, scroll bar or not."""
        shown = self.stack.currentWidget()
        room = 0
        if isinstance(shown, QScrollArea) and shown.verticalScrollBar().maximum():
            room = shown.verticalScrollBar().sizeHint().width()
        self._over.setContentsMargins(0, 0, room, 0)

    @Slot()
    def _fit_steps(self) -> None:
        wide = self.step == "examples" and self.examples.reviewing
        self._head.setMaximumWidth(WIDE if wide else MEASURE)
        can: set[Step] = {"purpose"}
        if self.examples.recipe is not None:
            can.add("examples")
        if self.training.busy or self.examples.ready or self.live.look.ended:
            can.add("train")
        if self.result.result is not None:
            can.add("result")
        self.bar.show_step(self.step, open_to=frozenset(can))

    @Slot(object)
    def choose(self, recipe: Recipe) -> None:
        """Teach for this purpose."""
        if self.facts is None:
            return
        self._forget_training()
        self.examples.begin(recipe, self.facts, self._assistant.teaching.newest_file(recipe))
        self._show_step("examples")

    def _forget_training(self) -> None:
        """What ended is looked at no more once something else is begun."""
        if not self.training.busy:
            self.live.look = Live()
            self.check.plan = None

    # --- planning and starting -----------------------------------------------------------------

    @Slot()
    def _plan_examples(self) -> None:
        if self.training.busy:
            self._show_step("train")
            return
        self._forget_training()
        self._plan(Choice(model=self.check.choice.model))

    @Slot(object)
    def _plan(self, choice: Choice) -> None:
        file = self.examples.work.file
        if file is None or self.facts is None:
            return
        self.check.begin(choice, self.facts.models, self.facts.missing)
        self._show_step("train")
        self.planning.plan(file, choice)

    @Slot()
    def _look_again(self) -> None:
        """The training environment may be there by now."""
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: teach_facts.read(assistant))
        task.succeeded.connect(self._looked_again)

    @Slot(object)
    def _looked_again(self, facts: TeachFacts) -> None:
        self._show(facts)
        if self.check.plan is not None and self.check.check is not None:
            self.check.put(self.check.plan, self.check.check)

    @Slot(object, object)
    def _planned(self, plan: Plan, check: MachineCheck) -> None:
        self.check.put(plan, check)

    @Slot(object)
    def _not_planned(self, problem: Problem) -> None:
        if self.step == "purpose":
            self.purpose.say(Notice.of(self._theme, problem, button="Close"))
            self.reload()
        else:
            self.check.fail(problem)

    @Slot()
    def _start(self) -> None:
        if self.check.plan is not None:
            self.training.begin(self.check.plan)

    @Slot()
    def _learn(self) -> None:
        """The loop: one click."""
        self._forget_training()
        self.purpose.loop.button.setEnabled(False)
        self.planning.loop()

    @Slot(object)
    def _gathering(self, progress: Progress) -> None:
        told = f"{progress.stage[:1].upper()}{progress.stage[1:]}…"
        self.purpose.loop.words.setText(told)

    @Slot(object, object)
    def _looped(self, plan: Plan, check: MachineCheck) -> None:
        """Begin at once; what does not fit is told as for any other training."""
        missing = self.facts.missing if self.facts is not None else None
        if check.fits and missing is None:
            self.training.begin(plan)
            return
        self.check.begin(Choice(), self.facts.models if self.facts is not None else (), missing)
        self.check.put(plan, check)
        self._show_step("train")

    # --- while it goes -------------------------------------------------------------------------

    @Slot(str)
    def _begun(self, name: str) -> None:
        self.live.begin(name)
        self._show_step("train")

    @Slot()
    def _go_on(self) -> None:
        if self.training.job is not None:
            self.training.go_on(self.training.job, self.training.name)

    @Slot(object)
    def _done(self, result: TeachResult) -> None:
        look = live.told(result.job)
        self.live.put(look)
        self.result.put(result, look, in_use=False)
        self._show_step("result")
        self.reload()
        self.changed.emit()

    @Slot(object)
    def _ended(self, _look: Live) -> None:
        self._show_step(self.step)
        self.reload()

    @Slot(object)
    def _training_failed(self, problem: Problem) -> None:
        self._forget_training()
        if self.check.plan is None:
            self.purpose.say(Notice.of(self._theme, problem, button="Close"))
            self._show_step("purpose")
        self.reload()

    # --- trainings and adapters of before ------------------------------------------------------

    @Slot(object)
    def _open_job(self, job: JobCard) -> None:
        if job.state != "trained":
            self._show_step("train")
        else:
            self.training.compare(job.job, job.name)

    @Slot(object)
    def _resume_job(self, job: JobCard) -> None:
        self.training.go_on(job.job, job.name)

    @Slot(object)
    def _discard_job(self, job: JobCard) -> None:
        agreed = ask.sure(
            self._theme, self, "Throw a training away", f"Throw {job.name} away?",
            "Its steps so far and its copy of the examples are deleted. Adapters that were taken "
            "from it stay.", yes="Throw away",
        )  # fmt: skip
        if agreed:
            jobs = self._assistant.teaching.jobs
            task = self._lanes.start("read", lambda _cancel: jobs.discard(job.job))
            task.succeeded.connect(self.reload)
            task.failed.connect(self._unreadable)

    @Slot(object)
    def _report(self, taught: Taught) -> None:
        made = taught.made
        job = Path(made.job) if made is not None and made.job else None
        known = self._assistant.teaching.results.known(job) if job is not None else None
        if known is not None:
            self.result.put(known, live.told(known.job), in_use=taught.state == "in use")
        elif made is not None:
            result = TeachResult(
                job or Path(), made.name, Path(taught.card.file), made.report,
                made.decision, str(made.report.get("measured", "")),
            )  # fmt: skip
            self.result.put(result, None, in_use=taught.state == "in use")
        self._show_step("result")

    @Slot(object)
    def _use_taught(self, taught: Taught) -> None:
        self.adapters.use(taught.card.file)

    @Slot(object)
    def _off_taught(self, taught: Taught) -> None:
        self.adapters.off(taught.card.file)

    @Slot(object)
    def _remove(self, taught: Taught) -> None:
        agreed = ask.sure(
            self._theme, self, "Remove an adapter", f"Remove {taught.card.name}?",
            "No model uses it any more, and its file is deleted.", yes="Remove",
        )  # fmt: skip
        if agreed:
            self.adapters.remove(taught.card.file)

    @Slot(object)
    def _use_result(self, result: TeachResult) -> None:
        self.result.show_working("Trying that it acts…")
        self.adapters.use(str(result.file))

    @Slot(object)
    def _off_result(self, result: TeachResult) -> None:
        self.adapters.off(str(result.file))

    @Slot()
    def _adapters_changed(self) -> None:
        self.reload()
        self.changed.emit()

    @Slot(object)
    def _adapter_failed(self, problem: Problem) -> None:
        if self.stack.currentWidget() is self.result:
            self.result.say(problem)
        else:
            self.purpose.say(Notice.of(self._theme, problem, button="Close"))

    @Slot(str)
    def _adapter_told(self, words_: str) -> None:
        notice = Notice(
            self._theme, words_, "Go back puts it in use again.", button="Close", icon="info",
            colour="soft",
        )  # fmt: skip
        if self.stack.currentWidget() is self.result:
            self.result.put_notice(notice)
        else:
            self.purpose.say(notice)

    @Slot()
    def _again(self) -> None:
        self.go("purpose")
