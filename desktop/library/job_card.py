"""The running job with its true counters and Stop; after it, what came of it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label
from desktop.words import count
from engine.progress import Progress
from engine.types import AddReport


class JobCard(QFrame):
    stopped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "notice")
        self._running = False
        self.words = label("", "strong")
        self.counter = label("", "soft")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress")
        self.detail = ElidedLabel("", "soft", mode=Qt.TextElideMode.ElideMiddle)
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
        row.setSpacing(16)
        row.addLayout(inner, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def begin(self, words: str) -> None:
        self._running = True
        self.words.setText(words)
        self.counter.clear()
        self.detail.setText("Waiting for the models to be ready…")
        self.bar.setRange(0, 0)
        self.bar.show()
        self._name_button("Stop")
        self.show()

    def show_progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        self.counter.setText(counter(progress))
        detail = Path(progress.detail).name if progress.detail else ""
        self.detail.setText(f"{progress.stage.capitalize()} {detail}".strip())

    def report(self, report: AddReport) -> None:
        self._say(report_words(report))

    def say(self, words: str, detail: str = "") -> None:
        self._say(words, detail)

    def _say(self, words: str, detail: str = "") -> None:
        self._running = False
        self.words.setText(words)
        self.counter.clear()
        self.bar.hide()
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        self._name_button("Close")
        self.show()

    def _name_button(self, text: str) -> None:
        self.button.setText(text)
        self.button.setAccessibleName(text)
        self.button.setEnabled(True)
        if text == "Stop":
            self.detail.show()

    @Slot()
    def _press(self) -> None:
        if self._running:
            self.button.setEnabled(False)
            self.stopped.emit()
        else:
            self.hide()


def counter(progress: Progress) -> str:
    return f"{progress.done:,} of {progress.total:,}" if progress.total else ""


def report_words(report: AddReport) -> str:
    """What an add or update did, in one sentence of true counts."""
    parts: list[str] = []
    if report.indexed:
        parts.append(
            f"{count(report.indexed, 'document')} read into {count(report.passages, 'passage')}"
        )
    if report.unchanged:
        parts.append(f"{report.unchanged:,} unchanged")
    if report.removed:
        parts.append(f"{report.removed:,} removed")
    if report.failed:
        parts.append(f"{len(report.failed):,} could not be read")
    if not parts:
        return "There was nothing to read."
    return f"{', '.join(parts)}. It took {report.seconds:.1f} s."
