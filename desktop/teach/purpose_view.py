"""The first step: what waits to be learnt, the purposes, and what was taught so far."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.teach.facts import TeachFacts
from desktop.teach.job_card import TrainingCard
from desktop.teach.loop_card import LoopCard
from desktop.teach.recipe_card import RecipeCard
from desktop.teach.taught_card import TaughtCard
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.column import centred
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice

TWO_COLUMNS_FROM = 560


class PurposeView(QScrollArea):
    chosen = Signal(object)
    """The :class:`Recipe` that was chosen."""
    go_back = Signal()
    """Use the model with what it was used with before the last change."""
    job_opened = Signal(object)
    job_resumed = Signal(object)
    job_discarded = Signal(object)
    use_wanted = Signal(object)
    off_wanted = Signal(object)
    report_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.notice: Notice | None = None
        self.cards: list[RecipeCard] = []
        self.jobs: list[TrainingCard] = []
        self.taught: list[TaughtCard] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.inner = QWidget()
        self._column = QVBoxLayout(self.inner)
        self._column.setContentsMargins(0, 8, 0, 24)
        self._column.setSpacing(12)
        self.loop = LoopCard(theme)
        self.loop.hide()
        self._column.addWidget(self.loop)
        self._jobs = self._part("Trainings")
        self._column.addWidget(label("What should it learn?", "head"))
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        self._column.addLayout(self._grid)
        self._taught = self._part("Taught so far")
        self.back = Button(theme, "Go back to what was in use before", kind="link")
        self.back.clicked.connect(self.go_back)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch(1)
        self._column.addLayout(row)
        self.back.hide()
        self._column.addStretch(1)
        ground = centred(self.inner)
        ground.setProperty("kind", "scrolled")
        self.setWidget(ground)

    def _part(self, head: str) -> tuple[QWidget, QVBoxLayout]:
        """A head with cards below, shown once there are some."""
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(label(head, "head"))
        self._column.addWidget(part)
        part.hide()
        return part, column

    def put(self, facts: TeachFacts, *, busy: bool) -> None:
        """``busy`` while something is trained: one at a time."""
        at = self.verticalScrollBar().value()
        self.loop.put(facts.waiting, busy=busy)
        if [card.recipe for card in self.cards] != list(facts.recipes):
            self.cards = [RecipeCard(self._theme, recipe) for recipe in facts.recipes]
            for card in self.cards:
                card.chosen.connect(self.chosen)
            self._arrange()
        for old in (*self.jobs, *self.taught):
            old.hide()
            old.deleteLater()
        open_jobs = [job for job in facts.jobs if not (job.state == "trained" and job.compared)]
        self.jobs = [TrainingCard(self._theme, job) for job in reversed(open_jobs)]
        for training in self.jobs:
            training.opened.connect(self.job_opened)
            training.resumed.connect(self.job_resumed)
            training.discarded.connect(self.job_discarded)
            training.resume.setEnabled(not busy)
            self._jobs[1].addWidget(training)
        self.taught = [TaughtCard(self._theme, each) for each in facts.taught]
        for each in self.taught:
            each.use_wanted.connect(self.use_wanted)
            each.off_wanted.connect(self.off_wanted)
            each.report_wanted.connect(self.report_wanted)
            each.remove_wanted.connect(self.remove_wanted)
            self._taught[1].addWidget(each)
        self._jobs[0].setVisible(bool(self.jobs))
        self._taught[0].setVisible(bool(self.taught))
        self.back.setVisible(facts.can_go_back)
        self.verticalScrollBar().setValue(at)

    def say(self, notice: Notice | None) -> None:
        """A problem or a remark over the cards, instead of the one before."""
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
        self.notice = notice
        if notice is not None:
            notice.pressed.connect(self._clear)
            self._column.insertWidget(0, notice)
            self.verticalScrollBar().setValue(0)

    @Slot()
    def _clear(self) -> None:
        self.say(None)

    def _arrange(self) -> None:
        wide = 2 if self.viewport().width() >= TWO_COLUMNS_FROM else 1
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, wide - 1)
        for at, card in enumerate(self.cards):
            self._grid.addWidget(card, at // wide, at % wide)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
