"""The running job with its true counters and Stop; after it, what came of it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.names import document_name
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.progress import ProgressBar
from desktop.words import count, counted
from engine.library_types import AddReport
from engine.progress import Progress

WATCHED_WORDS = {
    "added": "is new and was read",
    "changed": "has changed and was read again",
    "moved": "was moved; it is the same document",
    "removed": "is gone and was forgotten",
}


class JobCard(QFrame):
    stopped = Signal()
    resumed = Signal()
    """Go on with what was stopped or interrupted."""
    shown = Signal()
    """It takes place, or gives it back."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "notice")
        self._running = False
        self.words = label("", "strong", wrap=True)
        self.counter = label("", "soft")
        self.bar = ProgressBar("Progress")
        self.detail = ElidedLabel("", "soft", mode=Qt.TextElideMode.ElideMiddle)
        self.go_on = Button(theme, "Go on", kind="plain")
        self.go_on.clicked.connect(self.resumed)
        self.button = Button(theme, "Stop", kind="plain")
        self.button.clicked.connect(self._press)
        top = QHBoxLayout()
        top.addWidget(self.words, 1)
        top.addWidget(self.counter)
        inner = QVBoxLayout()
        inner.setSpacing(6)
        inner.addLayout(top)
        inner.addWidget(self.bar)
        inner.addWidget(self.detail)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(8)
        row.addLayout(inner, 1)
        row.addSpacing(8)
        row.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit()

    def begin(self, words: str) -> None:
        self._running = True
        self.words.setText(words)
        self.counter.clear()
        self.detail.setText("Waiting for the models to be ready…")
        self.bar.show_progress(None)
        self.bar.show()
        self._name_button("Stop")
        self.show()

    def show_progress(self, progress: Progress) -> None:
        self.bar.show_progress(progress)
        self.counter.setText(counted(progress))
        detail = Path(progress.detail).name if progress.detail else ""
        self.detail.setText(f"{progress.stage.capitalize()} {detail}".strip())

    def report(self, report: AddReport) -> None:
        self.say(report_words(report))

    def say(self, words: str, detail: str = "", *, go_on: bool = False) -> None:
        """What came of it; with ``go_on``, the rest can be taken up again."""
        self._running = False
        self.words.setText(words)
        self.counter.clear()
        self.bar.hide()
        self.detail.setText(detail)
        self._name_button("Close")
        self.detail.setVisible(bool(detail))
        self.go_on.setVisible(go_on)
        self.show()

    @property
    def running(self) -> bool:
        return self._running

    def _name_button(self, text: str) -> None:
        self.button.setText(text)
        self.button.setAccessibleName(text)
        self.button.setEnabled(True)
        self.go_on.hide()
        self.detail.show()

    @Slot()
    def _press(self) -> None:
        if self._running:
            self.button.setEnabled(False)
            self.stopped.emit()
        else:
            self.hide()


def report_words(report: AddReport) -> str:
    """What an add or update did, in one sentence of true counts."""
    parts: list[str] = []
    if report.indexed:
        parts.append(
            f"{count(report.indexed, 'document')} read into {count(report.passages, 'passage')}"
        )
    if report.unchanged:
        parts.append(f"{report.unchanged:,} unchanged")
    if report.moved:
        parts.append(f"{report.moved:,} moved")
    if report.removed:
        parts.append(f"{report.removed:,} removed")
    if report.failed:
        parts.append(f"{len(report.failed):,} could not be read")
    if not parts:
        return "There was nothing to read."
    return f"{', '.join(parts)}. It took {report.seconds:.1f} s."


def changed_something(report: AddReport) -> bool:
    return bool(report.indexed or report.removed or report.moved)


def watched_words(report: AddReport) -> str:
    """What changed by itself: the file where it is one, else counts."""
    told = [each for each in report.changes if each.what in WATCHED_WORDS]
    if len(told) == 1:
        return f"{document_name(told[0].path)} {WATCHED_WORDS[told[0].what]}."
    return report_words(report)
