"""One example under the table: what is asked, what is learnt, where it comes from and why."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label
from engine.teach.review import Reviewed

QUESTION_PX, ANSWER_PX = 54, 74


class ExampleEditor(QFrame):
    saved = Signal(int, str, str)
    """Number, question and answer of the example that was changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.row: Reviewed | None = None
        self.why = ElidedLabel("", "soft")
        self.question = self._field("Question of this example", QUESTION_PX)
        self.answer = self._field("Answer of this example", ANSWER_PX)
        self.quote = label("", "soft", wrap=True, select=True)
        self.save = Button(theme, "Keep this change", icon="check", kind="chip")
        self.save.clicked.connect(self._save)
        self.undo = Button(theme, "As it was", kind="chip")
        self.undo.clicked.connect(self._undo)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.why, 1)
        top.addWidget(self.undo)
        top.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(6)
        column.addLayout(top)
        column.addWidget(self.question)
        column.addWidget(self.answer)
        column.addWidget(self.quote)

    def _field(self, name: str, height: int) -> QPlainTextEdit:
        made = QPlainTextEdit()
        made.setProperty("kind", "field")
        made.setAccessibleName(name)
        made.setFixedHeight(height)
        made.setTabChangesFocus(True)
        made.textChanged.connect(self._fit)
        return made

    def put(self, row: Reviewed | None) -> None:
        """Show one example; what was typed and not kept is not lost while it stays the same."""
        if row is not None and self.row is not None and row == self.row:
            return
        self.row = row
        self.setVisible(row is not None)
        if row is None:
            return
        self._undo()
        source = Path(row.example.source).name or row.example.source
        self.why.setText(" · ".join(part for part in (row.example.why, source) if part))
        self.quote.setText(f"“{row.quote}”" if row.quote else "")
        self.quote.setVisible(bool(row.quote))

    @property
    def changed(self) -> bool:
        return self.row is not None and (
            self.question.toPlainText().strip() != self.row.question.strip()
            or self.answer.toPlainText().strip() != self.row.example.answer.strip()
        )

    @Slot()
    def _undo(self) -> None:
        if self.row is not None:
            self.question.setPlainText(self.row.question)
            self.answer.setPlainText(self.row.example.answer)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        self.save.setVisible(self.changed)
        self.undo.setVisible(self.changed)

    @Slot()
    def _save(self) -> None:
        if self.row is not None:
            self.saved.emit(
                self.row.number,
                self.question.toPlainText().strip(),
                self.answer.toPlainText().strip(),
            )
