"""One source: its number, file, place, and the quote with the evidence marked."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.chat.snippet import Snippet, snippet_html
from desktop.chat.source import Source
from desktop.names import document_name
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label

PIN_TIP = "Keep this document before the model in this conversation"
UNPIN_TIP = "Let this document go again"


class SourceCard(QFrame):
    opened = Signal(int)
    """Its number was chosen by mouse or keyboard."""
    pin_wanted = Signal(str, bool)
    """Keep its document before the model, or let it go."""

    def __init__(self, theme: Theme, source: Source, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Snippet | None = None
        self.source = source
        self.setProperty("kind", "card")
        self.setProperty("live", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        name = source.name
        self.setAccessibleName(f"Source {source.number}: {name}, {source.place}")
        self.setToolTip(source.path)
        head = QHBoxLayout()
        head.setSpacing(8)
        if source.cited:
            head.addWidget(label(str(source.number), "number"))
        head.addWidget(ElidedLabel(name, "strong", mode=Qt.TextElideMode.ElideMiddle), 1)
        head.addWidget(label(source.place, "soft"))
        self.pin = Button(theme, icon="push-pin", kind="icon", tip=PIN_TIP)
        self.pin.setCheckable(True)
        self.pin.clicked.connect(self._pin)
        head.addWidget(self.pin)
        self.quote = QLabel()
        self.quote.setTextFormat(Qt.TextFormat.RichText)
        self.quote.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 10, 13, 10)
        column.setSpacing(6)
        column.addLayout(head)
        if source.heading:
            column.addWidget(ElidedLabel(source.heading, "soft"))
        column.addWidget(self.quote)
        self.also = ElidedLabel(also_words(source), "soft", mode=Qt.TextElideMode.ElideMiddle)
        self.also.setToolTip("\n".join(source.also))
        self.also.setVisible(bool(source.also))
        column.addWidget(self.also)
        theme.changed.connect(self._draw)

    def show_snippet(self, shown: Snippet) -> None:
        self._shown = shown
        self._draw()

    def show_pinned(self, pinned: bool) -> None:
        self.pin.setChecked(pinned)
        self.pin.set_icon("push-pin-fill" if pinned else "push-pin")
        self.pin.setToolTip(UNPIN_TIP if pinned else PIN_TIP)
        self.pin.setAccessibleName(f"{self.pin.toolTip()}: {self.source.name}")

    @Slot()
    def _pin(self) -> None:
        self.pin_wanted.emit(self.source.path, self.pin.isChecked())

    def choose(self, chosen: bool) -> None:
        self.setProperty("chosen", "true" if chosen else "false")
        self.style().unpolish(self)
        self.style().polish(self)

    @Slot()
    def _draw(self) -> None:
        if self._shown is not None:
            marked = self.source.cited
            self.quote.setText(snippet_html(self._shown, self._theme.tokens, marked=marked))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.source.number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.source.number)
            return
        super().keyPressEvent(event)


def also_words(source: Source) -> str:
    """``also in offer.pdf``, ``also in 3 other files``."""
    if not source.also:
        return ""
    if len(source.also) == 1:
        return f"also in {document_name(source.also[0])}"
    return f"also in {len(source.also)} other files"
