"""A small dialog that stands while something is done that nothing may disturb."""

from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.tasks import Lanes, Work
from desktop.widgets.labels import label
from desktop.widgets.progress import ProgressBar

WIDTH = 420


class Busy(QDialog):
    """Closes itself when the work is done; ``problem`` tells whether it failed."""

    def __init__(
        self, lanes: Lanes, words: str, detail: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._lanes = lanes
        self.result_value: Any = None
        self.problem: Problem | None = None
        self.setWindowTitle("Alcove")
        self.setAccessibleName(words)
        self.setFixedWidth(WIDTH)
        self.setWindowFlag(Qt.WindowType.WindowCloseButtonHint, False)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addWidget(label(words, "title", wrap=True))
        column.addWidget(label(detail, "softbody", wrap=True))
        column.addSpacing(4)
        column.addWidget(ProgressBar(words))

    def run(self, work: Work) -> None:
        """Do the work on a lane and wait for it."""
        task = self._lanes.start("vault", work)
        task.succeeded.connect(self._succeed)
        task.failed.connect(self._fail)
        self.exec()

    @Slot(object)
    def _succeed(self, value: object) -> None:
        self.result_value = value
        self.accept()

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self.problem = problem
        super().reject()

    def reject(self) -> None:
        """Escape and the window's own button wait like everybody."""
