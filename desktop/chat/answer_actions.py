"""The row under an answer: what can be done with it, and how fast it came."""

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QWidget

from desktop.chat.context_facts import small_print
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import label
from desktop.words import count
from engine.types import Answer, ChatMessage

PIN, PINNED = "Pin", "Pinned"
PIN_TIP = "Keep this question and its answer in the model's memory"
UP_TIP = "A good answer"
DOWN_TIP = "Not a good answer"
CORRECT, CORRECTED = "Correct this", "Change the correction"
ICON_SIZE = QSize(42, 26)


class AnswerActions(QWidget):
    rated = Signal(object)
    """True for a thumb up, False for one down, None for neither any more."""
    pinned = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.copy = Button(theme, "Copy", icon="copy", kind="chip", tip="Copy the answer")
        self.repeat = Button(theme, "Again", icon="arrow-clockwise", kind="chip", tip="Ask again")
        self.up = self._thumb(theme, "thumbs-up", UP_TIP)
        self.down = self._thumb(theme, "thumbs-down", DOWN_TIP)
        self.up.clicked.connect(self._thumb_up)
        self.down.clicked.connect(self._thumb_down)
        self.correct = Button(theme, CORRECT, icon="pencil-simple", kind="chip")
        self.correct.setToolTip("Write what the answer should have been")
        self.why = Button(theme, "Why this answer?", icon="magnifying-glass", kind="chip")
        self.why.setToolTip("What was found, what was read, and how long it took")
        self.why.setCheckable(True)
        self.sources = Button(theme, " ", icon="quotes", kind="chip", tip="Show what this rests on")
        self.keep = Button(theme, PIN, icon="push-pin", kind="chip", tip=PIN_TIP)
        self.keep.setCheckable(True)
        self.keep.clicked.connect(self._pin)
        self.print = label("", "soft")
        self.print.setToolTip(
            "How fast the model wrote, and how long you waited for its first word"
        )
        row = FlowLayout(self, spacing=8)
        row.setContentsMargins(0, 12, 0, 0)
        self._of_stored = (self.up, self.down, self.correct, self.keep)
        for part in (
            self.copy, self.repeat, self.up, self.down, self.correct, self.why, self.sources,
            self.keep, self.print,
        ):  # fmt: skip
            row.addWidget(part)
        for part in self._of_stored:
            part.hide()

    def _thumb(self, theme: Theme, icon: str, tip: str) -> Button:
        made = Button(theme, icon=icon, kind="chip", tip=tip)
        made.setCheckable(True)
        made.setFixedSize(ICON_SIZE)
        return made

    def finish(self, answer: Answer) -> None:
        self.print.setText(small_print(answer))
        self.print.setVisible(bool(self.print.text()))
        self.why.setVisible(answer.why is not None)
        cited, near = len(answer.citations), len(answer.nearest)
        self.sources.setText(
            count(cited, "source") if cited else f"{count(near, 'passage')} nearest to it"
        )
        self.sources.setVisible(bool(cited or near))

    def stored(self, message: ChatMessage) -> None:
        """The turn as it was kept: it can be rated, corrected and pinned now."""
        for part in self._of_stored:
            part.show()
        self.keep.setChecked(message.pinned)
        self.correct.setText(f" {CORRECTED if message.correction else CORRECT}")
        self.correct.setAccessibleName(self.correct.text().strip())
        self._show_pin()
        self._show_thumbs(message.up)

    def _show_pin(self) -> None:
        self.keep.setText(f" {PINNED if self.keep.isChecked() else PIN}")
        self.keep.setAccessibleName(self.keep.text().strip())

    def _show_thumbs(self, up: bool | None) -> None:
        for thumb, icon, on in (
            (self.up, "thumbs-up", up is True),
            (self.down, "thumbs-down", up is False),
        ):
            thumb.setChecked(on)
            thumb.set_icon(f"{icon}-fill" if on else icon)

    @Slot()
    def _pin(self) -> None:
        self._show_pin()
        self.pinned.emit(self.keep.isChecked())

    @Slot()
    def _thumb_up(self) -> None:
        self._rate(True if self.up.isChecked() else None)

    @Slot()
    def _thumb_down(self) -> None:
        self._rate(False if self.down.isChecked() else None)

    def _rate(self, up: bool | None) -> None:
        self._show_thumbs(up)
        self.rated.emit(up)
