"""Draws a row: icon, file, and below it the folder or why the file could not be read."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from desktop.library.file_model import BELOW_ROLE, ROW_ROLE, Column
from desktop.library.file_rows import FileRow, State
from desktop.names import SOURCE
from desktop.theme.theme import Theme
from desktop.widgets.row_delegate import SELECTED, Index, RowDelegate, draw_line

ROW_PX = 52
ICON_PX = 20
ICONS = {
    "pdf": "file-pdf",
    "docx": "file-text",
    "markdown": "file-text",
    "html": "file-text",
    "picture": "image",
    "eml": "envelope",
    "msg": "envelope",
    "mbox": "envelope",
    "zip": "package",
    "tar": "package",
    "csv": "table",
    "ods": "table",
    "xls": "table",
    "xlsx": "table",
}
STATE_ICONS: dict[State, str] = {
    "failed": "file-x",
    "locked": "lock-simple",
    "away": "eject",
    "waiting": "clock",
}
STATE_COLOURS: dict[State, str] = {"failed": "warn", "locked": "warn", "away": "warn"}


class FileDelegate(RowDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent, ROW_PX, lit=(SELECTED,))

    def draw(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.column() == Column.FILE:
            self._file(painter, option, index)
            return
        row: FileRow = index.data(ROW_ROLE)
        told = index.column() == Column.STATE
        colour = STATE_COLOURS.get(row.state, "soft") if told else "soft"
        painter.setPen(QColor(getattr(self._theme.tokens, colour)))
        painter.drawText(
            option.rect.adjusted(8, 0, -8, 0),
            int(index.data(Qt.ItemDataRole.TextAlignmentRole)), str(index.data()),
        )  # fmt: skip

    def _file(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> None:
        tokens = self._theme.tokens
        row: FileRow = index.data(ROW_ROLE)
        rect = option.rect
        colour = STATE_COLOURS.get(row.state, "soft")
        box = QRect(rect.left() + 8, rect.center().y() - ICON_PX // 2, ICON_PX, ICON_PX)
        self._theme.icon(icon_of(row), colour).paint(painter, box)
        left = box.right() + 12
        width = rect.right() - 8 - left
        name, below = QFont(option.font), QFont(option.font)
        name.setWeight(QFont.Weight.Medium)
        below.setPixelSize(12)
        upper = QRect(left, rect.top() + 7, width, 20)
        lower = QRect(left, rect.top() + 27, width, 18)
        middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
        draw_line(painter, upper, name, tokens.ink, row.name, middle)
        words = str(index.data(BELOW_ROLE))
        noted = row.document is not None and bool(row.document.note)
        soft = getattr(tokens, colour) if row.reason else tokens.soft
        draw_line(painter, lower, below, soft, words, right if row.reason or noted else middle)


def icon_of(row: FileRow) -> str:
    if row.state in STATE_ICONS:
        return STATE_ICONS[row.state]
    if row.path.startswith(SOURCE):
        return "database"
    return ICONS.get(row.document.type if row.document is not None else "", "file")
