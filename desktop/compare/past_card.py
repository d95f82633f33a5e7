"""One earlier comparison: when, of what, its verdict, and what has become worse since."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.compare.facts import Past
from desktop.compare.words import answers_line, way_name
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, IconLabel, label
from desktop.words import when

STOPPED = "It was stopped before its end. Open it to see what is there, or to go on."


class PastCard(QFrame):
    opened = Signal(int)
    removed = Signal(int)

    def __init__(self, theme: Theme, past: Past, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.past = past
        self.setProperty("kind", "card")
        self.setProperty("live", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        name = past.source or "Questions"
        self.setAccessibleName(f"{name}, {when(past.at)}. {past.verdict or STOPPED}")
        self.more = Button(theme, icon="dots-three", kind="icon", tip="More", icon_px=20)
        menu = QMenu(self.more)
        menu.addAction("Open").triggered.connect(self._open)
        menu.addAction("Forget").triggered.connect(self._remove)
        self.more.setMenu(menu)
        ways = ", ".join(way_name(each) for each in past.ways)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(ElidedLabel(name.rsplit("/", 1)[-1], "strong"), 1)
        head.addWidget(label(when(past.at), "soft"))
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 10, 10, 14)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(label(past.verdict or STOPPED, "softbody", wrap=True))
        column.addWidget(
            ElidedLabel(f"{answers_line(past.questions, len(past.ways))}: {ways}", "soft")
        )
        self.shifts = [
            *((each, "trend-down", "warn") for each in past.worse),
            *((each, "trend-up", "accent") for each in past.better),
        ]
        for words, icon, colour in self.shifts:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(IconLabel(theme, icon, colour=colour), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(words, "warn" if colour == "warn" else "soft", wrap=True), 1)
            column.addLayout(row)

    @Slot()
    def _open(self) -> None:
        self.opened.emit(self.past.number)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.past.number)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open()
            return
        super().keyPressEvent(event)
