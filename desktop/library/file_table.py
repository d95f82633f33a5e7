"""The table of files with state, pages and reasons; what lies in a file folds below it."""

from pathlib import Path

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QUrl,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QKeySequence,
    QPainter,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTreeView, QWidget

from desktop.library.file_delegate import FileDelegate
from desktop.library.file_model import ROW_ROLE, Column, FileModel, Shown
from desktop.library.file_rows import FileRow, Files
from desktop.names import SOURCE
from desktop.theme.theme import Theme

WIDTHS = {
    Column.STATE: 84,
    Column.PAGES: 72,
    Column.PASSAGES: 90,
    Column.SIZE: 88,
    Column.READ: 130,
}
LEAST_FILE_PX = 300
"""What the names keep of the width; columns at the end give way to it."""
INDENT_PX = 20


class FileTable(QTreeView):
    chosen_changed = Signal()
    remove_wanted = Signal(list)
    """The chosen :class:`FileRow` entries."""
    retry_wanted = Signal(list)
    unlock_wanted = Signal(object)
    why_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Documents")
        self.files = FileModel(self)
        self.setModel(self.files)
        self.setItemDelegate(FileDelegate(theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setIndentation(INDENT_PX)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        header = self.header()
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(60)
        header.setSectionResizeMode(Column.FILE, QHeaderView.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(column, width)
        self.setSortingEnabled(True)
        # What needs the user stands first.
        self.sortByColumn(Column.STATE, Qt.SortOrder.AscendingOrder)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.doubleClicked.connect(self._open_at)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.remove_chosen)
        theme.changed.connect(self.viewport().update)

    # --- what is shown -------------------------------------------------------------------------

    def put(self, files: Files) -> None:
        """New rows; what was chosen, unfolded and in view stays so."""
        chosen, open_, at = self._paths(), self._unfolded(), self.verticalScrollBar().value()
        if self.files.put(files):
            self.setRootIsDecorated(any(row.container for row in files.rows))
            self._restore(chosen, open_, at)

    def narrow(self, shown: Shown, words: str) -> None:
        chosen, open_ = self._paths(), self._unfolded()
        self.files.narrow(shown, words)
        self._restore(chosen, open_, 0)
        if shown != "all" or words.strip():
            self.expandAll()

    def _paths(self) -> list[str]:
        return [row.path for row in self.chosen()]

    def _unfolded(self) -> list[str]:
        model = self.files
        tops = (model.index(at, 0) for at in range(model.rowCount()))
        return [model.row(index).path for index in tops if self.isExpanded(index)]

    def _restore(self, chosen: list[str], open_: list[str], at: int) -> None:
        for path in open_:
            self.expand(self.files.find(path))
        picked = self.selectionModel()
        flags = picked.SelectionFlag.Select | picked.SelectionFlag.Rows
        for path in chosen:
            index = self.files.find(path)
            if index.isValid():
                picked.select(index, flags)
        self.verticalScrollBar().setValue(at)
        self.chosen_changed.emit()

    def drawBranches(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().drawBranches(painter, rect, index)
        painter.setPen(QColor(self._theme.tokens.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        left = event.size().width() - LEAST_FILE_PX
        for column, width in WIDTHS.items():
            left -= width
            self.setColumnHidden(column, left < 0)

    # --- what is chosen ------------------------------------------------------------------------

    def chosen(self) -> list[FileRow]:
        return [index.data(ROW_ROLE) for index in self.selectionModel().selectedRows()]

    def choose(self, path: str) -> None:
        """Pick one file and bring it into view."""
        index = self.files.find(path)
        if index.isValid():
            self.expand(index.parent())
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.chosen_changed.emit()

    @Slot(QModelIndex)
    def _open_at(self, index: QModelIndex) -> None:
        open_outside(index.data(ROW_ROLE))

    @Slot()
    def open_chosen(self) -> None:
        for row in self.chosen()[:1]:
            open_outside(row)

    @Slot()
    def show_chosen(self) -> None:
        for row in self.chosen()[:1]:
            show_in_folder(row)

    @Slot()
    def remove_chosen(self) -> None:
        chosen = self.chosen()
        if chosen:
            self.remove_wanted.emit(chosen)

    @Slot()
    def retry_chosen(self) -> None:
        chosen = self.chosen()
        if chosen:
            self.retry_wanted.emit(chosen)

    @Slot()
    def unlock_chosen(self) -> None:
        for row in self.chosen()[:1]:
            self.unlock_wanted.emit(row)

    @Slot()
    def _why(self) -> None:
        for row in self.chosen()[:1]:
            self.why_wanted.emit(row.path)

    def actions_menu(self) -> QMenu:
        """What can be done with the chosen files."""
        menu = QMenu(self)
        chosen = self.chosen()
        first = chosen[0]
        outside = menu.addAction("Open in its program")
        outside.triggered.connect(self.open_chosen)
        outside.setEnabled(can_open(first))
        place = menu.addAction("Show in its folder")
        place.triggered.connect(self.show_chosen)
        place.setEnabled(can_open(first))
        menu.addSeparator()
        if first.state == "locked" and len(chosen) == 1:
            menu.addAction("Unlock…").triggered.connect(self.unlock_chosen)
        if all(can_open(row) for row in chosen):
            menu.addAction("Read again").triggered.connect(self.retry_chosen)
        if len(chosen) == 1:
            menu.addAction("Why is this file not found?").triggered.connect(self._why)
        menu.addSeparator()
        menu.addAction("Remove from the library").triggered.connect(self.remove_chosen)
        return menu

    @Slot(QPoint)
    def _menu(self, at: QPoint) -> None:
        if self.chosen():
            menu = self.actions_menu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.viewport().mapToGlobal(at))


def can_open(row: FileRow) -> bool:
    """Rows of a source lie in no file of their own."""
    return not row.path.startswith(SOURCE)


def open_outside(row: FileRow) -> None:
    """Open the file, or the one that it lies in, in its own program."""
    if can_open(row):
        QDesktopServices.openUrl(QUrl.fromLocalFile(row.file))


def show_in_folder(row: FileRow) -> None:
    if can_open(row):
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(row.file).parent)))
