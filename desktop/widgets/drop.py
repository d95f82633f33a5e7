"""A whole page as a drop target for files and folders."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.labels import IconLabel, label


def local_paths(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


class DropTarget(QObject):
    """Watches a page for drags, shows where a drop would go, and tells what was dropped."""

    dropped = Signal(list)

    def __init__(self, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        page.setAcceptDrops(True)
        page.installEventFilter(self)
        self.veil = QFrame(page)
        self.veil.setProperty("kind", "drop")
        self.veil.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = label("Drop to add", "title")
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        centre = Qt.AlignmentFlag.AlignHCenter
        column = QVBoxLayout(self.veil)
        column.addStretch(1)
        column.addWidget(IconLabel(theme, "folder-plus", px=40, colour="accent"), 0, centre)
        column.addWidget(self._words, 0, centre)
        column.addStretch(1)
        self.veil.hide()

    def name(self, library: str) -> None:
        self.say(f"Drop to add to {library}")

    def say(self, words: str) -> None:
        self._words.setText(words)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if not local_paths(event):
                return False
            event.acceptProposedAction()
            self.veil.setGeometry(self._page.rect().adjusted(16, 16, -16, -16))
            self.veil.show()
            self.veil.raise_()
            return True
        if kind == QEvent.Type.DragMove and isinstance(event, QDropEvent):
            event.acceptProposedAction()
            return True
        if kind == QEvent.Type.DragLeave:
            self.veil.hide()
            return True
        if kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.veil.hide()
            paths = local_paths(event)
            if paths:
                event.acceptProposedAction()
                self.dropped.emit(paths)
            return True
        return False
