"""One comparison: while it runs and when it is done. Verdict, charts, considerations, matrix."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.compare.chart import BarChart, ScatterChart
from desktop.compare.considerations import Considerations
from desktop.compare.export import ExportMenu
from desktop.compare.matrix_view import MatrixView
from desktop.compare.points import points_of
from desktop.compare.running_card import RunningCard
from desktop.compare.verdict_card import VerdictCard
from desktop.compare.words import answers_line
from desktop.errors import Problem
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button, MenuChip
from desktop.widgets.labels import ElidedLabel, IconLabel, label
from desktop.widgets.notice import Notice
from desktop.words import count, when
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.measure import Result
from engine.evaluate.questions import Question

MARGIN = 32
BESIDE_FROM = 720
"""Width from which the charts stand beside each other."""
STOPPED = "Stopped before the end. What was answered is kept."


def still_to_come(answers: int) -> str:
    """``1 answer is still to come.``"""
    return f"{count(answers, 'answer')} {'is' if answers == 1 else 'are'} still to come."


class ResultsView(QScrollArea):
    left = Signal()
    stopped = Signal()
    repeat_wanted = Signal(bool)
    """Whether everything is asked anew."""
    blind_wanted = Signal()
    opened = Signal(int)
    """Place of a question among those that the matrix shows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.done: Evaluated | None = None
        self._missing = 0
        self.notice: Notice | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.back = Button(theme, icon="arrow-left", kind="icon", tip="Back", icon_px=20)
        self.back.clicked.connect(self.left)
        self.title = ElidedLabel("", "title")
        self.told = label("", "soft")
        self.blind = Button(theme, "Judge blind", icon="eye-slash", kind="chip")
        self.blind.clicked.connect(self.blind_wanted)
        self.again = Button(theme, "Ask again", icon="arrow-clockwise", kind="chip")
        self.again.clicked.connect(self._again)
        self.go_on = Button(theme, "Go on", icon="play", kind="main")
        self.go_on.clicked.connect(self._go_on)
        self.exporting = MenuChip(theme, tip="Export")
        self.exporting.show_choice("Export")
        self.export = ExportMenu(self.exporting.choices, self)
        self.export.written.connect(self._written)
        self.export.failed.connect(self.tell)
        self.running = RunningCard(theme)
        self.running.stopped.connect(self.stopped)
        self.verdict = VerdictCard(theme)
        self.bars = BarChart(theme)
        self.scatter = ScatterChart(theme)
        self.considerations = Considerations(theme)
        self.fold = Button(theme, "The six considerations", icon="caret-right", kind="chip")
        self.fold.setCheckable(True)
        self.fold.toggled.connect(self._folded)
        self.matrix = MatrixView(theme)
        self.matrix.opened.connect(self.opened)
        self.charts = QWidget()
        self.shifts = QWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.told)
        head.addWidget(self.back)
        head.addLayout(words, 1)
        for part in (self.blind, self.again, self.exporting, self.go_on):
            head.addWidget(part)
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.charts)
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.setSpacing(32)
        for words_, chart in (
            ("Right against seconds", self.scatter), ("Right answers", self.bars),
        ):  # fmt: skip
            place = QVBoxLayout()
            place.setSpacing(8)
            place.addWidget(label(words_, "head"))
            place.addWidget(chart)
            place.addStretch(1)
            self._beside.addLayout(place, 1)
        self._shift_rows = QVBoxLayout(self.shifts)
        self._shift_rows.setContentsMargins(4, 0, 0, 0)
        self._shift_rows.setSpacing(4)
        self._matrix_head = label("Every answer", "head")
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(MARGIN - 6, 16, MARGIN, 24)
        self._column.setSpacing(12)
        self._column.addLayout(head)
        self._column.addWidget(self.running)
        self._column.addWidget(self.verdict)
        self._column.addWidget(self.shifts)
        self._column.addSpacing(4)
        self._column.addWidget(self.charts)
        fold = QHBoxLayout()
        fold.addWidget(self.fold)
        fold.addStretch(1)
        self._column.addLayout(fold)
        self._column.addWidget(self.considerations)
        self._column.addSpacing(4)
        self._column.addWidget(self._matrix_head)
        self._column.addWidget(self.matrix)
        self._column.addStretch(1)
        self.setWidget(inner)

    # --- running -------------------------------------------------------------------------------

    def begin(self, name: str, ways: Sequence[str], questions: Sequence[Question]) -> None:
        self.clear_notice()
        self.done = None
        self.title.setText(name)
        self.told.setText(answers_line(len(questions), len(ways)))
        self.running.begin(ways, len(questions))
        self.matrix.matrix.begin(ways, questions)
        self.matrix.refresh()
        self._show(running=True)

    def put(self, results: Sequence[Result]) -> None:
        """New answers while it runs."""
        self.running.put(results)
        self.matrix.matrix.put([each.outcome for each in results])
        self.matrix.refresh()

    def _show(self, *, running: bool) -> None:
        done = self.done
        self.running.setVisible(running)
        self.go_on.setVisible(not running and self._missing > 0)
        self.verdict.setVisible(done is not None)
        judged = done is not None and bool(points_of(done))
        self.charts.setVisible(judged)
        self.fold.setVisible(done is not None)
        self.considerations.setVisible(done is not None and self.fold.isChecked())
        self.shifts.setVisible(done is not None and bool(done.shifts))
        several = done is not None and len(done.columns) > 1
        self.blind.setVisible(several)
        self.again.setVisible(done is not None)
        self.exporting.setVisible(done is not None)

    # --- done ----------------------------------------------------------------------------------

    def show_done(self, name: str, done: Evaluated, questions: Sequence[Question]) -> None:
        """``questions`` are all that were to be asked, also those not reached."""
        self.clear_notice()
        self.done = done
        ways = [each.name for each in done.columns]
        self.title.setText(name)
        self.told.setText(f"{answers_line(len(questions), len(ways))} · {when(done.finished_at)}")
        missing = self._missing = len(questions) * len(ways) - len(done.outcomes)
        if missing:
            self.verdict.say(f"{STOPPED} {still_to_come(missing)}")
        else:
            self.verdict.put(done)
        points = points_of(done)
        self.bars.put(points)
        self.scatter.put(points)
        self.considerations.put(done.considered)
        self._show_shifts(done)
        self.export.put(done, name)
        self.matrix.matrix.begin(ways, questions)
        self.matrix.matrix.put(done.outcomes)
        self.matrix.refresh()
        self._show(running=False)

    def _show_shifts(self, done: Evaluated) -> None:
        while self._shift_rows.count():
            item = self._shift_rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for shift in done.shifts:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
            icon, colour = ("trend-down", "warn") if shift.worse else ("trend-up", "accent")
            row.addWidget(IconLabel(self._theme, icon, colour=colour))
            row.addWidget(label(shift.words, "softbody", wrap=True), 1)
            self._shift_rows.addWidget(line)

    @Slot()
    def _folded(self) -> None:
        open_ = self.fold.isChecked()
        self.fold.set_icon("caret-down" if open_ else "caret-right")
        self.considerations.setVisible(open_)

    @Slot()
    def _again(self) -> None:
        self.repeat_wanted.emit(True)

    @Slot()
    def _go_on(self) -> None:
        self.repeat_wanted.emit(False)

    # --- telling -------------------------------------------------------------------------------

    @Slot(str)
    def _written(self, path: str) -> None:
        self._put(Notice(self._theme, "It is written.", path, button="Close",
                         icon="check-circle", colour="accent"))  # fmt: skip

    @Slot(object)
    def tell(self, problem: Problem) -> None:
        self._put(Notice.of(self._theme, problem, button="Close"))

    def _put(self, notice: Notice) -> None:
        self.clear_notice()
        self.notice = notice
        notice.pressed.connect(self.clear_notice)
        self._column.insertWidget(1, notice)

    @Slot()
    def clear_notice(self) -> None:
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        wide = event.size().width() >= BESIDE_FROM
        self._beside.setDirection(way.LeftToRight if wide else way.TopToBottom)
