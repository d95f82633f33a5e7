"""Questions by ways of asking: every answer side by side, as they come."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.compare.words import said, way_name
from desktop.widgets import heads
from engine.evaluate.measure import question_hash
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import Question

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
ROW_ROLE = Qt.ItemDataRole.UserRole
EVERY, DISAGREE, DIFFER, WRONG = "all", "disagree", "differ", "wrong"


class MatrixRow:
    """One question with the answers so far, by way."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.answers: dict[str, Outcome] = {}

    @property
    def disagree(self) -> bool:
        """Some ways are right and others are not."""
        found = {each.scores["right"] for each in self.answers.values() if "right" in each.scores}
        return len(found) > 1

    @property
    def differ(self) -> bool:
        return len({said(each).casefold() for each in self.answers.values()}) > 1

    @property
    def wrong(self) -> bool:
        return any(each.scores.get("right") == 0.0 for each in self.answers.values())

    def passes(self, wanted: str) -> bool:
        match wanted:
            case "all":
                return True
            case "disagree":
                return self.disagree
            case "differ":
                return self.differ
            case "wrong":
                return self.wrong
        return self.question.kind == wanted


class MatrixModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ways: list[str] = []
        self.every: list[MatrixRow] = []
        self.shown: list[MatrixRow] = []
        self.filter = EVERY
        self._by_key: dict[str, MatrixRow] = {}

    def begin(self, ways: Sequence[str], questions: Sequence[Question]) -> None:
        self.beginResetModel()
        self.ways = list(ways)
        self.every = [MatrixRow(each) for each in questions]
        self._by_key = {question_hash(row.question): row for row in self.every}
        self.filter = EVERY
        self.shown = list(self.every)
        self.endResetModel()

    def put(self, outcomes: Sequence[Outcome]) -> None:
        """New answers; those to questions that are not in the table are left out."""
        for each in outcomes:
            row = self._by_key.get(question_hash(each.question))
            if row is not None and each.mode in self.ways:
                row.answers[each.mode] = each
        if self.filter == EVERY:
            if self.shown:
                last = self.index(len(self.shown) - 1, len(self.ways))
                self.dataChanged.emit(self.index(0, 0), last)
        else:
            self.narrow(self.filter)

    def narrow(self, wanted: str) -> None:
        """Only questions that pass: ``all``, ``disagree``, ``differ``, ``wrong`` or a type."""
        self.beginResetModel()
        self.filter = wanted
        self.shown = [row for row in self.every if row.passes(wanted)]
        self.endResetModel()

    def count(self, wanted: str) -> int:
        return sum(row.passes(wanted) for row in self.every)

    def answer(self, index: Index) -> Outcome | None:
        if not index.isValid() or index.column() == 0:
            return None
        return self.shown[index.row()].answers.get(self.ways[index.column() - 1])

    # --- as Qt reads it ------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else 1 + len(self.ways)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        words = ("Question", *map(way_name, self.ways))
        return heads.head(words, section, orientation, role)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.shown[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if index.column() == 0:
                return row.question.question
            found = self.answer(index)
            if found is None:
                return ""
            mark = {1.0: "right: ", 0.0: "wrong: "}.get(found.scores.get("right", -1.0), "")
            return mark + said(found) if role == Qt.ItemDataRole.AccessibleTextRole else said(found)
        return None
