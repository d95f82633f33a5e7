"""A download as it comes: how much of it is here, and how to stop it or go on."""

from typing import Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.progress import ProgressBar
from desktop.words import counted, size
from engine.progress import Progress

State = Literal["running", "paused"]
STAGES = {"downloading": "", "checking": "Checking that it is whole: "}


class Transfer(QWidget):
    stopped = Signal()
    resumed = Signal()
    discarded = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state: State = "paused"
        self.bar = ProgressBar("Progress of the download")
        self.words = ElidedLabel("", "soft")
        self.stop = Button(theme, "Stop", icon="pause", kind="chip", tip="What has come is kept")
        self.stop.clicked.connect(self._stop)
        self.resume = Button(theme, "Go on", icon="play", kind="chip", tip="Fetch the rest")
        self.resume.clicked.connect(self.resumed)
        self.discard = Button(
            theme, "Throw away", icon="trash", kind="chip", tip="Delete what has come"
        )
        self.discard.clicked.connect(self.discarded)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        for button in (self.stop, self.resume, self.discard):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addLayout(row)

    def run(self, progress: Progress | None) -> None:
        """It is coming; without a reading it waits for its turn or for the server."""
        self._enter("running")
        self.bar.show_progress(progress)
        if progress is None:
            self.words.setText("Waiting for its turn…")
        elif progress.stage == "downloading" and not progress.done:
            self.words.setText(f"{progress.detail.capitalize()}…")
        else:
            self.words.setText(STAGES.get(progress.stage, "") + counted(progress))

    def pause(self, have: int, whole: int) -> None:
        """A part is here and nothing comes."""
        self._enter("paused")
        self.bar.show_progress(Progress("downloading", have, max(whole, have, 1)))
        told = f" of {size(whole)}" if whole > have else ""
        self.words.setText(f"{size(have)}{told} have come")

    def _enter(self, state: State) -> None:
        if state != self.state:
            self.stop.setEnabled(True)
        self.state = state
        self.stop.setVisible(state == "running")
        self.resume.setVisible(state == "paused")
        self.discard.setVisible(state == "paused")

    @Slot()
    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.words.setText("Stopping…")
        self.stopped.emit()
