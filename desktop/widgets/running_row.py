"""Work that goes on: a bar, what it is at, and the button that stops it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.progress import ProgressBar
from engine.progress import Progress


class RunningRow(QWidget):
    """Hidden until something goes on."""

    stopped = Signal()

    def __init__(
        self, theme: Theme, *, name: str = "", tip: str = "Stop this", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.bar = ProgressBar(name) if name else ProgressBar()
        self.stage = ElidedLabel("", "soft")
        self.stop = Button(theme, "Stop", kind="chip", tip=tip)
        self.stop.clicked.connect(self._stop)
        below = QHBoxLayout()
        below.addWidget(self.stage, 1)
        below.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addLayout(below)
        self.hide()

    def put(self, running: bool, words: str = "", progress: Progress | None = None) -> None:
        """Show how far it is; not running hides it."""
        self.setVisible(running)
        self.stop.setEnabled(True)
        if running:
            self.bar.show_progress(progress)
            self.stage.setText(words)

    @Slot()
    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stage.setText("Stopping…")
        self.stopped.emit()
