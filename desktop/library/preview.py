"""What Alcove read of one file: its state, its pages as text, and what lies inside it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from desktop.chat.page_content import headings
from desktop.chat.page_text import PageText
from desktop.library.file_rows import WORDS, FileRow
from desktop.library.file_table import can_open
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import ElidedLabel, label
from desktop.words import count
from engine.ingest.retries import when_again
from engine.types import Document, Page

if TYPE_CHECKING:
    from engine.assistant import Assistant

WIDTH = 368
MOST_INSIDE = 12
"""Inner documents that are offered here; the table has them all."""


@dataclass(frozen=True, slots=True)
class Extract:
    row: FileRow
    pages: tuple[Page, ...]
    inside: tuple[Document, ...]


def read(assistant: "Assistant", row: FileRow) -> Extract:
    """Runs on the read lane."""
    return Extract(row, tuple(assistant.pages(row.path)), tuple(assistant.inner(row.path)))


class Preview(QFrame):
    closed = Signal()
    shown = Signal()
    """It takes place, or gives it back."""
    chosen = Signal(str)
    """The path of a document inside this one."""
    open_wanted = Signal()
    folder_wanted = Signal()
    retry_wanted = Signal()
    unlock_wanted = Signal()
    remove_wanted = Signal()

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "side")
        self.setMinimumWidth(WIDTH)
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self.extract: Extract | None = None
        self._row: FileRow | None = None
        self._at = 0
        self.name = ElidedLabel("", "strong", mode=Qt.TextElideMode.ElideMiddle)
        close = Button(theme, icon="x", kind="icon", tip="Close (Esc)")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.name, 1)
        head.addWidget(close)
        self.facts = label("", "soft", wrap=True)
        self.reason = label("", "warn", wrap=True, select=True)
        self.note = label("", "soft", wrap=True, select=True)
        self.outside = Button(theme, "Open", icon="arrow-square-out", kind="chip")
        self.outside.setToolTip("Open it in its own program")
        self.outside.clicked.connect(self.open_wanted)
        self.folder = Button(theme, "Folder", icon="folder-open", kind="chip")
        self.folder.setToolTip("Show it in its folder")
        self.folder.clicked.connect(self.folder_wanted)
        self.unlock = Button(theme, "Unlock…", icon="lock-open", kind="chip")
        self.unlock.clicked.connect(self.unlock_wanted)
        self.retry = Button(theme, "Read again", icon="arrow-clockwise", kind="chip")
        self.retry.clicked.connect(self.retry_wanted)
        self.remove = Button(theme, "Remove", icon="trash", kind="chip")
        self.remove.setToolTip("Forget it; the file itself stays")
        self.remove.clicked.connect(self.remove_wanted)
        actions = QWidget()
        row = FlowLayout(actions)
        for button in (self.unlock, self.outside, self.folder, self.retry, self.remove):
            row.addWidget(button)
        self.inside_head = label("INSIDE IT", "head")
        self.inside = QWidget()
        self._inside = FlowLayout(self.inside)
        self.earlier = Button(theme, icon="caret-left", kind="icon", tip="Previous page")
        self.earlier.clicked.connect(self._go_earlier)
        self.place = label("", "head")
        self.later = Button(theme, icon="caret-right", kind="icon", tip="Next page")
        self.later.clicked.connect(self._go_later)
        turning = QHBoxLayout()
        turning.setSpacing(4)
        turning.addWidget(self.place, 1)
        turning.addWidget(self.earlier)
        turning.addWidget(self.later)
        self.text = PageText(theme)
        over = QVBoxLayout()
        over.setContentsMargins(16, 12, 12, 0)
        over.setSpacing(8)
        over.addLayout(head)
        for part in (self.facts, self.reason, self.note, actions, self.inside_head, self.inside):
            over.addWidget(part)
        over.addLayout(turning)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(over)
        column.addWidget(self.text, 1)
        # Where nothing was read, the facts stay at the top.
        column.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding))
        self.hide()

    @property
    def row(self) -> FileRow | None:
        return self._row

    def show_row(self, row: FileRow) -> None:
        if row == self._row and self.isVisible():
            return
        if self._row is None or row.path != self._row.path:
            self._at = 0
            for part in (self.inside_head, self.inside, self.text, self.place):
                part.hide()
        self._row = row
        document = row.document
        self.name.setText(row.name)
        self.facts.setText(facts(row))
        self.reason.setText(row.reason)
        self.reason.setVisible(bool(row.reason))
        tried = row.state in ("failed", "locked")
        again = when_again(document) if document is not None and tried else ""
        self.note.setText((document.note or again) if document is not None else "")
        self.note.setVisible(bool(self.note.text()))
        for button in (self.outside, self.folder, self.retry):
            button.setVisible(can_open(row) and row.state != "away")
        self.unlock.setVisible(row.state == "locked")
        self.remove.setVisible(can_open(row) and row.document is not None)
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: read(assistant, row))
        task.succeeded.connect(self._show)
        self.show()

    @Slot(object)
    def _show(self, extract: Extract) -> None:
        if self._row is None or extract.row.path != self._row.path:
            return
        self.extract = extract
        while (item := self._inside.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for document in extract.inside[:MOST_INSIDE]:
            inner = FileRow(document.path, document.library, "ready", "", document)
            button = Button(self._theme, inner.name, icon="paperclip", kind="chip")
            button.setProperty("path", document.path)
            button.clicked.connect(self._choose_inside)
            self._inside.addWidget(button)
        self.inside_head.setVisible(bool(extract.inside))
        self.inside.setVisible(bool(extract.inside))
        self._turn(min(self._at, max(0, len(extract.pages) - 1)))

    def _turn(self, at: int) -> None:
        assert self.extract is not None
        pages = self.extract.pages
        self._at = at
        several = len(pages) > 1
        for part in (self.earlier, self.later):
            part.setVisible(several)
        self.earlier.setEnabled(at > 0)
        self.later.setEnabled(at + 1 < len(pages))
        self.place.setVisible(bool(pages))
        self.text.setVisible(bool(pages))
        if pages:
            page = pages[at]
            self.place.setText(page_words(page, len(pages)))
            self.text.show_text(page.text, None, headings(page))

    @Slot()
    def _go_earlier(self) -> None:
        self._turn(self._at - 1)

    @Slot()
    def _go_later(self) -> None:
        self._turn(self._at + 1)

    @Slot()
    def _choose_inside(self) -> None:
        self.chosen.emit(str(self.sender().property("path")))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)


def page_words(page: Page, pages: int) -> str:
    """``WHAT WAS READ``, ``PAGE 3 OF 12``, ``Slide 3 · 3 of 12``."""
    if pages == 1:
        return page.label or "What was read"
    return (
        f"{page.label} · {page.number} of {pages}"
        if page.label
        else (f"Page {page.number} of {pages}")
    )


def facts(row: FileRow) -> str:
    parts = [WORDS[row.state]]
    if row.document is not None and row.document.state == "indexed":
        parts += [count(row.pages, "page"), count(row.passages, "passage")]
    return " · ".join(parts)
