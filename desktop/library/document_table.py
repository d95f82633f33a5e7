"""The table of files with state, pages, passages and reasons."""

from pathlib import Path

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTableView, QWidget

from desktop.library.document_delegate import ROW_PX, DocumentDelegate
from desktop.library.document_model import DOCUMENT_ROLE, SORT_ROLE, Column, DocumentModel
from desktop.theme.theme import Theme
from engine.types import Document

WIDTHS = {
    Column.STATE: 84,
    Column.PAGES: 72,
    Column.PASSAGES: 90,
    Column.SIZE: 88,
    Column.READ: 130,
}


class DocumentTable(QTableView):
    remove_wanted = Signal(list)
    """Paths of the chosen documents."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Documents")
        self.documents = DocumentModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.documents)
        self._sorted.setSortRole(SORT_ROLE)
        self.setModel(self._sorted)
        self.setItemDelegate(DocumentDelegate(theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        # Failures first, because they need the user.
        self.sortByColumn(Column.STATE, Qt.SortOrder.AscendingOrder)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(60)
        header.setSectionResizeMode(Column.FILE, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(column, width)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.doubleClicked.connect(self._open_at)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._remove)
        theme.changed.connect(self.viewport().update)

    def chosen(self) -> list[Document]:
        return [index.data(DOCUMENT_ROLE) for index in self.selectionModel().selectedRows()]

    @Slot(QModelIndex)
    def _open_at(self, index: QModelIndex) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(index.data(DOCUMENT_ROLE).path))

    @Slot()
    def _open(self) -> None:
        for document in self.chosen()[:1]:
            QDesktopServices.openUrl(QUrl.fromLocalFile(document.path))

    @Slot()
    def _open_folder(self) -> None:
        for document in self.chosen()[:1]:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(document.path).parent)))

    @Slot()
    def _remove(self) -> None:
        chosen = self.chosen()
        if chosen:
            self.remove_wanted.emit([Path(document.path) for document in chosen])

    @Slot(QPoint)
    def _menu(self, at: QPoint) -> None:
        if not self.chosen():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Open").triggered.connect(self._open)
        menu.addAction("Open its folder").triggered.connect(self._open_folder)
        menu.addSeparator()
        menu.addAction("Remove from the library").triggered.connect(self._remove)
        menu.popup(self.viewport().mapToGlobal(at))
