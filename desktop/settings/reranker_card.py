"""A model that reads the best passages with the question: measured first, then used or not."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from desktop.errors import Problem
from desktop.settings.card import SettingsCard
from desktop.tasks import Lane, Lanes, Task, Work
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.progress import ProgressBar
from engine.evaluate.questions import checked_questions
from engine.progress import CancelToken, Progress
from engine.services.rerankers import Measured, State

if TYPE_CHECKING:
    from engine.assistant import Assistant

WORDS = (
    "A reranker reads the ten best passages together with the question and puts them in order. It "
    "takes time, so it is used only where it helps on your own questions."
)
QUESTIONS = "Questions (*.jsonl *.json)"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the card shows."""

    state: State
    found: tuple[str, ...]
    """Names of the rerankers on this machine."""


class RerankerCard(SettingsCard):
    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        self.state_words = label("", "soft", wrap=True)
        self.told = label("", "warn", wrap=True)
        self.bar = ProgressBar("Progress of the measurement")
        controls = QWidget()
        super().__init__(
            "Reranker", WORDS, controls, self.state_words, self.told, self.bar, parent=parent
        )
        self._lanes, self._assistant = lanes, assistant
        self._task: Task | None = None
        self.shown: Shown | None = None
        self.measure = Button(theme, "Measure…", icon="gauge")
        self.measure.clicked.connect(self._choose)
        self.stop = Button(theme, "Stop", icon="stop")
        self.stop.clicked.connect(self._stop)
        self.use = Button(theme, "Use it", icon="check")
        self.use.clicked.connect(self._use)
        self.off = Button(theme, "Switch off", icon="x")
        self.off.clicked.connect(self._off)
        row = QHBoxLayout(controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for button in (self.stop, self.off, self.use, self.measure):
            row.addWidget(button)
        self._fit()

    @Slot()
    def reload(self) -> None:
        rerankers = self._assistant.rerankers

        def read(_cancel: CancelToken) -> Shown:
            return Shown(rerankers.state(), tuple(each.name for each in rerankers.found()))

        task = self._lanes.start("read", read)
        task.succeeded.connect(self._show)
        task.failed.connect(self._fail)

    @Slot(object)
    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self._fit()

    def _fit(self) -> None:
        shown, busy = self.shown, self._task is not None
        state = shown.state if shown is not None else State()
        measured = state.measured
        self.stop.setVisible(busy)
        self.bar.setVisible(busy)
        self.measure.setVisible(not busy and shown is not None and bool(shown.found))
        self.off.setVisible(not busy and bool(state.serving))
        helps = measured is not None and measured.helps and measured.name != state.serving
        self.use.setVisible(not busy and helps)
        if shown is not None and not busy:
            self.state_words.setText(state_words(shown))
        self.told.setVisible(bool(self.told.text()))

    @Slot()
    def _choose(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self, "Questions to measure on", str(Path.home()), QUESTIONS
        )
        if file:
            self.begin(Path(file))

    def begin(self, file: Path) -> None:
        """Measure on the questions of a file."""
        assert self.shown is not None
        name = self.shown.state.serving or self.shown.found[0]
        work = self._assistant.evaluation
        self._start(
            lambda cancel: work.reranker(name, checked_questions(file)[0], cancel=cancel), "compare"
        )

    @Slot()
    def _use(self) -> None:
        assert self.shown is not None
        measured = self.shown.state.measured
        assert measured is not None
        rerankers, folder = self._assistant.rerankers, measured.folder
        self._start(lambda _cancel: rerankers.use(folder), "read")

    @Slot()
    def _off(self) -> None:
        rerankers = self._assistant.rerankers
        self._start(lambda _cancel: rerankers.off(), "read")

    def _start(self, work: Work, lane: Lane) -> None:
        self.told.clear()
        task = self._lanes.start(lane, work)
        task.progressed.connect(self._progress)
        task.failed.connect(self._fail)
        task.ended.connect(self._ended)
        self._task = task
        self._fit()

    @Slot()
    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.bar.show_progress(progress)

    @Slot(object)
    def _fail(self, told: Problem) -> None:
        self.told.setText(f"{told.message} {told.hint}".strip())
        self._fit()

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self._fit()
        self.reload()


def state_words(shown: Shown) -> str:
    state = shown.state
    if state.serving:
        first = f"{state.serving} is used."
        if state.missing:
            first = (
                f"{state.serving} is to be used, but its folder is gone; searches do without it."
            )
    elif shown.found:
        first = "None is used."
    else:
        first = "None is used. They are fetched on the Models page."
    return f"{first} {measured_words(state.measured)}".strip()


def measured_words(measured: Measured | None) -> str:
    if measured is None:
        return ""
    without, with_it = measured.without["hit@1"], measured.with_it["hit@1"]
    told = (
        f"On {measured.questions} questions the right document came first for {without:.0%} "
        f"without and {with_it:.0%} with {measured.name}"
    )
    if measured.helps:
        return f"{told}: it helps."
    if measured.gain > 0.0:
        return f"{told}: too little, or too few questions, to say that it helps."
    return f"{told}: it does not help."
