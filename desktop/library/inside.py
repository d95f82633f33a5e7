"""One library from the inside: its files in a table, filters over it, a preview beside it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from desktop.library import preview
from desktop.library.file_rows import Files
from desktop.library.file_table import FileTable
from desktop.library.filters import CHIP_DOWN_PX, Filters
from desktop.library.library_card import summary
from desktop.library.preview import Preview
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, label
from engine.types import Library

if TYPE_CHECKING:
    from engine.assistant import Assistant

SIDE_MARGIN = 32
TABLE_KEEPS = 560
"""What the table keeps of the width while a preview stands beside it."""
MOST_PX = 16_777_215
"""Qt's own bound of a width."""


HEAD_NEEDS = 760
"""Width under which the buttons over the table show their icons only."""


class LibraryView(QWidget):
    left = Signal()
    """Back to all libraries."""
    update_wanted = Signal()
    files_wanted = Signal()
    folder_wanted = Signal()
    why_wanted = Signal(str)
    """A path, or empty where it is yet to be chosen."""
    settings_wanted = Signal(object)
    """These five with the :class:`Library`."""
    glossary_wanted = Signal(object)
    rename_wanted = Signal(object)
    export_wanted = Signal(object)
    remove_library_wanted = Signal(object)

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.library: Library | None = None
        self.back = Button(theme, icon="arrow-left", kind="icon", tip="All libraries (Esc)")
        self.back.clicked.connect(self.left)
        self.title = ElidedLabel("", "title")
        self.summary = ElidedLabel("", "soft")
        self.update_button = Button(
            theme, "Update", icon="arrows-clockwise", tip="Look again for new and changed files"
        )
        self.update_button.clicked.connect(self.update_wanted)
        self.files_button = Button(theme, "Add files", icon="file-plus")
        self.files_button.clicked.connect(self.files_wanted)
        self.folder_button = Button(theme, "Add a folder", icon="folder-plus", kind="main")
        self.folder_button.clicked.connect(self.folder_wanted)
        self.settings_button = Button(
            theme, icon="sliders-horizontal", kind="icon", tip="Settings of this library"
        )
        self.settings_button.clicked.connect(self._settings)
        self.glossary_button = Button(
            theme, icon="book-bookmark", kind="icon", tip="Glossary of this library"
        )
        self.glossary_button.clicked.connect(self._glossary)
        self.more_button = Button(theme, icon="dots-three", kind="icon", tip="More")
        self.more_button.setMenu(self._more())
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.summary)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.back)
        head.addLayout(words, 1)
        for button in (self.settings_button, self.glossary_button, self.more_button):
            head.addWidget(button)
        for button in (self.update_button, self.files_button, self.folder_button):
            head.addWidget(button)
        self.filters = Filters(theme)
        self.filters.changed.connect(self._narrow)
        self.why = Button(theme, "Why not found?", icon="question", kind="chip")
        self.why.setToolTip("Look up why a file is not found")
        self.why.clicked.connect(self._why)
        filters = QHBoxLayout()
        filters.setSpacing(8)
        filters.addWidget(self.filters, 1)
        beside = QVBoxLayout()
        beside.setContentsMargins(0, CHIP_DOWN_PX, 0, 0)
        beside.addWidget(self.why)
        beside.addStretch(1)
        filters.addLayout(beside)
        self.table = FileTable(theme)
        self.table.chosen_changed.connect(self._chosen)
        self.table.why_wanted.connect(self.why_wanted)
        self.nothing = label("No file is like that.", "softbody")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.preview = Preview(theme, lanes, assistant)
        self.preview.shown.connect(self._fit)
        self.preview.closed.connect(self._close_preview)
        self.preview.chosen.connect(self.table.choose)
        self.preview.open_wanted.connect(self.table.open_chosen)
        self.preview.folder_wanted.connect(self.table.show_chosen)
        self.preview.retry_wanted.connect(self.table.retry_chosen)
        self.preview.unlock_wanted.connect(self.table.unlock_chosen)
        self.preview.remove_wanted.connect(self.table.remove_chosen)
        self.middle = QWidget()
        middle = QVBoxLayout(self.middle)
        middle.setContentsMargins(SIDE_MARGIN, 16, SIDE_MARGIN, 0)
        middle.setSpacing(16)
        middle.addLayout(head)
        middle.addLayout(filters)
        middle.addWidget(self.nothing)
        middle.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.middle, 1)
        row.addWidget(self.preview)

    def show_library(self, library: Library) -> None:
        another = self.library is None or self.library.name != library.name
        self.library = library
        self.title.setText(library.name)
        self.summary.setText(summary(library))
        if another:
            self.table.put(Files(library.name, (), ()))
            self.preview.hide()
            self.filters.reset()

    def put(self, files: Files) -> None:
        if self.library is not None and files.library == self.library.name:
            self.filters.count(files)
            self.table.put(files)
            self._tell_nothing()

    @Slot()
    def _narrow(self) -> None:
        self.table.narrow(self.filters.shown, self.filters.words)
        self._tell_nothing()

    def _tell_nothing(self) -> None:
        files = self.table.files
        self.nothing.setVisible(bool(files.files.rows) and not files.rowCount())

    @Slot()
    def _chosen(self) -> None:
        chosen = self.table.chosen()
        if len(chosen) == 1:
            self.preview.show_row(chosen[0])
        else:
            self.preview.hide()

    @Slot()
    def _close_preview(self) -> None:
        self.table.clearSelection()
        self.preview.hide()
        self.table.setFocus()

    @Slot()
    def _why(self) -> None:
        self.why_wanted.emit("")

    def _more(self) -> QMenu:
        menu = QMenu(self)
        self.rename_action = menu.addAction("Rename…")
        self.rename_action.triggered.connect(self._rename)
        self.export_action = menu.addAction("Export to a file…")
        self.export_action.triggered.connect(self._export)
        menu.addSeparator()
        self.remove_action = menu.addAction("Remove this library…")
        self.remove_action.triggered.connect(self._remove)
        return menu

    @Slot()
    def _settings(self) -> None:
        self.settings_wanted.emit(self.library)

    @Slot()
    def _glossary(self) -> None:
        self.glossary_wanted.emit(self.library)

    @Slot()
    def _rename(self) -> None:
        self.rename_wanted.emit(self.library)

    @Slot()
    def _export(self) -> None:
        self.export_wanted.emit(self.library)

    @Slot()
    def _remove(self) -> None:
        self.remove_library_wanted.emit(self.library)

    @Slot()
    def _fit(self) -> None:
        """The preview stands beside the table, or before it where there is no room for both."""
        over = not self.preview.isHidden() and self.width() < preview.WIDTH + TABLE_KEEPS
        self.middle.setVisible(not over)
        self.preview.setMaximumWidth(MOST_PX if over else preview.WIDTH)
        beside = 0 if self.preview.isHidden() or over else preview.WIDTH
        short = self.width() - beside < HEAD_NEEDS
        for button in (self.update_button, self.files_button, self.folder_button):
            button.show_words(not short)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.preview.isVisible():
                self._close_preview()
            else:
                self.left.emit()
            return
        super().keyPressEvent(event)
