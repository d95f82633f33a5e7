"""Draws the rows of a table: their ground, the line below, and text that is cut where it ends."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.theme.theme import Theme

Index = QModelIndex | QPersistentModelIndex
SELECTED = QStyle.StateFlag.State_Selected
UNDER_MOUSE = QStyle.StateFlag.State_MouseOver


class RowDelegate(QStyledItemDelegate):
    """Rows of one height; what stands in a cell is drawn by :meth:`draw`."""

    def __init__(
        self, theme: Theme, parent: QWidget, row_px: int, *, lit: Sequence[QStyle.StateFlag]
    ) -> None:
        """``lit`` are the states in which a row stands on the panel's colour."""
        super().__init__(parent)
        self._theme = theme
        self._row_px = row_px
        self._lit = lit

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(super().sizeHint(option, index).width(), self._row_px)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens, rect = self._theme.tokens, option.rect
        painter.save()
        if any(option.state & state for state in self._lit):
            painter.fillRect(rect, QColor(tokens.panel))
        painter.setPen(QColor(tokens.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        self.draw(painter, option, index)
        painter.restore()

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """What stands in a cell."""
        raise NotImplementedError


def draw_line(
    painter: QPainter,
    rect: QRect,
    font: QFont,
    colour: str,
    text: str,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """One line of text, cut with an ellipsis where it does not fit."""
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = painter.fontMetrics().elidedText(text, elide, rect.width())
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
