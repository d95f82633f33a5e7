"""The turns of one conversation, scrolled; stays at the end while an answer grows."""

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.chat.answer_view import AnswerView
from desktop.chat.context_facts import EMPTY, ContextFacts
from desktop.chat.memory_line import MemoryLine
from desktop.theme.theme import Theme
from desktop.widgets.column import centred
from desktop.widgets.labels import label

BUBBLE_SHARE = 0.75
"""Widest question, as a share of the column."""
NEAR_END_PX = 48


class QuestionBubble(QWidget):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.text: QLabel = label(text, wrap=True, select=True)
        self.text.setAccessibleName("Your question")
        bubble = QFrame()
        bubble.setProperty("kind", "bubble")
        inside = QVBoxLayout(bubble)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(self.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(bubble)
        self._bubble = bubble

    def fit(self, column_px: int) -> None:
        """A short question makes a short bubble; a long one wraps at three quarters."""
        widest = round(column_px * BUBBLE_SHARE)
        text = self.text.text()
        lines = text.splitlines() or [""]
        needed = max(self.text.fontMetrics().horizontalAdvance(line) for line in lines) + 36
        self._bubble.setFixedWidth(max(48, min(widest, needed)))


class ConversationView(QScrollArea):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.turns: list[QWidget] = []
        self.line: MemoryLine | None = None
        self._follow = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 4, 0, 16)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        ground = centred(self._inner)
        ground.setProperty("kind", "scrolled")
        self.setWidget(ground)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._keep_end)
        bar.valueChanged.connect(self._watch)

    @property
    def answers(self) -> list[AnswerView]:
        return [turn for turn in self.turns if isinstance(turn, AnswerView)]

    def clear(self) -> None:
        for turn in self.turns:
            self._column.removeWidget(turn)
            turn.hide()
            turn.deleteLater()
        self.turns = []
        self.show_memory(EMPTY)
        self._follow = True

    def add_question(self, text: str) -> None:
        bubble = QuestionBubble(text)
        bubble.fit(self._column_width())
        self._add(bubble)

    def add_answer(self, question: str) -> AnswerView:
        view = AnswerView(self._theme, question)
        self._add(view)
        return view

    def remove(self, answer: AnswerView) -> None:
        if answer in self.turns:
            self.turns.remove(answer)
            self._column.removeWidget(answer)
            answer.hide()
            answer.deleteLater()

    def show_memory(self, facts: ContextFacts) -> None:
        """Draw the line below the last turn that the model does not read any more.

        Turns are counted as they are stored, so that a failed answer, which is not, has no place.
        """
        if self.line is not None:
            self._column.removeWidget(self.line)
            self.line.hide()
            self.line.deleteLater()
            self.line = None
        stored = [
            turn
            for turn in self.turns
            if not (isinstance(turn, AnswerView) and turn.state == "failed")
        ]
        below = max(facts.dropped, default=-1) + 1
        if 0 < below < len(stored):
            self.line = MemoryLine(facts.summary)
            self._column.insertWidget(self._column.indexOf(stored[below]), self.line)

    def scroll_to_end(self) -> None:
        self._follow = True
        QTimer.singleShot(0, self, self._keep_end)

    def _add(self, turn: QWidget) -> None:
        self.turns.append(turn)
        self._column.insertWidget(self._column.count() - 1, turn)
        self._follow = True

    def _column_width(self) -> int:
        return min(self._inner.maximumWidth(), max(200, self.viewport().width() - 64))

    @Slot()
    def _keep_end(self) -> None:
        if self._follow:
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum())

    @Slot(int)
    def _watch(self, value: int) -> None:
        """Let go of the end when the user scrolls up, take hold again when back there."""
        self._follow = value >= self.verticalScrollBar().maximum() - NEAR_END_PX

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for turn in self.turns:
            if isinstance(turn, QuestionBubble):
                turn.fit(self._column_width())
