"""What an answer should have said, as the user writes it: shown, and changed in place."""

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label

KEPT = (
    "It is kept beside the answer, on this machine, and serves to measure answers and to teach. "
    "Ctrl+Enter keeps it, Esc leaves it."
)
LEAST_LINES, MOST_LINES = 3, 10


class CorrectionEdit(QPlainTextEdit):
    """Grows with its text."""

    kept = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "field")
        self.setAccessibleName("What the answer should have been")
        self.setPlaceholderText("What should it have said?")
        self.setTabChangesFocus(True)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.kept.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _fit(self) -> None:
        lines = round(self.document().size().height())
        lines = min(MOST_LINES, max(LEAST_LINES, lines))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 24)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()


class Correction(QWidget):
    """The kept correction, or the place to write one; hidden while there is neither."""

    corrected = Signal(str)
    """The text to be kept; empty takes it back."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kept = ""
        self.text = label("", "", wrap=True, select=True)
        self.shown = QFrame()
        self.shown.setProperty("kind", "notice")
        inside = QVBoxLayout(self.shown)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(4)
        inside.addWidget(label("Your correction", "tag"))
        inside.addWidget(self.text)
        self.edit = CorrectionEdit()
        self.edit.kept.connect(self._keep)
        self.edit.left.connect(self.leave)
        self.save = Button(theme, "Keep it", kind="main")
        self.save.clicked.connect(self._keep)
        self.cancel = Button(theme, "Cancel", kind="plain")
        self.cancel.clicked.connect(self.leave)
        self.drop = Button(theme, "Take it back", kind="plain")
        self.drop.clicked.connect(self._drop)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.drop)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        self.writing = QFrame()
        self.writing.setProperty("kind", "bubble")
        column = QVBoxLayout(self.writing)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(label("What should the answer have been?", "strong"))
        column.addWidget(self.edit)
        column.addWidget(label(KEPT, "soft", wrap=True))
        column.addLayout(buttons)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.addWidget(self.shown)
        whole.addWidget(self.writing)
        self.put("")

    def put(self, text: str) -> None:
        """What is kept; text that is being written stays."""
        self.kept = text
        self.text.setText(text)
        self._show(writing=not self.writing.isHidden() and not self.isHidden())

    def write(self, beginning: str) -> None:
        """Open the place to write, with what is kept, or else with the answer itself."""
        self.edit.setPlainText(self.kept or beginning)
        self._show(writing=True)
        self.edit.setFocus()
        self.edit.selectAll()

    @property
    def is_writing(self) -> bool:
        return not self.isHidden() and not self.writing.isHidden()

    @Slot()
    def leave(self) -> None:
        self._show(writing=False)

    def _show(self, *, writing: bool) -> None:
        self.writing.setVisible(writing)
        self.drop.setVisible(bool(self.kept))
        self.shown.setVisible(bool(self.kept) and not writing)
        self.setVisible(writing or bool(self.kept))

    @Slot()
    def _keep(self) -> None:
        self._take(self.edit.toPlainText().strip())

    @Slot()
    def _drop(self) -> None:
        self._take("")

    def _take(self, text: str) -> None:
        self._show(writing=False)
        if text != self.kept:
            self.put(text)
            self.corrected.emit(text)
