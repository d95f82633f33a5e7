"""One library as a card: what is in it, how fresh it is, and whether it is watched."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label
from desktop.words import count, size, when
from engine.types import Library

CARD_WIDTH = 304
WATCHED, UNWATCHED = "Watched", "Not watched"
TIP = "Changed files are read again by themselves while Alcove is open"


class LibraryCard(QFrame):
    opened = Signal(str)
    watch_changed = Signal(str, bool)

    def __init__(
        self, theme: Theme, library: Library, *, watched: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.library = library
        self.setProperty("kind", "card")
        self.setProperty("live", "true")
        self.setFixedWidth(CARD_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Library {library.name}: {summary(library)}")
        self.watch = Button(theme, WATCHED, icon="eye", kind="chip", tip=TIP)
        self.watch.setCheckable(True)
        self.watch.setChecked(watched)
        self.watch.clicked.connect(self._toggle)
        keeping = self.watch.sizePolicy()
        keeping.setRetainSizeWhenHidden(True)  # cards of one row are of one height
        self.watch.setSizePolicy(keeping)
        self.watch.setVisible(bool(library.roots))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(ElidedLabel(library.name, "strong"), 1)
        head.addWidget(self.watch)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 14)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(label(contents(library), "softbody"))
        column.addWidget(label(freshness(library), "soft"))
        needs = f"{library.failed:,} could not be read" if library.failed else " "
        column.addWidget(label(needs, "warn"))
        self._name_watch()

    def _name_watch(self) -> None:
        watched = self.watch.isChecked()
        self.watch.setText(f" {WATCHED if watched else UNWATCHED}")
        self.watch.set_icon("eye" if watched else "eye-slash")
        self.watch.setAccessibleName(f"{WATCHED if watched else UNWATCHED}: {self.library.name}")

    @Slot()
    def _toggle(self) -> None:
        self._name_watch()
        self.watch_changed.emit(self.library.name, self.watch.isChecked())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.library.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.library.name)
            return
        super().keyPressEvent(event)


def contents(library: Library) -> str:
    return f"{count(library.documents, 'document')} · {count(library.passages, 'passage')}"


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
