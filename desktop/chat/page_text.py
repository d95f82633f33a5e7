"""The text of a page with the evidence marked, scrolled to it."""

import itertools

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QColor, QFont, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from desktop.theme.theme import Theme

Span = tuple[int, int]
LINE_HEIGHT = 145.0


class PageText(QTextEdit):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[str, Span | None, tuple[Span, ...]] = ("", None, ())
        self._mark_at = 0
        self.setReadOnly(True)
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Text of the page")
        self.document().setDocumentMargin(16)
        theme.changed.connect(self._draw)

    def show_text(self, text: str, mark: Span | None, headings: tuple[Span, ...]) -> None:
        self._shown = (text, mark, headings)
        self._draw()

    def marked_text(self) -> str:
        """What is marked right now, read back from the document."""
        text, mark, _ = self._shown
        return text[mark[0] : mark[1]] if mark else ""

    @Slot()
    def _draw(self) -> None:
        text, mark, headings = self._shown
        self.clear()
        cursor = QTextCursor(self.document())
        block = QTextBlockFormat()
        proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        block.setLineHeight(LINE_HEIGHT, proportional)
        cursor.setBlockFormat(block)
        edges = sorted({0, len(text), *(mark or ()), *(at for span in headings for at in span)})
        # Piece by piece, because Qt counts UTF-16 units where the engine counts code points.
        for start, end in itertools.pairwise(edges):
            style = QTextCharFormat()
            if any(span[0] <= start < span[1] for span in headings):
                style.setFontWeight(QFont.Weight.DemiBold)
            if mark is not None and mark[0] <= start < mark[1]:
                style.setBackground(QColor(self._theme.tokens.mark))
                if start == mark[0]:
                    self._mark_at = cursor.position()
            cursor.insertText(text[start:end].replace("\r\n", " \n"), style)
        # After the layout has been made, or there is no place to scroll to yet.
        QTimer.singleShot(0, self, self._scroll)

    @Slot()
    def _scroll(self) -> None:
        if self._shown[1] is None:
            self.verticalScrollBar().setValue(0)
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(self._mark_at, self.document().characterCount() - 1))
        top = self.cursorRect(cursor).top() + self.verticalScrollBar().value()
        self.verticalScrollBar().setValue(max(0, top - self.height() // 3))
