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
        self._shown: tuple[str, Span | None, tuple[Span, ...], tuple[Span, ...]]
        self._shown = ("", None, (), ())
        self._mark_at = 0
        self.setReadOnly(True)
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Text of the page")
        self.document().setDocumentMargin(16)
        theme.changed.connect(self._draw)

    def show_text(
        self,
        text: str,
        mark: Span | None,
        headings: tuple[Span, ...],
        also: tuple[Span, ...] = (),
    ) -> None:
        """``mark`` is scrolled to; what else the answer stands on is marked with it."""
        self._shown = (text, mark, headings, also)
        self._draw()

    def marked_text(self) -> str:
        """What is marked right now, read back from the document."""
        text, mark, _, _ = self._shown
        return text[mark[0] : mark[1]] if mark else ""

    def marked_texts(self) -> list[str]:
        """Everything that is marked, in the order of the page."""
        text, mark, _, also = self._shown
        return [text[start:end] for start, end in sorted({*((mark,) if mark else ()), *also})]

    @Slot()
    def _draw(self) -> None:
        text, mark, headings, also = self._shown
        marks = (*((mark,) if mark is not None else ()), *also)
        self.clear()
        cursor = QTextCursor(self.document())
        block = QTextBlockFormat()
        proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
        block.setLineHeight(LINE_HEIGHT, proportional)
        cursor.setBlockFormat(block)
        edges = sorted({0, len(text), *(at for span in (*marks, *headings) for at in span)})
        # Piece by piece, because Qt counts UTF-16 units where the engine counts code points.
        for start, end in itertools.pairwise(edges):
            style = QTextCharFormat()
            if any(span[0] <= start < span[1] for span in headings):
                style.setFontWeight(QFont.Weight.DemiBold)
            if any(span[0] <= start < span[1] for span in marks):
                style.setBackground(QColor(self._theme.tokens.mark))
            if mark is not None and start == mark[0]:
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
