"""A thin progress bar that takes any counter, bytes of large files included."""

from PySide6.QtWidgets import QProgressBar, QWidget

from engine.progress import Progress

STEPS = 1000
"""Qt counts in 32 bits, which a model of 2.5 GB would overflow."""


class ProgressBar(QProgressBar):
    def __init__(self, name: str = "Progress", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setAccessibleName(name)
        self.setRange(0, 0)

    def show_progress(self, progress: Progress | None) -> None:
        """The share that is done; to and fro while the total is not known."""
        if progress is None or not progress.total:
            self.setRange(0, 0)
            return
        self.setRange(0, STEPS)
        self.setValue(round(STEPS * min(1.0, progress.done / progress.total)))
