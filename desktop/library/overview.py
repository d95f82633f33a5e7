"""All libraries and all sources as cards."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.library.library_card import LibraryCard
from desktop.library.source_card import SourceCard
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import ElidedLabel, label
from desktop.words import count
from engine.store.sources import Source
from engine.types import Library

SOURCES_WORDS = (
    "Databases and tables that are pulled again and again; questions about them are counted."
)


class Overview(QWidget):
    built = Signal()
    """The cards were drawn anew."""
    add_folder = Signal()
    add_files = Signal()
    new_library = Signal()
    import_wanted = Signal()
    new_source = Signal()
    why_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.cards: list[LibraryCard] = []
        self.sources: list[SourceCard] = []
        self.summary = ElidedLabel("", "soft")
        self.why = Button(theme, "Why is a file not found?", icon="question")
        self.why.clicked.connect(self.why_wanted)
        self.import_button = Button(theme, "Import", icon="download-simple")
        self.import_button.setToolTip("Take in a library that was exported to a file")
        self.import_button.clicked.connect(self.import_wanted)
        self.new_button = Button(theme, "New library", icon="folder-plus", kind="main")
        self.new_button.clicked.connect(self.new_library)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("Library", "title"))
        words.addWidget(self.summary)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addWidget(self.why)
        head.addWidget(self.import_button)
        head.addWidget(self.new_button)
        self.empty = EmptyState(theme, icon="folder-open")
        self.empty.say(
            "Your library is empty",
            "Add a folder of documents, mails, tables or pictures, or drop it here. The files "
            "stay where they are; Alcove reads them and remembers where everything stands.",
            button="Add a folder",
        )
        self.empty.pressed.connect(self.add_folder)
        self.source_button = Button(theme, "Add a source", icon="database")
        self.source_button.clicked.connect(self.new_source)
        self._libraries = FlowLayout(spacing=16)
        self._source_flow = FlowLayout(spacing=16)
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(32, 0, 32, 24)
        column.setSpacing(12)
        column.addLayout(self._libraries)
        column.addSpacing(20)
        column.addLayout(self._source_head())
        column.addLayout(self._source_flow)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(scroll)
        over = QWidget()
        over.setLayout(head)
        head.setContentsMargins(32, 16, 32, 16)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(over)
        whole.addWidget(self._stack, 1)
        self.put((), frozenset())

    def _source_head(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("Sources", "title"))
        words.addWidget(label(SOURCES_WORDS, "soft", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self.source_button)
        return row

    def put(self, libraries: tuple[Library, ...], unwatched: frozenset[str]) -> None:
        _clear(self._libraries, self.cards)
        self.cards = [
            LibraryCard(self._theme, one, watched=one.name not in unwatched) for one in libraries
        ]
        for card in self.cards:
            self._libraries.addWidget(card)
        documents = sum(one.documents for one in libraries)
        shelves = count(len(libraries), "library", "libraries")
        self.summary.setText(f"{count(documents, 'document')} in {shelves}")
        self._show()
        self.built.emit()

    def put_sources(self, sources: tuple[Source, ...]) -> None:
        if tuple(card.source for card in self.sources) == sources:
            return
        _clear(self._source_flow, self.sources)
        self.sources = [SourceCard(self._theme, source) for source in sources]
        for card in self.sources:
            self._source_flow.addWidget(card)
        self._show()
        self.built.emit()

    def _show(self) -> None:
        some = bool(self.cards or self.sources)
        self._stack.setCurrentIndex(1 if some else 0)
        for part in (self.summary, self.new_button, self.why):
            part.setVisible(some)


def _clear(flow: FlowLayout, cards: list[LibraryCard] | list[SourceCard]) -> None:
    for card in cards:
        flow.removeWidget(card)
        card.hide()
        card.deleteLater()
