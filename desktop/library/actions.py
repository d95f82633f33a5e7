"""What the buttons of the library page do: ask for what is missing, then hand it to the jobs."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop.errors import Problem
from desktop.library.choose_library import ChooseLibrary
from desktop.library.file_rows import FileRow
from desktop.library.jobs import LibraryJob, LibraryJobs
from desktop.library.new_library import NewLibrary
from desktop.library.source_dialog import SourceDialog
from desktop.library.unlock_dialog import UnlockDialog
from desktop.library.why import Why
from desktop.library.why_dialog import WhyDialog
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets import ask
from desktop.widgets.dialog import AskDialog
from engine.progress import CancelToken
from engine.store.sources import Source
from engine.types import Library

if TYPE_CHECKING:
    from engine.assistant import Assistant


class LibraryActions(QObject):
    added = Signal(list, str)
    """Paths and the library that they go to."""
    shown = Signal(str, str)
    """A file is to be shown: its library and path."""
    update_wanted = Signal()
    resume_wanted = Signal()
    password_kept = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        lanes: Lanes,
        assistant: "Assistant",
        jobs: LibraryJobs,
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self._jobs, self._page = jobs, page
        self.dialog: QDialog | None = None
        """The one that is open, for whoever draws or tests it."""

    def show(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.finished.connect(self._closed)
        dialog.open()

    @Slot()
    def _closed(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, QDialog):
            dialog.deleteLater()
            if dialog is self.dialog:
                self.dialog = None

    # --- adding --------------------------------------------------------------------------------

    def choose_folder(self, library: str) -> None:
        folder = QFileDialog.getExistingDirectory(self._page, "Add a folder", str(Path.home()))
        if folder:
            self.added.emit([Path(folder)], library)

    def choose_files(self, library: str) -> None:
        files, _ = QFileDialog.getOpenFileNames(self._page, "Add files", str(Path.home()))
        if files:
            self.added.emit([Path(file) for file in files], library)

    def new_library(self, taken: frozenset[str]) -> None:
        dialog = NewLibrary(self._theme, taken, self._page)
        dialog.folder_wanted.connect(self.choose_folder)
        dialog.files_wanted.connect(self.choose_files)
        self.show(dialog)

    def choose_library(self, paths: list[Path], libraries: tuple[Library, ...]) -> None:
        dialog = ChooseLibrary(self._theme, paths, libraries, self._page)
        dialog.chosen.connect(self.added)
        self.show(dialog)

    # --- files ---------------------------------------------------------------------------------

    @Slot(list)
    def retry(self, rows: list[FileRow]) -> None:
        for library in dict.fromkeys(row.library for row in rows):
            paths = [Path(row.file) for row in rows if row.library == library]
            self._jobs.retry(paths, library)

    @Slot(list)
    def remove(self, rows: list[FileRow]) -> None:
        paths = [Path(row.path) for row in rows if row.document is not None]
        if paths:
            self._jobs.remove(paths)

    @Slot(object)
    def unlock(self, row: FileRow) -> None:
        self.ask_password(row)

    def ask_password(self, row: FileRow, *, wrong: bool = False) -> None:
        dialog = UnlockDialog(self._theme, row, wrong=wrong, parent=self._page)
        dialog.given.connect(self._unlock)
        self.show(dialog)

    @Slot(str, str, bool)
    def _unlock(self, path: str, password: str, remember: bool) -> None:
        self._jobs.unlock(path, password, remember=remember)

    # --- why -----------------------------------------------------------------------------------

    @Slot(str)
    def ask_why(self, path: str = "") -> None:
        dialog = WhyDialog(self._theme, self._lanes, self._assistant, self._page)
        dialog.step_wanted.connect(self._step)
        self.show(dialog)
        if path:
            dialog.look(path)

    @Slot(object)
    def _step(self, found: Why) -> None:
        match found.step:
            case "add":
                self.added.emit([Path(found.path)], found.library)
            case "retry" if found.row is not None:
                self.retry([found.row])
            case "unlock" if found.row is not None:
                self.ask_password(found.row)
            case "update":
                self.update_wanted.emit()
            case "resume":
                self.resume_wanted.emit()
            case "show":
                self.shown.emit(found.library, found.path)

    # --- sources -------------------------------------------------------------------------------

    def new_source(self, library: str) -> None:
        dialog = SourceDialog(self._theme, library, self._page)
        dialog.given.connect(self._add_source)
        self.show(dialog)

    @Slot(object)
    def change_source(self, source: Source) -> None:
        dialog = SourceDialog(self._theme, source.library, self._page, source=source)
        dialog.given.connect(self._change_source)
        self.show(dialog)

    @Slot(object, str, str)
    def _add_source(self, source: Source, table: str, password: str) -> None:
        self._jobs.add_source(source, table=table, password=password)

    @Slot(object, str, str)
    def _change_source(self, source: Source, table: str, password: str) -> None:
        self._jobs.change_source(source, table=table, password=password)

    def source_ended(self, job: LibraryJob, problem: Problem | None = None) -> bool:
        """The rows of a typed source are there, or not: then its dialog comes again.

        Tells whether a dialog was waiting for this.
        """
        dialog = self.dialog
        if job.kind not in ("source", "change") or not isinstance(dialog, SourceDialog):
            return False
        if problem is None:
            dialog.accept()
        else:
            dialog.show_problem(problem)
        return True

    @Slot(str)
    def pull(self, name: str) -> None:
        self._jobs.pull(name)

    @Slot(str)
    def remove_source(self, name: str) -> None:
        agreed = ask.sure(
            self._theme,
            self._page,
            "Remove a source",
            f"Remove {name}?",
            "Its rows are forgotten here. Nothing changes where they came from.",
            yes="Remove",
            no="Keep",
        )
        if agreed:
            self._jobs.remove_source(name)

    @Slot(str)
    def ask_source_password(self, name: str) -> None:
        dialog = AskDialog(
            self._theme,
            f"Password of {name}",
            "It is kept in the keyring of this system and nowhere else. "
            "Leave it empty to have it forgotten.",
            yes="Keep it",
            parent=self._page,
        )
        self._line = dialog.line("Password", hidden=True)
        self._source = name
        dialog.agreed.connect(self._keep_password)
        self.show(dialog)
        self._line.setFocus()

    @Slot()
    def _keep_password(self) -> None:
        sources, name, password = self._assistant.sources, self._source, self._line.text()
        self._line.clear()

        def work(_cancel: CancelToken) -> str:
            sources.set_password(name, password)
            return name

        task = self._lanes.start("read", work)
        task.succeeded.connect(self.password_kept)
        task.failed.connect(self.failed)
        if self.dialog is not None:
            self.dialog.accept()
