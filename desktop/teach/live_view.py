"""A training while it goes: the loss, its pace, what it says; wait, go on, stop."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import problem
from desktop.teach.loss_plot import LossPlot
from desktop.teach.words import left
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.column import centred
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from desktop.widgets.progress import ProgressBar
from desktop.words import counted, rate, size
from engine.progress import Progress
from engine.teach.live import Live, LiveState

LOG_PX = 130
TITLES: dict[LiveState, str] = {
    "starting": "Starting",
    "preparing": "Getting ready",
    "training": "Training",
    "paused": "It waits",
    "stopped": "Stopped; nothing is lost",
    "failed": "It could not be done",
    "trained": "Trained",
}


class _Number(QWidget):
    """A figure with its name above."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.value = label("–", "title")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label(name, "head"))
        column.addWidget(self.value)


class LiveView(QScrollArea):
    paused = Signal(bool)
    """It is to wait, or to go on."""
    stopped = Signal()
    resumed = Signal()
    """Start it again from its checkpoint."""
    compare_stopped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.look = Live()
        self.notice: Notice | None = None
        self._leaving = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.title = label("", "title", wrap=True)
        self.words = label("", "softbody", wrap=True)
        self.plot = LossPlot(theme)
        self.step, self.eta = _Number("Steps"), _Number("Left")
        self.speed, self.memory = _Number("Speed"), _Number("Memory")
        numbers = QHBoxLayout()
        numbers.setSpacing(16)
        for each in (self.step, self.eta, self.speed, self.memory):
            numbers.addWidget(each, 1)
        card = QFrame()
        card.setProperty("kind", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 16, 16, 16)
        inside.setSpacing(16)
        inside.addWidget(self.plot)
        inside.addLayout(numbers)
        self.bar = ProgressBar("Progress of the training")
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setProperty("kind", "field")
        self.log.setAccessibleName("What the training said")
        self.log.setFixedHeight(LOG_PX)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 8, 0, 24)
        self._column.setSpacing(12)
        self._column.addLayout(self._head())
        self._column.addWidget(self.bar)
        self._column.addWidget(card)
        self._column.addWidget(label("What it said", "head"))
        self._column.addWidget(self.log)
        self._column.addStretch(1)
        ground = centred(inner)
        ground.setProperty("kind", "scrolled")
        self.setWidget(ground)

    def _head(self) -> QHBoxLayout:
        self.pause = Button(self._theme, "Wait", icon="pause", tip="Let it wait after this step")
        self.pause.clicked.connect(self._pause)
        self.stop = Button(self._theme, "Stop", icon="stop", tip="Stop it; its place is kept")
        self.stop.clicked.connect(self._stop)
        self.resume = Button(self._theme, "Go on", icon="play", kind="main")
        self.resume.clicked.connect(self.resumed)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(words, 1)
        for button in (self.pause, self.stop, self.resume):
            row.addWidget(button)
        return row

    # --- what is shown -------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Another training, or the same one once more."""
        self._name = name
        self._leaving = False
        self.put(Live())

    def put(self, look: Live) -> None:
        self.look = look
        state = look.state
        self.title.setText(f"{self._name}: {TITLES[state][0].lower()}{TITLES[state][1:]}")
        self.words.setText(_said(look))
        self.plot.put(look.losses, look.held_out, look.steps)
        self.step.value.setText(f"{look.step:,} of {look.steps:,}" if look.steps else "–")
        running = state in ("training", "paused")
        eta = left(look.eta_s) if look.eta_s is not None and running else "–"
        self.eta.value.setText(eta)
        self.speed.value.setText(rate(look.tokens_per_s) if look.tokens_per_s else "–")
        self.memory.value.setText(size(look.memory_bytes) if look.memory_bytes else "–")
        counting = Progress("training", look.step, look.steps) if look.steps else None
        self.bar.setVisible(not look.ended)
        self.bar.show_progress(counting)
        told = "\n".join(look.lines)
        if told != self.log.toPlainText():
            self.log.setPlainText(told)
            self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())
        self._fit()
        self._say(look)

    def _fit(self) -> None:
        state = self.look.state
        waits = state == "paused"
        self.pause.setVisible(state in ("training", "paused") and not self._leaving)
        self.pause.setText(" Go on" if waits else " Wait")
        self.pause.set_icon("play" if waits else "pause")
        self.pause.setAccessibleName("Go on with the training" if waits else "Let it wait")
        self.stop.setVisible(not self.look.ended)
        self.stop.setEnabled(not self._leaving)
        self.resume.setVisible(state in ("stopped", "failed"))

    def _say(self, look: Live) -> None:
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
        if look.problem is not None:
            self.notice = Notice.of(self._theme, problem(look.problem))
            self._column.insertWidget(1, self.notice)

    def show_comparing(self, progress: Progress | None) -> None:
        """It is trained; the new adapter is asked beside the model as it was."""
        self.title.setText(f"{self._name}: comparing")
        told = progress.stage if progress is not None else "asking what it never saw"
        counted_so_far = counted(progress) if progress is not None else ""
        self.words.setText(f"{told[:1].upper()}{told[1:]}. {counted_so_far}".strip())
        self.bar.setVisible(True)
        self.bar.show_progress(progress)
        self.pause.hide()
        self.stop.hide()
        self.resume.hide()

    @Slot()
    def _pause(self) -> None:
        self.paused.emit(self.look.state != "paused")

    @Slot()
    def _stop(self) -> None:
        self._leaving = True
        self._fit()
        self.words.setText("It stops after this step and keeps its place.")
        self.stopped.emit()


def _said(look: Live) -> str:
    if look.state == "paused":
        return "Nothing is computed while it waits."
    if look.state == "stopped":
        return "It goes on from its last saved step."
    if look.state in ("starting", "preparing"):
        return look.lines[-1][10:] if look.lines else "The training process comes up."
    return "You can go on working; other programs come first."
