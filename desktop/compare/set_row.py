"""One set of questions to choose: its name, what is in it, where it came from."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.compare.words import kinds_line
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, IconLabel
from desktop.words import count
from engine.services.question_sets import ORIGINS, QuestionSet


class SetRow(QFrame):
    chosen = Signal(int)
    shown = Signal(int)
    saved = Signal(int)
    removed = Signal(int)

    def __init__(self, theme: Theme, found: QuestionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set = found
        self.setProperty("kind", "card")
        self.setProperty("live", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        line = f"{count(len(found.questions), 'question')}: {kinds_line(found.questions)}"
        origin = f"{ORIGINS[found.origin]}{', frozen' if found.frozen else ''}"
        self.setAccessibleName(f"{found.name}. {line}. {origin}")
        self.mark = IconLabel(theme, "circle", px=20)
        self.more = Button(theme, icon="dots-three", kind="icon", tip="More", icon_px=20)
        menu = QMenu(self.more)
        for words, slot in (
            ("Look at the questions", self._show),
            ("Save as a file…", self._save),
            ("Remove", self._remove),
        ):
            menu.addAction(words).triggered.connect(slot)
        self.more.setMenu(menu)
        words_ = QVBoxLayout()
        words_.setSpacing(2)
        words_.addWidget(ElidedLabel(found.name, "strong"))
        words_.addWidget(ElidedLabel(f"{line} · {origin}", "soft"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 8, 10)
        row.setSpacing(12)
        row.addWidget(self.mark)
        row.addLayout(words_, 1)
        row.addWidget(self.more)

    def mark_chosen(self, chosen: bool) -> None:
        self.setProperty("chosen", "true" if chosen else "false")
        self.style().unpolish(self)
        self.style().polish(self)
        self.mark.show_icon("check-circle" if chosen else "circle", "accent" if chosen else "soft")

    @Slot()
    def _show(self) -> None:
        self.shown.emit(self.set.id)

    @Slot()
    def _save(self) -> None:
        self.saved.emit(self.set.id)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.set.id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.set.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.set.id)
            return
        super().keyPressEvent(event)
