"""Why an answer came out as it did: what was understood, found, read and how long it took."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop import names
from desktop.chat import why_words
from desktop.theme.theme import Theme
from desktop.widgets.labels import ElidedLabel, label
from engine.why_types import FoundPassage, Why

HEADS = ("", "PASSAGE", "FOUND BY", "WORDS", "MEANING", "SCORE", "")
FIGURES = (3, 4, 5)
"""Columns of numbers, which stand to the right."""
FIGURES_FROM_PX = 480
TIPS = {
    3: "How well the words fit, from 0 to 1",
    4: "How near the meaning is, from -1 to 1",
    5: "Both together, from 0 to 1",
}


class PassageName(ElidedLabel):
    """The place of a found passage; chosen, it opens its page."""

    opened = Signal(object)

    def __init__(self, passage: FoundPassage) -> None:
        self.passage = passage
        place = names.place(passage.page, passage.label, passage.path)
        name = names.document_name(passage.path)
        shown = ", ".join(part for part in (name, place) if part)
        super().__init__(shown, mode=Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(f"Open {shown}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setProperty("kind", "open")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.passage)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.passage)
            return
        super().keyPressEvent(event)


class WhyPanel(QWidget):
    """Filled when it is opened for the first time: most answers are never asked why."""

    passage_wanted = Signal(object)
    """The :class:`FoundPassage` whose page is to be shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._why: Why | None = None
        self._filled = False
        self.rows: list[PassageName] = []
        self.figures: list[QLabel] = []
        """What gives way where the window is narrow."""
        self.setAccessibleName("Why this answer")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        ground = QFrame()
        ground.setProperty("kind", "bubble")
        self._column = QVBoxLayout(ground)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.addWidget(ground)
        self.hide()

    def put(self, why: Why | None) -> None:
        """What is to be told; drawn when it is opened."""
        self._why = why

    @Slot(bool)
    def unfold(self, open_: bool) -> None:
        if open_ and not self._filled and self._why is not None:
            self._filled = True
            self._fill(self._why)
        self.setVisible(open_ and self._filled)

    @property
    def text(self) -> str:
        """Everything it says, for whoever reads it aloud or tests it."""
        labels: list[QLabel] = self.findChildren(QLabel)
        return "\n".join(each.text() for each in labels if each.text())

    def _fill(self, why: Why) -> None:
        for at, words in enumerate(why_words.understood(why)):
            self._column.addWidget(label(words, "" if at == 0 else "softbody", wrap=True))
        found = why_words.found(why)
        if found:
            self._column.addSpacing(4)
            self._column.addLayout(self._table(why))
            self._column.addSpacing(4)
            self._column.addWidget(label(found, "softbody", wrap=True))
        for words in (why_words.whole(why), why_words.sure(why), why_words.steps(why)):
            if words:
                self._column.addWidget(label(words, "softbody", wrap=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for figure in self.figures:
            figure.setVisible(event.size().width() >= FIGURES_FROM_PX)

    def _table(self, why: Why) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column, words in enumerate(HEADS):
            head = label(words, "head")
            head.setToolTip(TIPS.get(column, ""))
            grid.addWidget(head, 0, column, right if column in FIGURES else Qt.AlignmentFlag(0))
            if column in FIGURES:
                self.figures.append(head)
        for at, each in enumerate(why.passages, start=1):
            name = PassageName(each)
            name.opened.connect(self.passage_wanted)
            self.rows.append(name)
            use, kind = why_words.use(each)
            grid.addWidget(label(str(each.rank), "soft"), at, 0)
            grid.addWidget(name, at, 1)
            grid.addWidget(label(why_words.FOUND[each.found_by], "soft"), at, 2)
            for column, figure in zip(FIGURES, (each.words, each.meaning, each.score), strict=True):
                shown = label(f"{figure:.2f}", "soft")
                self.figures.append(shown)
                grid.addWidget(shown, at, column, right)
            grid.addWidget(label(use, kind), at, 6)
        return grid
