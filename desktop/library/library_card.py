"""One library as a card: what is in it and how fresh it is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.widgets.labels import ElidedLabel, label
from desktop.words import count, size, when
from engine.types import Library

CARD_WIDTH = 224


class LibraryCard(QFrame):
    chosen = Signal(str)

    def __init__(self, library: Library, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.library = library
        self.setProperty("kind", "card")
        self.setProperty("live", "true")
        self.setFixedWidth(CARD_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Library {library.name}: {summary(library)}")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.addWidget(ElidedLabel(library.name, "strong"))
        column.addWidget(label(count(library.documents, "document"), "soft"))
        column.addWidget(label(freshness(library), "soft"))
        if library.failed:
            column.addWidget(label(f"{library.failed:,} could not be read", "warn"))

    def choose(self, chosen: bool) -> None:
        self.setProperty("chosen", "true" if chosen else "false")
        self.style().unpolish(self)
        self.style().polish(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.library.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.library.name)
            return
        super().keyPressEvent(event)


def freshness(library: Library) -> str:
    changed = "" if library.changed_at is None else f" · changed {when(library.changed_at)}"
    return f"{size(library.size_bytes)}{changed}"


def summary(library: Library) -> str:
    """One line: documents, failures, passages, size, last change."""
    parts = [count(library.documents, "document")]
    if library.failed:
        parts.append(f"{library.failed:,} could not be read")
    parts.append(count(library.passages, "passage"))
    parts.append(freshness(library))
    return " · ".join(parts)
