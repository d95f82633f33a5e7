"""The right side: the sources of the chosen answer, or one of them in its page."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop.chat.page_viewer import PageViewer
from desktop.chat.snippet import LONGEST_QUOTE, Snippet, snippet
from desktop.chat.source import Source
from desktop.chat.sources import SourcesPanel
from desktop.tasks import Lanes
from desktop.theme.theme import Theme

if TYPE_CHECKING:
    from engine.assistant import Assistant

WIDTH = 368
WIDEST = 640
MIDDLE_KEEPS = 480
"""What the conversation keeps of the width while a page is open beside it."""


class Side(QFrame):
    viewing_changed = Signal(bool)

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side")
        self._lanes, self._assistant = lanes, assistant
        self._sources: tuple[Source, ...] = ()
        self.panel = SourcesPanel(theme)
        self.panel.opened.connect(self.open)
        self.viewer = PageViewer(theme, lanes, assistant)
        self.viewer.closed.connect(self.close_page)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.panel)
        self._stack.addWidget(self.viewer)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.addWidget(self._stack)
        self.setFixedWidth(WIDTH)
        self.hide()

    @property
    def viewing(self) -> bool:
        return self.isVisible() and self._stack.currentWidget() is self.viewer

    def show_sources(self, sources: tuple[Source, ...]) -> None:
        """Show cards, at first with the bare quotes; the pages around them follow."""
        self._sources = sources
        self.panel.show_sources(sources)
        self._stack.setCurrentWidget(self.panel)
        self.setVisible(bool(sources))
        self.viewing_changed.emit(False)
        if sources:
            assistant = self._assistant
            task = self._lanes.start("read", lambda _cancel: (sources, around(assistant, sources)))
            task.succeeded.connect(self._fill)

    @Slot(object)
    def open(self, source: Source) -> None:
        self.panel.choose(source.number)
        self._stack.setCurrentWidget(self.viewer)
        self.show()
        self.viewing_changed.emit(True)
        self.viewer.open(source)
        self.viewer.setFocus()

    def open_number(self, number: int) -> None:
        for source in self._sources:
            if source.number == number:
                self.open(source)

    @Slot()
    def close_page(self) -> None:
        self._stack.setCurrentWidget(self.panel)
        self.setVisible(bool(self._sources))
        self.viewing_changed.emit(False)

    def fit(self, room: int) -> None:
        """Take the width that fits into ``room``, which the conversation shares."""
        wide = max(WIDTH, min(WIDEST, room - MIDDLE_KEEPS))
        self.setFixedWidth(wide if self._stack.currentWidget() is self.viewer else WIDTH)

    @Slot(object)
    def _fill(self, found: tuple[tuple[Source, ...], dict[int, Snippet]]) -> None:
        sources, snippets = found
        if sources is self._sources:
            self.panel.show_snippets(snippets)


def in_row(page: str, source: Source) -> Snippet | None:
    """The one cell that is cited within its row; None for several, and for long rows."""
    if len(source.cells) != 1 or source.end - source.start > LONGEST_QUOTE:
        return None
    (cell,) = source.cells
    before, after = page[source.start : cell.start], page[cell.end : source.end]
    return Snippet(before, page[cell.start : cell.end], after)


def around(assistant: "Assistant", sources: tuple[Source, ...]) -> dict[int, Snippet]:
    """Each cited quote with its surroundings; runs on the read lane."""
    texts: dict[str, dict[int, str]] = {}
    made: dict[int, Snippet] = {}
    for source in sources:
        if source.path not in texts:
            texts[source.path] = {page.number: page.text for page in assistant.pages(source.path)}
        page = texts[source.path].get(source.page, "")
        # A document that was read anew since may no longer hold the quote at its old place.
        if source.cited and page[source.start : source.end] == source.quote:
            row = in_row(page, source)
            made[source.number] = row or snippet(page, source.start, source.end)
    return made
