"""The documents of a library as a table."""

from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.words import size, when
from engine.types import Document

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class Column(IntEnum):
    FILE = 0
    STATE = 1
    PAGES = 2
    PASSAGES = 3
    SIZE = 4
    READ = 5


HEADS = ("Document", "State", "Pages", "Passages", "Size", "Read")
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
DOCUMENT_ROLE = Qt.ItemDataRole.UserRole + 2
FOLDER_ROLE = Qt.ItemDataRole.UserRole + 3


class DocumentModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents: tuple[Document, ...] = ()
        self._roots: tuple[str, ...] = ()

    def put(self, documents: tuple[Document, ...], roots: tuple[str, ...] = ()) -> None:
        """Replace the rows; nothing moves where nothing changed."""
        if documents == self._documents:
            return
        self._roots = roots
        self.beginResetModel()
        self._documents = documents
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._documents)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        document = self._documents[index.row()]
        column = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(document, column)
        if role == SORT_ROLE:
            return _sorted_by(document, column)
        if role == DOCUMENT_ROLE:
            return document
        if role == FOLDER_ROLE:
            return folder(document.path, self._roots)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{document.path}\n{document.reason}".strip()
        if role == Qt.ItemDataRole.AccessibleTextRole and column == Column.FILE:
            return f"{Path(document.path).name}. {document.reason or 'Ready'}"
        return None


def folder(path: str, roots: tuple[str, ...]) -> str:
    """Where a file lies, from the folder that was added on; the whole path where it was alone."""
    parent = Path(path).parent
    for root in map(Path, roots):
        if parent.is_relative_to(root):
            return str(Path(root.name) / parent.relative_to(root))
    return str(parent)


def _alignment(column: int) -> Qt.AlignmentFlag:
    number = column in (Column.PAGES, Column.PASSAGES, Column.SIZE)
    side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _shown(document: Document, column: int) -> str:
    ready = document.state == "indexed"
    match column:
        case Column.FILE:
            return Path(document.path).name
        case Column.STATE:
            return "Ready" if ready else "Not read"
        case Column.PAGES:
            return f"{document.pages:,}" if ready else "–"
        case Column.PASSAGES:
            return f"{document.passages:,}" if ready else "–"
        case Column.SIZE:
            return size(document.size_bytes)
        case _:
            return when(document.indexed_at)


def _sorted_by(document: Document, column: int) -> str | int | float:
    match column:
        case Column.FILE:
            return Path(document.path).name.casefold()
        case Column.STATE:
            return document.state
        case Column.PAGES:
            return document.pages
        case Column.PASSAGES:
            return document.passages
        case Column.SIZE:
            return document.size_bytes
        case _:
            return document.indexed_at
