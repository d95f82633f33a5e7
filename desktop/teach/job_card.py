"""A training that is not finished with: it runs, waits to go on, or was not looked at yet."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.teach.words import state_words
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label
from engine.services.teach_jobs import JobCard


class TrainingCard(QFrame):
    opened = Signal(object)
    """The :class:`JobCard` is to be looked at: live, or its result."""
    resumed = Signal(object)
    discarded = Signal(object)

    def __init__(self, theme: Theme, job: JobCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.job = job
        self.setProperty("kind", "card")
        self.setAccessibleName(f"Training {job.name}: {state_words(job)}")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(ElidedLabel(job.name, "strong"))
        words.addWidget(label(state_words(job), "soft", wrap=True))
        self.look = Button(theme, "Look", kind="plain", tip=f"Look at {job.name}")
        self.look.clicked.connect(self._open)
        self.resume = Button(theme, "Go on", kind="plain", tip=f"Go on with {job.name}")
        self.resume.clicked.connect(self._resume)
        self.discard = Button(theme, icon="trash", kind="icon", tip=f"Throw {job.name} away")
        self.discard.clicked.connect(self._discard)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(8)
        row.addLayout(words, 1)
        for button in (self.look, self.resume, self.discard):
            row.addWidget(button)
        runs = job.state in ("training", "paused")
        self.look.setText("See the result" if job.state == "trained" else "Look")
        self.look.setVisible(runs or job.state == "trained")
        self.resume.setVisible(job.state in ("stopped", "failed", "waiting"))
        self.discard.setVisible(not runs)

    @Slot()
    def _open(self) -> None:
        self.opened.emit(self.job)

    @Slot()
    def _resume(self) -> None:
        self.resumed.emit(self.job)

    @Slot()
    def _discard(self) -> None:
        self.discarded.emit(self.job)
