"""Examples as rows of the review table."""

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from desktop.theme.theme import Theme
from desktop.widgets import heads
from engine.teach.review import Reviewed, State

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
HEADS = ("State", "Question", "Answer", "Why", "Tokens")
STATE_WORDS: dict[State, str] = {
    "new": "New", "kept": "Kept", "edited": "Edited", "dropped": "Left out",
}  # fmt: skip
COLOURS: dict[State, str] = {
    "new": "warn", "kept": "accent", "edited": "accent", "dropped": "soft",
}  # fmt: skip
ROW_ROLE = Qt.ItemDataRole.UserRole


class Column(IntEnum):
    STATE = 0
    QUESTION = 1
    ANSWER = 2
    WHY = 3
    TOKENS = 4


class ExampleModel(QAbstractTableModel):
    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.every: tuple[Reviewed, ...] = ()
        self.rows: tuple[Reviewed, ...] = ()
        self._words = ""
        self._state: State | None = None

    def put(self, every: tuple[Reviewed, ...]) -> None:
        self.every = every
        self._fill()

    def narrow(self, words: str, state: State | None) -> None:
        """Only those that hold these words and are of this state."""
        self._words, self._state = words.strip().casefold(), state
        self._fill()

    def _fill(self) -> None:
        shown = tuple(each for each in self.every if self._shows(each))
        same = [each.number for each in shown] == [each.number for each in self.rows]
        if same:
            self.rows = shown
            if shown:
                self.dataChanged.emit(self.index(0, 0), self.index(len(shown) - 1, len(HEADS) - 1))
            return
        self.beginResetModel()
        self.rows = shown
        self.endResetModel()

    def _shows(self, each: Reviewed) -> bool:
        if self._state is not None and each.state != self._state:
            return False
        parts = (each.question, each.example.answer, each.example.source, each.example.why)
        return any(self._words in part.casefold() for part in parts)

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        return heads.head(HEADS, section, orientation, role, right=(Column.TOKENS,))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(row, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            tokens = self._theme.tokens
            if row.state == "dropped":
                return QColor(tokens.soft)
            if index.column() == Column.STATE:
                return QColor(getattr(tokens, COLOURS[row.state]))
            return QColor(tokens.soft if index.column() in (Column.WHY, Column.TOKENS)
                          else tokens.ink)  # fmt: skip
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == Column.TOKENS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in (
            Column.QUESTION, Column.ANSWER, Column.WHY,
        ):  # fmt: skip
            return self._cell(row, index.column())
        return None

    @staticmethod
    def _cell(row: Reviewed, column: int) -> str:
        if column == Column.STATE:
            return STATE_WORDS[row.state]
        if column == Column.QUESTION:
            return " ".join(row.question.split())
        if column == Column.ANSWER:
            return " ".join(row.example.answer.split())
        if column == Column.WHY:
            return row.example.why
        return f"{row.tokens:,}" if row.tokens is not None else ""
