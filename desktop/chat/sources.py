"""The sources of one answer, as cards."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.chat.snippet import Snippet, opening, quote_only
from desktop.chat.source import Source
from desktop.chat.source_card import SourceCard
from desktop.theme.theme import Theme
from desktop.widgets.labels import label


class SourcesPanel(QWidget):
    opened = Signal(object)
    """The :class:`Source` whose page is wanted."""
    pin_wanted = Signal(str, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.cards: list[SourceCard] = []
        self._pinned: tuple[str, ...] = ()
        self.head = label("SOURCES", "head")
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(16, 0, 16, 16)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        self._scroll = scroll
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 15, 0, 0)
        column.setSpacing(12)
        self.head.setContentsMargins(16, 0, 16, 0)
        column.addWidget(self.head)
        column.addWidget(scroll, 1)

    def show_sources(self, sources: tuple[Source, ...]) -> None:
        for card in self.cards:
            self._column.removeWidget(card)
            card.deleteLater()
        self.cards = []
        cited = any(source.cited for source in sources)
        self.head.setText("SOURCES" if cited else "NEAREST PASSAGES")
        for at, source in enumerate(sources):
            card = SourceCard(self._theme, source)
            card.show_snippet(
                quote_only(source.quote) if source.cited else opening(source.quote, source.heading)
            )
            card.opened.connect(self._open)
            card.pin_wanted.connect(self.pin_wanted)
            card.show_pinned(source.path in self._pinned)
            self._column.insertWidget(at, card)
            self.cards.append(card)

    def show_pinned(self, paths: tuple[str, ...]) -> None:
        """Which documents stay before the model in this conversation."""
        self._pinned = paths
        for card in self.cards:
            card.show_pinned(card.source.path in paths)

    def show_snippets(self, snippets: dict[int, Snippet]) -> None:
        for card in self.cards:
            if card.source.number in snippets:
                card.show_snippet(snippets[card.source.number])

    def choose(self, number: int) -> None:
        """Outline one card and bring it into view; 0 outlines none."""
        for card in self.cards:
            card.choose(card.source.number == number)
            if card.source.number == number:
                self._scroll.ensureWidgetVisible(card)

    @Slot(int)
    def _open(self, number: int) -> None:
        for card in self.cards:
            if card.source.number == number:
                self.opened.emit(card.source)
