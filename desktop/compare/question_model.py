"""The questions of a set as a table that can be written in."""

from dataclasses import replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.widgets import heads
from engine.evaluate.questions import TYPES, Question

Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()
PARTED = " | "
"""Between several right answers in one cell."""
HEADS = ("Question", "Right answer", "Type")
TIPS = (
    "What is asked",
    "What a right answer holds; several are parted by |. Empty for none.",
    "What the question asks for",
)


class Place(IntEnum):
    QUESTION, ANSWER, KIND = range(3)


class QuestionModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.questions: list[Question] = []
        self.frozen = False

    def put(self, questions: list[Question], *, frozen: bool = False) -> None:
        self.beginResetModel()
        self.questions, self.frozen = list(questions), frozen
        self.endResetModel()

    def add(self) -> int:
        """An empty question at the end; returns its row."""
        row = len(self.questions)
        self.beginInsertRows(NO_INDEX, row, row)
        taken = {each.id for each in self.questions}
        number = next(n for n in range(row + 1, 2 * row + 3) if n not in taken)
        self.questions.append(Question(number, "", type="fact"))
        self.endInsertRows()
        return row

    def drop(self, row: int) -> None:
        if 0 <= row < len(self.questions):
            self.beginRemoveRows(NO_INDEX, row, row)
            del self.questions[row]
            self.endRemoveRows()

    def written(self) -> list[Question]:
        """Those that ask something."""
        return [each for each in self.questions if each.question.strip()]

    # --- as Qt reads it ------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.questions)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(Place)

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        return found if self.frozen else found | Qt.ItemFlag.ItemIsEditable

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        return heads.head(HEADS, section, orientation, role, tips=TIPS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (
            Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole,
        ):  # fmt: skip
            return None
        each = self.questions[index.row()]
        match index.column():
            case Place.QUESTION:
                return each.question
            case Place.ANSWER:
                return PARTED.join(each.answers)
        return each.kind

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or self.frozen:
            return False
        each, text = self.questions[index.row()], str(value).strip()
        match index.column():
            case Place.QUESTION:
                changed = replace(each, question=text)
            case Place.ANSWER:
                answers = tuple(part.strip() for part in text.split("|") if part.strip())
                changed = replace(each, answers=answers, unanswerable=False)
                if answers and each.type == "unanswerable":
                    changed = replace(changed, type="fact")
            case _:
                if text not in TYPES:
                    return False
                none = text == "unanswerable"
                changed = replace(
                    each, type=text, unanswerable=none, answers=() if none else each.answers
                )
        self.questions[index.row()] = changed
        self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), len(Place) - 1))
        return True
