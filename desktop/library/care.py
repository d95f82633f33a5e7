"""What is done with a whole library: its settings and glossary, its name, its file, its end."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.errors import Problem
from desktop.library.actions import LibraryActions
from desktop.library.glossary_dialog import GlossaryDialog
from desktop.library.import_dialog import ImportDialog
from desktop.library.jobs import LibraryJobs
from desktop.library.rename_dialog import RenameDialog
from desktop.library.settings_dialog import LibrarySettingsDialog
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets import ask
from desktop.words import count
from engine.library_types import LibrarySettings
from engine.progress import CancelToken
from engine.types import Library

if TYPE_CHECKING:
    from engine.assistant import Assistant

SUFFIX = ".alcove"
FILES = f"Alcove libraries (*{SUFFIX});;All files (*)"

BUSY = Problem(
    "Files are being read just now.", "Wait until that is done, or stop it, then try again.", "busy"
)


class LibraryCare(QObject):
    failed = Signal(object)
    renamed = Signal(str, str)
    """From which name to which."""

    def __init__(
        self,
        theme: Theme,
        lanes: Lanes,
        assistant: "Assistant",
        jobs: LibraryJobs,
        actions: LibraryActions,
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self._jobs, self._actions, self._page = jobs, actions, page

    # --- settings ------------------------------------------------------------------------------

    @Slot(object)
    def open_settings(self, library: Library) -> None:
        upkeep, name = self._assistant.upkeep, library.name
        task = self._lanes.start("read", lambda _cancel: (name, upkeep.settings(name)))
        task.succeeded.connect(self._show_settings)
        task.failed.connect(self.failed)

    @Slot(object)
    def _show_settings(self, found: tuple[str, LibrarySettings]) -> None:
        dialog = LibrarySettingsDialog(self._theme, *found, self._page)
        dialog.given.connect(self._keep_settings)
        self._actions.show(dialog)

    @Slot(str, object)
    def _keep_settings(self, name: str, settings: LibrarySettings) -> None:
        upkeep = self._assistant.upkeep

        def work(_cancel: CancelToken) -> str:
            upkeep.set_settings(name, settings)
            return name

        dialog = self._actions.dialog
        task = self._lanes.start("read", work)
        task.succeeded.connect(self._settings_kept)
        if isinstance(dialog, LibrarySettingsDialog):
            task.succeeded.connect(dialog.accept)
            task.failed.connect(dialog.show_problem)

    @Slot(object)
    def _settings_kept(self, name: str) -> None:
        self._jobs.sync(name)

    # --- glossary ------------------------------------------------------------------------------

    @Slot(object)
    def open_glossary(self, library: Library) -> None:
        dialog = GlossaryDialog(
            self._theme, self._lanes, self._assistant.glossary, library.name, self._page
        )
        self._actions.show(dialog)

    # --- name ----------------------------------------------------------------------------------

    @Slot(object)
    def rename(self, library: Library) -> None:
        dialog = RenameDialog(self._theme, library.name, self._page)
        dialog.given.connect(self._rename)
        self._actions.show(dialog)

    @Slot(str, str)
    def _rename(self, old: str, new: str) -> None:
        work = self._assistant.library_jobs

        def rename(_cancel: CancelToken) -> tuple[str, str]:
            return old, work.rename(old, new)

        dialog = self._actions.dialog
        if self._jobs.running and isinstance(dialog, RenameDialog):
            dialog.show_problem(BUSY)
            return
        task = self._lanes.start("vault", rename)
        task.succeeded.connect(self._renamed)
        if isinstance(dialog, RenameDialog):
            task.succeeded.connect(dialog.accept)
            task.failed.connect(dialog.show_problem)

    @Slot(object)
    def _renamed(self, names: tuple[str, str]) -> None:
        self.renamed.emit(*names)

    # --- one file ------------------------------------------------------------------------------

    @Slot(object)
    def export(self, library: Library) -> None:
        suggested = str(Path.home() / f"{_file_name(library.name)}{SUFFIX}")
        file, _ = QFileDialog.getSaveFileName(self._page, "Write the library", suggested, FILES)
        if file:
            path = Path(file)
            self._jobs.export_library(
                library.name, path if path.suffix else path.with_name(path.name + SUFFIX)
            )

    @Slot()
    def choose_import(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self._page, "Import a library", str(Path.home()), FILES
        )
        if file:
            dialog = ImportDialog(self._theme, Path(file), self._page)
            dialog.given.connect(self._import)
            self._actions.show(dialog)

    @Slot(object, str)
    def _import(self, file: Path, name: str) -> None:
        self._jobs.import_library(file, name)

    # --- the end -------------------------------------------------------------------------------

    @Slot(object)
    def remove(self, library: Library) -> None:
        agreed = ask.sure(
            self._theme,
            self._page,
            "Remove a library",
            f"Remove {library.name}?",
            f"What Alcove read of its {count(library.documents, 'document')} is forgotten, its "
            "settings and glossary too, and the room on the disk is given back.\n\n"
            "The files themselves stay where they are, and can be added again.",
            yes="Remove",
            no="Keep",
        )
        if agreed:
            self._jobs.remove_library(library.name)


def _file_name(name: str) -> str:
    """A library's name without what file systems refuse."""
    return "".join("-" if each in '/\\:*?"<>|' else each for each in name).strip(". ") or "library"
