"""The library page: libraries and sources as cards, one library from the inside, and the work."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.facts import Facts
from desktop.library import file_rows
from desktop.library.actions import LibraryActions
from desktop.library.care import LibraryCare
from desktop.library.file_rows import Files
from desktop.library.inside import SIDE_MARGIN, LibraryView
from desktop.library.job_card import JobCard, changed_something, watched_words
from desktop.library.job_words import RESUMABLE, result_words, stopped_words
from desktop.library.jobs import LibraryJob, LibraryJobs
from desktop.library.overview import Overview
from desktop.library.pull_words import pull_words
from desktop.library.watching import Watching
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.drop import DropTarget
from desktop.widgets.notice import Notice
from desktop.words import count
from engine.library_types import AddReport, Waiting
from engine.progress import Progress
from engine.store.attached import file_of
from engine.store.sources import Source
from engine.types import Library

if TYPE_CHECKING:
    from engine.assistant import Assistant

DEFAULT_LIBRARY = "Documents"
SOURCES_LIBRARY = "Sources"
BELOW = 12


@dataclass(frozen=True, slots=True)
class _Found:
    sources: tuple[Source, ...]
    files: Files | None


class LibraryPage(QWidget):
    changed = Signal()
    """The libraries are not what they were."""

    def __init__(
        self,
        theme: Theme,
        lanes: Lanes,
        assistant: "Assistant",
        jobs: LibraryJobs,
        watching: Watching,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._theme, self._lanes, self._assistant, self._jobs = theme, lanes, assistant, jobs
        self._watching = watching
        self._libraries: tuple[Library, ...] = ()
        self._waiting = Waiting()
        self._wanted = ""
        """The library to show the inside of; empty for all cards."""
        self._awaited = ""
        """A library's new name that facts being read just then do not tell yet."""
        self._pick = ""
        """A file to choose once the table holds it."""
        self.notice: Notice | None = None

        self.actions_ = LibraryActions(theme, lanes, assistant, jobs, self)
        self.care = LibraryCare(theme, lanes, assistant, jobs, self.actions_, self)
        self.overview = Overview(theme)
        self.inside = LibraryView(theme, lanes, assistant)
        self.table = self.inside.table
        self.stack = QStackedWidget()
        self.stack.addWidget(self.overview)
        self.stack.addWidget(self.inside)
        self.job = JobCard(theme)
        self._below = QVBoxLayout()
        self._below.setContentsMargins(SIDE_MARGIN, 0, SIDE_MARGIN, 0)
        self._below.addWidget(self.job)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stack, 1)
        column.addLayout(self._below)
        self.drop = DropTarget(theme, self)
        self.drop.dropped.connect(self.add)
        self._wire()

    def _wire(self) -> None:
        act, over, view, jobs = self.actions_, self.overview, self.inside, self._jobs
        care = self.care
        over.built.connect(self._listen)
        over.add_folder.connect(self.choose_folder)
        over.new_library.connect(self._new_library)
        over.new_source.connect(self._new_source)
        over.why_wanted.connect(act.ask_why)
        view.left.connect(self.show_all)
        view.update_wanted.connect(self._update)
        view.files_wanted.connect(self.choose_files)
        view.folder_wanted.connect(self.choose_folder)
        view.why_wanted.connect(act.ask_why)
        view.settings_wanted.connect(care.open_settings)
        view.glossary_wanted.connect(care.open_glossary)
        view.rename_wanted.connect(care.rename)
        view.export_wanted.connect(care.export)
        view.remove_library_wanted.connect(care.remove)
        over.import_wanted.connect(care.choose_import)
        care.failed.connect(self._tell)
        care.renamed.connect(self._renamed)
        self.table.remove_wanted.connect(act.remove)
        self.table.retry_wanted.connect(act.retry)
        self.table.unlock_wanted.connect(act.unlock)
        act.added.connect(self._add_to)
        act.shown.connect(self.show_file)
        act.update_wanted.connect(self._update)
        act.resume_wanted.connect(self.resume)
        act.password_kept.connect(jobs.pull)
        act.failed.connect(self._tell)
        self.job.shown.connect(self._space)
        self.job.stopped.connect(jobs.stop)
        self.job.resumed.connect(self.resume)
        self._watching.reported.connect(self._seen)
        jobs.begun.connect(self._begun)
        jobs.progressed.connect(self._progress)
        jobs.reported.connect(self._report)
        jobs.removed.connect(self._removed)
        jobs.done.connect(self._done)
        jobs.pulled.connect(self._pulled)
        jobs.cancelled.connect(self._cancelled)
        jobs.failed.connect(self._failed)

    # --- which library -------------------------------------------------------------------------

    @property
    def cards(self) -> list[QWidget]:
        return [*self.overview.cards]

    @property
    def target(self) -> str:
        """The library that files go to."""
        if self._wanted:
            return self._wanted
        return self._libraries[0].name if len(self._libraries) == 1 else DEFAULT_LIBRARY

    @Slot()
    def show_all(self) -> None:
        self._wanted = ""
        self._show()
        self.overview.setFocus()

    @Slot(str)
    def show_library(self, name: str) -> None:
        self._wanted = name
        self._show()
        self.table.setFocus()

    @Slot(str, str)
    def show_file(self, library: str, path: str) -> None:
        self._pick = path
        self.show_library(library)

    def _show(self) -> None:
        found = next((one for one in self._libraries if one.name == self._wanted), None)
        if found is not None:
            self.inside.show_library(found)
        self.stack.setCurrentWidget(self.overview if found is None else self.inside)
        self.drop.name(self.target)
        self.reload()

    def set_facts(self, facts: Facts) -> None:
        self._waiting = facts.status.waiting
        awaited, self._awaited = self._awaited, ""
        if awaited and awaited not in {one.name for one in facts.status.libraries}:
            return
        if facts.status.libraries == self._libraries:
            return
        self._libraries = facts.status.libraries
        names = {one.name for one in self._libraries}
        if self._wanted not in names and not self._jobs.running:
            self._wanted = ""
        self.overview.put(self._libraries, self._watching.unwatched)
        self._watching.set_libraries(self._libraries)
        self._show()

    @Slot()
    def _listen(self) -> None:
        """The cards were drawn anew."""
        for card in self.overview.cards:
            card.opened.connect(self.show_library)
            card.watch_changed.connect(self._watching.watch)
        for source in self.overview.sources:
            source.pull_wanted.connect(self.actions_.pull)
            source.change_wanted.connect(self.actions_.change_source)
            source.remove_wanted.connect(self.actions_.remove_source)
            source.password_wanted.connect(self.actions_.ask_source_password)

    @Slot()
    def reload(self) -> None:
        assistant, library = self._assistant, self._wanted

        def work(_cancel: object) -> _Found:
            files = file_rows.read(assistant, library) if library else None
            return _Found(tuple(assistant.sources.all()), files)

        task = self._lanes.start("read", work)
        task.succeeded.connect(self._fill)
        task.failed.connect(self._tell)

    @Slot(object)
    def _fill(self, found: _Found) -> None:
        if tuple(card.source for card in self.overview.sources) != found.sources:
            self.overview.put_sources(found.sources)
        if found.files is not None and found.files.library == self._wanted:
            self.inside.put(found.files)
            if self._pick:
                self.table.choose(self._pick)
                self._pick = ""

    # --- adding --------------------------------------------------------------------------------

    @Slot(list)
    def add(self, paths: list[Path]) -> None:
        self._add_to(paths, "")

    @Slot(list, str)
    def _add_to(self, paths: list[Path], library: str) -> None:
        self._clear_notice()
        open_ = self._wanted if self.isVisible() else ""
        if not library and not open_ and len(self._libraries) > 1:
            self.actions_.choose_library(paths, self._libraries)
            return
        library = library or self.target
        self._wanted = library
        self._jobs.add(paths, library)

    @Slot()
    def choose_folder(self) -> None:
        self.actions_.choose_folder("")

    @Slot()
    def choose_files(self) -> None:
        self.actions_.choose_files("")

    @Slot()
    def _new_library(self) -> None:
        self.actions_.new_library(frozenset(one.name for one in self._libraries))

    @Slot()
    def _new_source(self) -> None:
        self.actions_.new_source(SOURCES_LIBRARY)

    @Slot()
    def _update(self) -> None:
        self._clear_notice()
        self._jobs.sync(self._wanted or None)

    @Slot()
    def resume(self) -> None:
        self._jobs.resume(self._waiting, quiet=False)

    # --- jobs ----------------------------------------------------------------------------------

    @Slot(object)
    def _begun(self, job: LibraryJob) -> None:
        if not job.quiet:
            self._clear_notice()
        if not job.quiet or job.kind == "resume":
            self.job.begin(job.words)

    @Slot(object)
    def _progress(self, progress: Progress) -> None:
        if self.job.running:
            self.job.show_progress(progress)

    @Slot(object, object)
    def _report(self, job: LibraryJob, report: AddReport) -> None:
        if job.kind == "unlock":
            self._unlocked(job, report)
        else:
            self.job.report(report)
        self.changed.emit()

    @Slot(object)
    def _seen(self, report: AddReport) -> None:
        """Files were read, moved or forgotten by themselves."""
        if changed_something(report) and not self.job.running:
            self.job.say(watched_words(report))
        self.changed.emit()

    def _unlocked(self, job: LibraryJob, report: AddReport) -> None:
        path = job.subject
        if not any(
            each.code == "encrypted" and file_of(each.path) == path for each in report.failed
        ):
            self.job.report(report)
            return
        self.job.hide()
        row = next((one for one in self.table.files.files.rows if one.file == path), None)
        if row is not None:
            self.actions_.ask_password(row, wrong=True)

    @Slot(int)
    def _removed(self, documents: int) -> None:
        self.job.say(
            f"{count(documents, 'document')} removed from the library.",
            "The files themselves stay where they are.",
        )
        self.changed.emit()

    @Slot(object, object)
    def _done(self, job: LibraryJob, result: object) -> None:
        self.actions_.source_ended(job)
        told = result_words(result)
        if told is not None:
            self.job.say(*told)
        self.changed.emit()

    @Slot(str, str)
    def _renamed(self, old: str, new: str) -> None:
        self._watching.rename(old, new)
        if self._wanted == old:
            self._wanted = new
        self._awaited = new
        self.job.say(f"{old} is called {new} now.")
        self.changed.emit()

    @Slot(object, list)
    def _pulled(self, job: LibraryJob, reports: list[object]) -> None:
        self.actions_.source_ended(job)
        if job.quiet:
            self.changed.emit()
            return
        self.job.say(*pull_words(reports))
        self.changed.emit()

    @Slot(object)
    def _cancelled(self, job: LibraryJob) -> None:
        told = Problem("Stopped.", stopped_words(job), "cancelled")
        if self.actions_.source_ended(job, told):
            self.job.hide()
        elif self.job.running:
            self.job.say(
                "Stopped.",
                stopped_words(job),
                go_on=job.kind in RESUMABLE,
            )
        self.changed.emit()

    @Slot(object, object)
    def _failed(self, job: LibraryJob, problem: Problem) -> None:
        if self.actions_.source_ended(job, problem):
            self.job.hide()
        else:
            self._tell(problem)
        self.changed.emit()

    @Slot(object)
    def _tell(self, problem: Problem) -> None:
        self.job.hide()
        self._clear_notice()
        self.notice = Notice.of(self._theme, problem, button="Close")
        self.notice.pressed.connect(self._clear_notice)
        self._below.insertWidget(0, self.notice)
        self._space()

    @Slot()
    def _space(self) -> None:
        """What stands below keeps away from the foot."""
        below = 0 if self.job.isHidden() and self.notice is None else BELOW
        self._below.setContentsMargins(SIDE_MARGIN, 0, SIDE_MARGIN, below)

    @Slot()
    def _clear_notice(self) -> None:
        if self.notice is not None:
            self._below.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
            self._space()
