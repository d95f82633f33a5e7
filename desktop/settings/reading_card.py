"""How documents are read for search: encoder and passage length, and a change under way."""

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from desktop.errors import Problem
from desktop.settings.card import SettingsCard
from desktop.settings.reading_dialog import ReadingDialog
from desktop.settings.renewal import Reading, Renewal
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.progress import ProgressBar
from desktop.words import counted
from engine.progress import Progress
from engine.services.reembed_jobs import Change

WORDS = "Documents are cut into passages, and an encoder makes them found by their meaning."


class ReadingCard(SettingsCard):
    def __init__(self, theme: Theme, renewal: Renewal, parent: QWidget | None = None) -> None:
        self.state_words = label("", "soft", wrap=True)
        self.told = label("", "warn", wrap=True)
        self.bar = ProgressBar("Progress of the change")
        controls = QWidget()
        super().__init__(
            "Search", WORDS, controls, self.state_words, self.told, self.bar, parent=parent
        )
        self._theme, self.renewal = theme, renewal
        self.reading: Reading | None = None
        self.dialog: QDialog | None = None
        self.change = Button(theme, "Change…", icon="sliders-horizontal")
        self.change.clicked.connect(self._ask)
        self.pause = Button(theme, "Pause", icon="pause")
        self.pause.clicked.connect(self._pause)
        self.go_on = Button(theme, "Go on", icon="play")
        self.go_on.clicked.connect(renewal.go_on)
        row = QHBoxLayout(controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for button in (self.pause, self.go_on, self.change):
            row.addWidget(button)
        renewal.changed.connect(self._show)
        renewal.progressed.connect(self._progress)
        renewal.failed.connect(self._fail)
        renewal.done.connect(self._done)
        self._fit()

    @Slot(object)
    def _show(self, reading: Reading) -> None:
        self.reading = reading
        self._fit()

    def _fit(self) -> None:
        reading, running = self.reading, self.renewal.running
        waiting = reading is not None and reading.change is not None and not running
        self.pause.setVisible(running)
        self.pause.setEnabled(True)
        self.go_on.setVisible(waiting)
        self.change.setVisible(not running)
        self.change.setEnabled(reading is not None)
        self.bar.setVisible(running)
        if reading is not None and not running:
            self.state_words.setText(reading_words(reading))
        self.told.setVisible(bool(self.told.text()))

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.told.clear()
        self.bar.show_progress(progress)
        self.state_words.setText(f"{progress.stage.capitalize()} {counted(progress)}".strip())
        if self.bar.isHidden():
            self._fit()

    @Slot(object)
    def _fail(self, told: Problem) -> None:
        self.told.setText(f"{told.message} {told.hint}".strip())
        self._fit()

    @Slot()
    def _done(self) -> None:
        self.told.clear()

    @Slot()
    def _pause(self) -> None:
        self.pause.setEnabled(False)
        self.renewal.pause()

    @Slot()
    def _ask(self) -> None:
        assert self.reading is not None
        dialog = ReadingDialog(self._theme, self.reading, self)
        dialog.plan_wanted.connect(self.renewal.plan)
        dialog.given.connect(self.renewal.start)
        self.renewal.planned.connect(dialog.show_plan)
        self.renewal.refused.connect(dialog.show_problem)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None


def reading_words(reading: Reading) -> str:
    now = f"{described(reading.serving, reading.fetched)}."
    if reading.change is None:
        return now
    wanted = described(reading.change, reading.fetched)
    return f"{now} The change to {wanted[0].lower()}{wanted[1:]} is paused."


def described(change: Change, fetched: tuple[tuple[str, str], ...] = ()) -> str:
    """``Passages of 130 tokens, read by the encoder that came with Alcove``."""
    names = {folder: name for name, folder in fetched}
    encoder = names.get(change.embedder) or Path(change.embedder).name
    encoder = encoder or "the encoder that came with Alcove"
    return f"Passages of {change.passage_tokens} tokens, read by {encoder}"
