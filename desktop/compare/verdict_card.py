"""The verdict in a few sentences; what it rests on is one click deeper."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from engine.evaluate.evaluated import Evaluated


class VerdictCard(QFrame):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bubble")
        self.head = label("", "title", wrap=True, select=True)
        self.rest = label("", wrap=True, select=True)
        self.why = Button(theme, "Why?", icon="caret-down", kind="chip")
        self.why.setCheckable(True)
        self.why.toggled.connect(self._fold)
        self.reasons = QWidget()
        self._rows = QVBoxLayout(self.reasons)
        self._rows.setContentsMargins(0, 4, 0, 0)
        self._rows.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(self.rest)
        column.addWidget(self.why, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.reasons)
        self._fold()

    def say(self, text: str) -> None:
        """A sentence for want of a verdict."""
        self._fill(text, "", [])

    def put(self, done: Evaluated) -> None:
        parts = [each for each in done.reasons if each.rule == "use"]
        head = parts[0].text if parts else done.verdict
        rest = done.verdict.removeprefix(head).strip()
        told = [(each.text, each.figures) for each in done.reasons]
        told += [(each, "") for each in done.notes]
        self._fill(head, rest, told)

    def _fill(self, head: str, rest: str, told: Sequence[tuple[str, str]]) -> None:
        self.head.setText(head)
        self.rest.setText(rest)
        self.rest.setVisible(bool(rest))
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for text, figures in told:
            self._rows.addWidget(label(text, wrap=True, select=True))
            if figures:
                self._rows.addWidget(label(figures, "soft", wrap=True, select=True))
            gap = QWidget()
            gap.setFixedHeight(6)
            self._rows.addWidget(gap)
        self.why.setVisible(bool(told))
        self.why.setChecked(False)
        self._fold()

    @Slot()
    def _fold(self) -> None:
        open_ = self.why.isChecked()
        self.reasons.setVisible(open_)
        self.why.set_icon("caret-up" if open_ else "caret-down")
