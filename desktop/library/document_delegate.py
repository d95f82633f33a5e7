"""Draws a row: icon, file, and below it the folder or why the file could not be read."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.library.document_model import DOCUMENT_ROLE, FOLDER_ROLE, Column
from desktop.theme.theme import Theme
from engine.types import Document

ROW_PX = 52
ICON_PX = 20
ICONS = {"pdf": "file-pdf", "docx": "file-text", "markdown": "file-text", "html": "file-text"}


class DocumentDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tokens = self._theme.tokens
        document = index.data(DOCUMENT_ROLE)
        rect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(tokens.panel))
        painter.setPen(QColor(tokens.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if index.column() == Column.FILE:
            self._file(painter, option, index)
        else:
            failed = index.column() == Column.STATE and document.state == "failed"
            colour = tokens.warn if failed else tokens.soft
            painter.setPen(QColor(colour))
            inner = rect.adjusted(8, 0, -8, 0)
            painter.drawText(
                inner, int(index.data(Qt.ItemDataRole.TextAlignmentRole)), str(index.data())
            )
        painter.restore()

    def _file(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tokens = self._theme.tokens
        document: Document = index.data(DOCUMENT_ROLE)
        rect = option.rect
        failed = document.state == "failed"
        icon = "file-x" if failed else ICONS.get(document.type, "file")
        box = QRect(rect.left() + 8, rect.center().y() - ICON_PX // 2, ICON_PX, ICON_PX)
        self._theme.icon(icon, "warn" if failed else "soft").paint(painter, box)
        left = box.right() + 12
        width = rect.right() - 8 - left
        name, below = QFont(option.font), QFont(option.font)
        name.setWeight(QFont.Weight.Medium)
        below.setPixelSize(12)
        path = Path(document.path)
        upper = QRect(left, rect.top() + 7, width, 20)
        lower = QRect(left, rect.top() + 27, width, 18)
        self._line(painter, upper, name, tokens.ink, path.name, Qt.TextElideMode.ElideMiddle)
        if failed:
            self._line(
                painter, lower, below, tokens.warn, document.reason, Qt.TextElideMode.ElideRight
            )
        else:
            folder = str(index.data(FOLDER_ROLE))
            self._line(painter, lower, below, tokens.soft, folder, Qt.TextElideMode.ElideMiddle)

    @staticmethod
    def _line(
        painter: QPainter,
        rect: QRect,
        font: QFont,
        colour: str,
        text: str,
        elide: Qt.TextElideMode,
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, elide, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
