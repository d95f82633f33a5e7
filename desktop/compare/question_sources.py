"""Where questions come from: written, from a file, made from the library, from thumbs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.compare.set_view import SetView
from desktop.compare.setup_view import SetupView
from desktop.compare.work import CompareWork
from desktop.errors import Problem
from desktop.tasks import Lanes
from desktop.words import count
from engine.evaluate.making import Making
from engine.evaluate.questions import BadLine, Question
from engine.progress import Progress
from engine.services.question_sets import QuestionSet

if TYPE_CHECKING:
    from engine.assistant import Assistant

FILES = "Questions (*.jsonl)"
TABLES = "Questions (*.jsonl *.csv *.tsv)"
MADE = 20
"""Questions that are made from a library at once."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """Questions to look through before they are kept."""

    name: str
    origin: str
    questions: list[Question]
    bad: tuple[BadLine, ...] = ()
    told: str = ""
    """What is left out beside, in sentences."""


class QuestionSources(QObject):
    shown = Signal()
    """A set is there to be looked through."""
    kept = Signal(int)

    def __init__(
        self,
        lanes: Lanes,
        assistant: "Assistant",
        work: CompareWork,
        setup: SetupView,
        view: SetView,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._lanes, self._assistant, self._parent = lanes, assistant, parent
        self._work, self._setup, self._view = work, setup, view
        self._library = ""
        setup.write_wanted.connect(self.write)
        setup.file_wanted.connect(self.choose_file)
        setup.library_wanted.connect(self.make)
        setup.thumbs_wanted.connect(self.from_thumbs)
        setup.making_stopped.connect(work.stop_making)
        setup.set_shown.connect(self.show_set)
        setup.set_saved.connect(self.save)
        setup.set_removed.connect(work.remove_set)
        view.kept.connect(self.keep)
        work.making.connect(self._making)
        work.made.connect(self._made)
        work.making_ended.connect(self._making_ended)

    # --- new questions -------------------------------------------------------------------------

    @Slot()
    def write(self) -> None:
        self._draft(_Draft("My questions", "written", []))

    @Slot()
    def choose_file(self) -> None:
        file, _ = QFileDialog.getOpenFileName(
            self._parent, "Questions from a file", str(Path.home()), TABLES
        )
        if file:
            self.read(Path(file))

    def read(self, path: Path) -> None:
        shelf = self._assistant.evaluation.sets

        def work(_cancel: object) -> _Draft:
            found, bad = shelf.read(path)
            return _Draft(path.stem, "file", found, tuple(bad))

        self._quick(work, self._draft)

    @Slot()
    def from_thumbs(self) -> None:
        feedback = self._assistant.feedback

        def work(_cancel: object) -> _Draft:
            found = feedback.thumbs()
            name = "Thumbs and corrections"
            return _Draft(name, "thumbs", list(found.questions), told=found.words)

        self._quick(work, self._draft)

    @Slot(str)
    def make(self, library: str) -> None:
        self._library = library
        self._setup.show_making(Progress("making questions", 0, MADE))
        self._work.make(MADE, library)

    @Slot(object)
    def _making(self, progress: Progress) -> None:
        self._setup.show_making(progress)

    @Slot()
    def _making_ended(self) -> None:
        self._setup.show_making(None)

    @Slot(object)
    def _made(self, made: Making) -> None:
        name = f"{self._library or 'Library'}, made questions"
        self._draft(_Draft(name, "library", list(made.questions)))

    @Slot(object)
    def _draft(self, found: _Draft) -> None:
        self._view.show_new(found.name, found.origin, found.questions)
        if found.bad:
            lines = count(len(found.bad), "line is", "lines are")
            self._view.tell(
                Problem(f"{lines} no question and left out.", found.bad[0].reason, "bad_line")
            )
        if found.told:
            self._view.tell(Problem(found.told, "The Teach page compares adapters on them.", ""))
        self.shown.emit()

    # --- sets that are there -------------------------------------------------------------------

    @Slot(int)
    def show_set(self, set_id: int) -> None:
        shelf = self._assistant.evaluation.sets
        self._quick(lambda _cancel: shelf.one(set_id), self._show)

    @Slot(object)
    def _show(self, found: QuestionSet) -> None:
        self._view.show_set(found)
        self.shown.emit()

    @Slot(str, list, str, object)
    def keep(self, name: str, questions: list[Question], origin: str, set_id: int | None) -> None:
        shelf, library = self._assistant.evaluation.sets, self._library
        self._quick(
            lambda _cancel: shelf.keep(
                name, questions, origin=origin, library=library, set_id=set_id
            ),
            self._kept,
            self._view.tell,
        )

    @Slot(object)
    def _kept(self, set_id: int) -> None:
        self.kept.emit(set_id)

    @Slot(int)
    def save(self, set_id: int) -> None:
        shelf = self._assistant.evaluation.sets
        file, _ = QFileDialog.getSaveFileName(
            self._parent, "Save the questions", str(Path.home() / "questions.jsonl"), FILES
        )
        if file:
            self._quick(lambda _cancel: shelf.write(set_id, Path(file)), None)

    def _quick(
        self,
        work: Callable[[object], Any],
        then: Callable[[Any], None] | None,
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        task = self._lanes.start("read", work)
        if then is not None:
            task.succeeded.connect(then)
        task.failed.connect(failed or self._setup.tell)
