"""A comparison that runs: how far it is, how long it will take, how each way does so far."""

from collections.abc import Sequence
from statistics import median

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.compare.words import duration, way_name
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.progress import ProgressBar
from desktop.words import seconds
from engine.evaluate.measure import Result
from engine.evaluate.outcome import Outcome
from engine.progress import Progress

STAGES = {
    "embedding": "Reading the library with the other encoder",
    "loading": "Loading the model",
}
NAMES_PX = 132
HEADS = ("", "answered", "right", "usual time")


class RunningCard(QFrame):
    stopped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bubble")
        self._ways: list[str] = []
        self._outcomes: dict[str, list[Outcome]] = {}
        self._of = 0
        self.title = label("", "title")
        self.left = label("", "soft")
        self.bar = ProgressBar("Progress of the comparison")
        self.stop = Button(theme, "Stop", icon="stop", kind="plain")
        self.stop.clicked.connect(self.stopped)
        self.cells: dict[str, tuple[QLabel, QLabel, QLabel]] = {}
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title)
        head.addWidget(self.left, 1)
        head.addWidget(self.stop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 14, 20, 16)
        self._column.setSpacing(10)
        self._column.addLayout(head)
        self._column.addWidget(self.bar)
        self._table: QWidget | None = None

    def begin(self, ways: Sequence[str], questions: int) -> None:
        self._ways, self._of = list(ways), questions
        self._outcomes = {each: [] for each in ways}
        self.title.setText("Getting ready")
        self.left.setText("")
        self.bar.show_progress(None)
        self.stop.setEnabled(True)
        if self._table is not None:
            self._column.removeWidget(self._table)
            self._table.hide()
            self._table.deleteLater()
        self._table = QWidget()
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 4, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, NAMES_PX)
        grid.setColumnStretch(len(HEADS), 1)
        for at, words in enumerate(HEADS):
            grid.addWidget(label(words, "head"), 0, at)
        self.cells = {}
        for line, way in enumerate(ways, start=1):
            grid.addWidget(label(way_name(way), "strong"), line, 0)
            cells = (label("–"), label("–"), label("–"))
            for at, cell in enumerate(cells, start=1):
                grid.addWidget(cell, line, at)
            self.cells[way] = cells
        self._column.addWidget(self._table)

    def show_progress(self, progress: Progress) -> None:
        asking = progress.stage.startswith("asking")
        if asking:
            self.title.setText(f"{progress.done:,} of {progress.total:,} answers")
        else:
            self.title.setText(STAGES.get(progress.stage, progress.stage.capitalize()))
        self.bar.show_progress(progress)

    def put(self, results: Sequence[Result]) -> None:
        for each in results:
            if each.outcome.mode in self._outcomes:
                self._outcomes[each.outcome.mode].append(each.outcome)
        last = results[-1]
        self.title.setText(f"{last.done:,} of {last.total:,} answers")
        if last.left_s is not None and last.done < last.total:
            self.left.setText(f"{duration(last.left_s)} left")
        for way in dict.fromkeys(each.outcome.mode for each in results):
            self._tell(way)

    def _tell(self, way: str) -> None:
        found = self._outcomes.get(way)
        if not found:
            return
        answered, right, time = self.cells[way]
        judged = [each.scores["right"] for each in found if "right" in each.scores]
        answered.setText(f"{len(found)} of {self._of}")
        right.setText(f"{sum(judged):.0f} of {len(judged)}" if judged else "–")
        took = [each.total_s for each in found if not each.error]
        time.setText(seconds(median(took)) if took else "–")

    def stopping(self) -> None:
        self.title.setText("Stopping after this answer")
        self.left.setText("")
        self.stop.setEnabled(False)
