"""A spreadsheet around what is cited: letters over the columns, numbers beside the rows."""

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Slot,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.chat.sheet_content import SheetContent
from desktop.theme.theme import Theme

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 28
WIDEST_PX = 260
NARROWEST_PX = 48
LONGEST_TITLE = 24
"""Characters of a column's title over it; the row of titles has it whole."""
EMPTY = SheetContent((), (), (), (), (), cut=False)
DATA = Qt.ItemDataRole
MARKED = DATA.UserRole
NOWHERE = QModelIndex()


class SheetModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._marked: frozenset[tuple[int, int]] = frozenset()
        self.content = EMPTY

    def show_content(self, content: SheetContent) -> None:
        self.beginResetModel()
        self.content = content
        self._marked = frozenset(content.marked)
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.content.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.content.columns)

    def data(self, index: Index, role: int = DATA.DisplayRole) -> object:
        place = (index.row(), index.column())
        if role in (DATA.DisplayRole, DATA.ToolTipRole):
            return self.content.texts[place[0]].get(place[1], "")
        if role == MARKED:
            return place in self._marked
        if role == DATA.AccessibleTextRole:
            text = self.content.texts[place[0]].get(place[1], "")
            return f"{text} (cited)" if place in self._marked else text
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = DATA.DisplayRole
    ) -> object:
        if role != DATA.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return self.content.rows[section]
        letter, _, title = self.content.columns[section].partition("\n")
        if len(title) > LONGEST_TITLE:
            title = f"{title[:LONGEST_TITLE]}…"
        return f"{letter}\n{title}" if title else letter


class CellDelegate(QStyledItemDelegate):
    """Lays the mark under a cell: the style sheet's cells have no ground of their own."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.data(MARKED):
            painter.fillRect(option.rect, QColor(self._theme.tokens.mark))
        super().paint(painter, option, index)


class PageSheet(QTableView):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = SheetModel(self)
        self.setModel(self._model)
        self.setItemDelegate(CellDelegate(theme, self))
        self.setAccessibleName("Table of the sheet")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().setHighlightSections(False)
        self.horizontalHeader().setHighlightSections(False)
        self.setCornerButtonEnabled(False)
        theme.changed.connect(self._redraw)

    def show_sheet(self, content: SheetContent) -> None:
        """Show a table with its marked cells, scrolled to the first of them."""
        self._model.show_content(content)
        self.clearSpans()
        for row, column, height, width in content.spans:
            self.setSpan(row, column, height, width)
        self.resizeColumnsToContents()
        for column in range(len(content.columns)):
            wide = min(WIDEST_PX, max(NARROWEST_PX, self.columnWidth(column)))
            self.setColumnWidth(column, wide)
        # After the layout has been made, or there is no place to scroll to yet.
        QTimer.singleShot(0, self, self._scroll)

    def marked_texts(self) -> list[str]:
        """The texts of the marked cells, row by row."""
        content = self._model.content
        return [content.texts[row].get(column, "") for row, column in content.marked]

    @Slot()
    def _scroll(self) -> None:
        marked = self._model.content.marked
        if not marked:
            self.scrollToTop()
            return
        index = self._model.index(*marked[0])
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        # For the keyboard; a selection would cover the mark.
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)

    @Slot()
    def _redraw(self) -> None:
        self.viewport().update()
