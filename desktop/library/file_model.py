"""The files of a library as a tree: what lies inside a file stands below it.

Sorted and narrowed here and not by a proxy, which would ask Python about every pair of rows.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.library.file_rows import NEEDS_USER, WORDS, FileRow, Files, State, folder
from desktop.names import SOURCE
from desktop.widgets import heads
from desktop.words import size, when

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
Shown = Literal["all", "failed", "locked", "away", "scanned", "waiting"]


class Column(IntEnum):
    FILE = 0
    STATE = 1
    PAGES = 2
    PASSAGES = 3
    SIZE = 4
    READ = 5


HEADS = ("Document", "State", "Pages", "Passages", "Size", "Read")
FIGURES = (Column.PAGES, Column.PASSAGES, Column.SIZE)
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
BELOW_ROLE = Qt.ItemDataRole.UserRole + 2
"""The second line of a row: where the file lies, or why it is not ready."""
ORDER: tuple[State, ...] = ("locked", "failed", "waiting", "away", "scanned", "ready")


@dataclass(slots=True)
class _Node:
    row: FileRow
    id: int
    parent: "_Node | None" = None
    place: int = 0
    children: list["_Node"] = field(default_factory=list)


class FileModel(QAbstractItemModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files = Files(None, (), ())
        self._top: list[_Node] = []
        self._nodes: dict[str, _Node] = {}
        self._all: list[_Node] = []
        """By number: Qt keeps no hold on a Python object in an index."""
        self._shown: Shown = "all"
        self._words = ""
        self._column, self._descending = int(Column.STATE), False

    @property
    def files(self) -> Files:
        return self._files

    def put(self, files: Files) -> bool:
        """Replace the rows; nothing moves where nothing changed. Tells whether it did."""
        if files == self._files:
            return False
        self._files = files
        self._arrange()
        return True

    def narrow(self, shown: Shown, words: str) -> None:
        """Only files of one state and with these words in their path or reason."""
        self._shown, self._words = shown, words.casefold().strip()
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._descending = column, order is Qt.SortOrder.DescendingOrder
        self._arrange()

    def find(self, path: str) -> QModelIndex:
        node = self._nodes.get(path)
        return NO_INDEX if node is None else self.createIndex(node.place, 0, node.id)

    def row(self, index: Index) -> FileRow:
        return self._node(index).row

    # --- arranging -----------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.beginResetModel()
        nodes = {row.path: _Node(row, at) for at, row in enumerate(self._files.rows)}
        top: list[_Node] = []
        for node in nodes.values():
            holder = nodes.get(node.row.container)
            if holder is None:
                top.append(node)
            else:
                node.parent = holder
                holder.children.append(node)
        self._top = self._settled(top)
        self._nodes, self._all = nodes, list(nodes.values())
        self.endResetModel()

    def _settled(self, nodes: list[_Node]) -> list[_Node]:
        """What is wanted of these and below them, in order."""
        kept: list[_Node] = []
        for node in nodes:
            whole = self._wanted(node.row)
            if not whole or self._shown != "all":
                node.children = self._settled(node.children)
            else:
                node.children = self._ordered(node.children)
            if whole or node.children:
                kept.append(node)
        return self._ordered(kept)

    def _ordered(self, nodes: list[_Node]) -> list[_Node]:
        nodes.sort(key=lambda node: node.row.name.casefold())
        nodes.sort(key=lambda node: _key(node.row, self._column), reverse=self._descending)
        for place, node in enumerate(nodes):
            node.place = place
        return nodes

    def _wanted(self, row: FileRow) -> bool:
        if self._shown != "all" and row.state != self._shown:
            return False
        return not self._words or self._words in f"{row.path}\n{row.reason}".casefold()

    # --- what Qt asks --------------------------------------------------------------------------

    def _node(self, index: Index) -> _Node:
        return self._all[index.internalId()]

    def index(self, row: int, column: int, parent: Index = NO_INDEX) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return NO_INDEX
        nodes = self._node(parent).children if parent.isValid() else self._top
        return self.createIndex(row, column, nodes[row].id)

    def parent(self, index: Index = NO_INDEX) -> QModelIndex:  # type: ignore[override]
        node = self._node(index).parent if index.isValid() else None
        return NO_INDEX if node is None else self.createIndex(node.place, 0, node.id)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        if not parent.isValid():
            return len(self._top)
        return len(self._node(parent).children) if parent.column() == 0 else 0

    def columnCount(self, _parent: Index = NO_INDEX) -> int:
        return len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        return heads.head(HEADS, section, orientation, role, right=FIGURES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self.row(index), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _shown(row, column)
        if role == ROW_ROLE:
            return row
        if role == BELOW_ROLE:
            return below(row, self._files)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.path}\n{row.reason}".strip()
        if role == Qt.ItemDataRole.AccessibleTextRole and column == Column.FILE:
            return f"{row.name}. {WORDS[row.state]}. {row.reason}".strip()
        return None


def below(row: FileRow, files: Files) -> str:
    """Why a file is not ready, else what was left out of it, else where it lies."""
    if row.reason:
        return row.reason
    if row.document is not None and row.document.note:
        return row.document.note
    if row.path.startswith(SOURCE):
        return "Rows of a source"
    return "Inside the file above" if row.container else folder(row.path, files.roots)


def _alignment(column: int) -> Qt.AlignmentFlag:
    return heads.RIGHT if column in FIGURES else heads.LEFT


def _shown(row: FileRow, column: int) -> str:
    document = row.document
    read = document is not None and document.state == "indexed"
    if column == Column.FILE:
        return row.name
    if column == Column.STATE:
        return WORDS[row.state]
    if column in (Column.PAGES, Column.PASSAGES):
        return f"{row.pages if column == Column.PAGES else row.passages:,}" if read else "–"
    if document is None:
        return "–"
    if column == Column.SIZE:
        return "–" if row.container else size(document.size_bytes)
    return when(document.indexed_at)


def _key(row: FileRow, column: int) -> str | int | float:
    match column:
        case Column.FILE:
            return row.name.casefold()
        case Column.STATE:
            return ORDER.index(row.state) if row.state in NEEDS_USER else len(ORDER)
        case Column.PAGES:
            return row.pages
        case Column.PASSAGES:
            return row.passages
        case Column.SIZE:
            return row.document.size_bytes if row.document is not None else 0
        case _:
            return row.document.indexed_at if row.document is not None else 0.0
