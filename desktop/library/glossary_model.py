"""The terms of a glossary as rows; a cell that was typed over is told, not kept here."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop.widgets import heads
from desktop.words import count
from engine.store.glossary import Entry

Index = QModelIndex | QPersistentModelIndex
HEADS = ("Term", "Meaning", "From")
NOWHERE = QModelIndex()


class Column(IntEnum):
    TERM = 0
    MEANING = 1
    ORIGIN = 2


def origin(entry: Entry) -> str:
    """``you``, ``you, 2 documents``, ``3 documents``."""
    documents = count(entry.documents, "document") if entry.documents else ""
    if entry.origin == "user":
        return f"You, {documents}" if documents else "You"
    return documents or "Found"


class GlossaryModel(QAbstractTableModel):
    edited = Signal(object, str, str)
    """The :class:`Entry`, its new term and meaning."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Entry, ...] = ()
        self.entries: tuple[Entry, ...] = ()
        self._words = ""

    def put(self, entries: tuple[Entry, ...]) -> None:
        self._all = entries
        self._fill()

    def narrow(self, words: str) -> None:
        self._words = words.strip().casefold()
        self._fill()

    def _fill(self) -> None:
        shown = tuple(
            each
            for each in self._all
            if self._words in each.term.casefold() or self._words in each.meaning.casefold()
        )
        if shown != self.entries:
            self.beginResetModel()
            self.entries = shown
            self.endResetModel()

    @property
    def total(self) -> int:
        return len(self._all)

    @property
    def found(self) -> int:
        """Terms that nobody has confirmed."""
        return sum(each.origin == "found" for each in self._all)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        return heads.head(HEADS, section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        cell = (entry.term, entry.meaning, origin(entry))[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return cell
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == Column.MEANING:
            return cell
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != Qt.ItemDataRole.EditRole:
            return False
        entry = self.entries[index.row()]
        text = " ".join(str(value).split())
        before = entry.term if index.column() == Column.TERM else entry.meaning
        if text and text != before:
            if index.column() == Column.TERM:
                self.edited.emit(entry, text, entry.meaning)
            else:
                self.edited.emit(entry, entry.term, text)
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.column() != Column.ORIGIN:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags
