"""Where questions are written: the text, attach, the context meter, Ask or Stop."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.chat.context_facts import ContextFacts
from desktop.chat.context_meter import ContextMeter
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel

ASK_DOCUMENTS = "Ask your documents…"
MOST_LINES = 7
ASK_WIDTH = 66
PIN_TIP = "Keep a document before the model"


class QuestionEdit(QPlainTextEdit):
    """Grows with its text. Enter asks, Shift+Enter makes a new line."""

    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        self.viewport().setAcceptDrops(False)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.entered.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _fit(self) -> None:
        lines = min(MOST_LINES, max(1, round(self.document().size().height())))
        whole = lines < MOST_LINES
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOff if whole else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        )
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 4)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()


class Composer(QFrame):
    asked = Signal(str)
    stopped = Signal()
    attach = Signal()
    pick = Signal()
    """A document is to be kept before the model."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "composer")
        self._answering = False
        self._blocked = ""
        self._meter = ""
        self.edit = QuestionEdit()
        self.edit.setPlaceholderText(ASK_DOCUMENTS)
        self.edit.setAccessibleName("Question")
        self.edit.entered.connect(self._enter)
        self.edit.textChanged.connect(self._show)
        self.clip = Button(theme, icon="paperclip", kind="chip", tip="Add files to the library")
        self.clip.setFixedSize(QSize(42, 26))
        self.clip.clicked.connect(self.attach)
        self.pin = Button(theme, icon="push-pin", kind="chip", tip=PIN_TIP)
        self.pin.setFixedSize(QSize(42, 26))
        self.pin.clicked.connect(self.pick)
        self.context = ContextMeter(theme)
        self.context.picker_wanted.connect(self.pick)
        self.meter = ElidedLabel("", "soft")
        self.button = Button(theme, "Ask", kind="main")
        self.button.setMinimumWidth(ASK_WIDTH)
        self.button.clicked.connect(self._press)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.clip)
        row.addWidget(self.pin)
        row.addWidget(self.context)
        row.addWidget(self.meter, 1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 13, 8, 8)
        column.setSpacing(16)
        text = QHBoxLayout()
        text.setContentsMargins(4, 0, 4, 0)
        text.addWidget(self.edit)
        column.addLayout(text)
        column.addLayout(row)
        self._show()

    def set_answering(self, answering: bool) -> None:
        self._answering = answering
        self._show()

    def set_blocked(self, reason: str) -> None:
        """Why nothing can be asked right now; empty when it can."""
        self._blocked = reason
        self._show()

    def set_context(self, facts: ContextFacts) -> None:
        """What share of the model's context the conversation takes, and which turns are in it."""
        self._meter = facts.words
        self.context.put(facts)
        self._show()

    def put(self, question: str) -> None:
        """Give a question back to be changed."""
        self.edit.setPlainText(question)
        self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        self.edit.setFocus()

    @Slot()
    def _enter(self) -> None:
        if self._answering or self._blocked:
            return
        question = self.edit.toPlainText().strip()
        if not question:
            self.meter.setText("Write a question first.")
            return
        self.edit.clear()
        self.asked.emit(question)

    @Slot()
    def _press(self) -> None:
        if self._answering:
            self.stopped.emit()
        else:
            self._enter()

    @Slot()
    def _show(self) -> None:
        self.button.setText("Stop" if self._answering else "Ask")
        self.button.setAccessibleName(self.button.text())
        self.button.setToolTip("Stop (Esc)" if self._answering else "Ask (Enter)")
        self.button.setEnabled(self._answering or not self._blocked)
        self.meter.setText(self._blocked or self._meter)
