"""The library page: libraries, their files, and what is being done to them."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.facts import Facts
from desktop.library.document_table import DocumentTable
from desktop.library.job_card import JobCard
from desktop.library.jobs import LibraryJobs
from desktop.library.library_card import LibraryCard, summary
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.drop import DropTarget
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.notice import Notice
from desktop.words import count
from engine.progress import Progress
from engine.types import AddReport, Document, Library

if TYPE_CHECKING:
    from engine.assistant import Assistant

DEFAULT_LIBRARY = "Documents"


class LibraryPage(QWidget):
    changed = Signal()
    """The libraries are not what they were."""

    def __init__(
        self,
        theme: Theme,
        lanes: Lanes,
        assistant: "Assistant",
        jobs: LibraryJobs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._theme, self._lanes, self._assistant, self._jobs = theme, lanes, assistant, jobs
        self._libraries: tuple[Library, ...] = ()
        self._chosen: str | None = None
        self._notice: Notice | None = None
        self.cards: list[LibraryCard] = []

        self.title = label("Library", "title")
        self.summary = ElidedLabel("", "soft")
        self.update_button = Button(
            theme, "Update", icon="arrows-clockwise", tip="Look again for new and changed files"
        )
        self.update_button.clicked.connect(self._update)
        self.files_button = Button(theme, "Add files", icon="file-plus")
        self.files_button.clicked.connect(self.choose_files)
        self.folder_button = Button(theme, "Add a folder", icon="folder-plus", kind="main")
        self.folder_button.clicked.connect(self.choose_folder)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.summary)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        for button in (self.update_button, self.files_button, self.folder_button):
            head.addWidget(button)

        self._card_row = QHBoxLayout()
        self._card_row.setSpacing(12)
        self._card_row.addStretch(1)
        self.job = JobCard(theme)
        self.job.stopped.connect(jobs.stop)
        self.table = DocumentTable(theme)
        self.table.remove_wanted.connect(jobs.remove)
        self.empty = EmptyState(theme, icon="folder-open")
        self.empty.say(
            "Your library is empty",
            "Add a folder of PDF, Word, Markdown, HTML or text files, or drop it here. The files "
            "stay where they are; Alcove reads them and remembers where everything stands.",
            button="Add a folder",
        )
        self.empty.pressed.connect(self.choose_folder)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.table)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(32, 16, 32, 16)
        self._column.setSpacing(16)
        self._column.addLayout(head)
        self._column.addLayout(self._card_row)
        self._column.addWidget(self.job)
        self._column.addWidget(self._stack, 1)
        self.drop = DropTarget(theme, self)
        self.drop.dropped.connect(self.add)
        self._show_libraries()

        jobs.begun.connect(self._begun)
        jobs.progressed.connect(self._progress)
        jobs.reported.connect(self._report)
        jobs.removed.connect(self._removed)
        jobs.cancelled.connect(self._cancelled)
        jobs.failed.connect(self._failed)

    @property
    def target(self) -> str:
        """The library that files go to."""
        if self._chosen is not None:
            return self._chosen
        return self._libraries[0].name if len(self._libraries) == 1 else DEFAULT_LIBRARY

    def set_facts(self, facts: Facts) -> None:
        if facts.status.libraries != self._libraries:
            self._libraries = facts.status.libraries
            self._show_libraries()
            self.reload()

    def reload(self) -> None:
        assistant, chosen = self._assistant, self._chosen
        task = self._lanes.start("read", lambda _c: (chosen, tuple(assistant.documents(chosen))))
        task.succeeded.connect(self._fill)
        task.failed.connect(self._failed)

    @Slot(list)
    def add(self, paths: list[Path]) -> None:
        self._clear_notice()
        self._jobs.add(paths, self.target)

    @Slot()
    def choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Add a folder", str(Path.home()))
        if folder:
            self.add([Path(folder)])

    @Slot()
    def choose_files(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(self, "Add files", str(Path.home()))
        if files:
            self.add([Path(file) for file in files])

    @Slot()
    def _update(self) -> None:
        self._clear_notice()
        self._jobs.sync(self._chosen)

    # --- libraries -----------------------------------------------------------------------------

    def _show_libraries(self) -> None:
        names = [library.name for library in self._libraries]
        if self._chosen not in names:
            self._chosen = None
        for card in self.cards:
            self._card_row.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        if len(self._libraries) > 1:
            for at, library in enumerate(self._libraries):
                card = LibraryCard(library)
                card.chosen.connect(self._choose)
                card.choose(library.name == self._chosen)
                self._card_row.insertWidget(at, card)
                self.cards.append(card)
        self._show_head()

    def _show_head(self) -> None:
        shown = [one for one in self._libraries if self._chosen in (None, one.name)]
        if len(shown) == 1:
            self.summary.setText(f"{shown[0].name} · {summary(shown[0])}")
        elif shown:
            documents = sum(library.documents for library in shown)
            everything = count(documents, "document")
            self.summary.setText(f"{everything} in {count(len(shown), 'library', 'libraries')}")
        self.summary.setVisible(bool(shown))
        self.update_button.setVisible(bool(self._libraries))
        files = any(library.documents or library.failed for library in self._libraries)
        self._stack.setCurrentWidget(self.table if files else self.empty)
        self.folder_button.setVisible(files)
        self.drop.name(self.target)

    @Slot(str)
    def _choose(self, name: str) -> None:
        """One library, or all of them again when it is pressed twice."""
        self._chosen = None if self._chosen == name else name
        for card in self.cards:
            card.choose(card.library.name == self._chosen)
        self._show_head()
        self.reload()

    @Slot(object)
    def _fill(self, found: tuple[str | None, tuple[Document, ...]]) -> None:
        chosen, documents = found
        if chosen == self._chosen:
            roots = tuple(root for library in self._libraries for root in library.roots)
            self.table.documents.put(documents, roots)

    # --- jobs ----------------------------------------------------------------------------------

    @Slot(str)
    def _begun(self, words: str) -> None:
        self._clear_notice()
        self.job.begin(words)

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        self.job.show_progress(progress)

    @Slot(object)
    def _report(self, report: AddReport) -> None:
        self.job.report(report)
        self.changed.emit()

    @Slot(int)
    def _removed(self, documents: int) -> None:
        self.job.say(
            f"{count(documents, 'document')} removed from the library.",
            "The files themselves stay where they are.",
        )
        self.changed.emit()

    @Slot()
    def _cancelled(self) -> None:
        self.job.say("Stopped.", "What was read until then stays in the library.")
        self.changed.emit()

    @Slot(object)
    def _failed(self, problem: Problem) -> None:
        self.job.hide()
        self._clear_notice()
        self._notice = Notice.of(self._theme, problem, button="Close")
        self._notice.pressed.connect(self._clear_notice)
        self._column.insertWidget(2, self._notice)
        self.changed.emit()

    @Slot()
    def _clear_notice(self) -> None:
        if self._notice is not None:
            self._column.removeWidget(self._notice)
            self._notice.hide()
            self._notice.deleteLater()
            self._notice = None
