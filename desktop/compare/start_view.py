"""Where the Compare page begins: what it is for, and what was compared before."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.compare.facts import CompareFacts
from desktop.compare.past_card import PastCard
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.column import Aligned, centred, scrolled
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import label

PURPOSE = (
    "Your documents, a tuned model, or both: ask the same questions in each way and see, in "
    "numbers, what helps on your own files. Often the simplest way does."
)


class StartView(QWidget):
    new_wanted = Signal()
    opened = Signal(int)
    removed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.cards: list[PastCard] = []
        self.new = Button(theme, "New comparison", icon="plus", kind="main")
        self.new.clicked.connect(self.new_wanted)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("Compare", "title"))
        words.addWidget(label("The same questions, asked in several ways.", "soft"))
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 16, 0, 12)
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self.new)
        self.empty = EmptyState(theme, icon="scales")
        self.empty.say("Which way helps on your files?", PURPOSE, button="New comparison")
        self.empty.pressed.connect(self.new_wanted)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 4, 0, 24)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        scroll = scrolled(inner)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(scroll)
        over = centred(head)
        self._aligned = Aligned(over, scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(over)
        column.addWidget(self.stack, 1)

    def put(self, facts: CompareFacts) -> None:
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [PastCard(self._theme, each) for each in facts.past]
        for card in self.cards:
            card.opened.connect(self.opened)
            card.removed.connect(self.removed)
            self._column.insertWidget(self._column.count() - 1, card)
        self.stack.setCurrentIndex(1 if self.cards else 0)
        self.new.setVisible(bool(self.cards))
