"""What is done to a file of examples, each on the lane of examples: made, looked through, moved."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.errors import Problem
from desktop.tasks import Lanes, Task
from desktop.words import count
from engine.errors import InputError, ModelError
from engine.progress import CancelToken, Progress
from engine.services.teach_examples import Built, Wanted
from engine.teach import convert
from engine.teach.convert import Form
from engine.teach.review import Review, Reviewed

if TYPE_CHECKING:
    from engine.assistant import Assistant

Rows = tuple[Reviewed, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """The examples as they stand after something was done."""

    rows: Rows
    told: str = ""
    """What is to be said of it; mostly empty."""


class ExamplesWork(QObject):
    progressed = Signal(object)
    looked = Signal(object)
    """:class:`Looked` after every change."""
    built = Signal(object)
    """:class:`Built`; ``looked`` comes before."""
    failed = Signal(object)
    stopped = Signal()

    def __init__(self, lanes: Lanes, assistant: "Assistant", parent: QObject) -> None:
        super().__init__(parent)
        self._lanes, self._assistant = lanes, assistant
        self._building: Task | None = None
        self.review: Review | None = None
        """Touched on the lane of examples only."""

    @property
    def file(self) -> Path | None:
        return self.review.path if self.review is not None else None

    @property
    def building(self) -> bool:
        return self._building is not None

    # --- making --------------------------------------------------------------------------------

    def build(self, sources: Sequence[str], wanted: Wanted) -> None:
        """Make examples into a new file."""
        if self._building is not None:
            return
        teaching = self._assistant.teaching

        def work(cancel: CancelToken) -> Generator[Progress, None, tuple[Built, Looked]]:
            file = teaching.new_file(wanted.recipe)
            built = yield from teaching.examples.build(sources, wanted, file, cancel=cancel)
            self.review = teaching.review(built.file)
            return built, Looked(tuple(self.review.all()), _left_out(built))

        self._building = self._lanes.start("examples", work)
        self._building.progressed.connect(self.progressed)
        self._building.succeeded.connect(self._built)
        self._building.failed.connect(self.failed)
        self._building.cancelled.connect(self.stopped)
        self._building.ended.connect(self._ended)

    def stop(self) -> None:
        if self._building is not None:
            self._building.cancel()

    @Slot(object)
    def _built(self, made: tuple[Built, Looked]) -> None:
        built, looked = made
        self.looked.emit(looked)
        self.built.emit(built)

    @Slot()
    def _ended(self) -> None:
        self._building = None

    # --- looking through -----------------------------------------------------------------------

    def open(self, file: Path) -> None:
        def work(_review: Review | None) -> str:
            self.review = self._assistant.teaching.review(file)
            return ""

        self._do(work)

    def keep(self, numbers: list[int]) -> None:
        def work(review: Review | None) -> str:
            _open(review).keep(numbers)
            return ""

        self._do(work)

    def drop(self, numbers: list[int]) -> None:
        def work(review: Review | None) -> str:
            _open(review).drop(numbers)
            return ""

        self._do(work)

    def accept(self) -> None:
        self._do(lambda review: f"{count(_open(review).accept(), 'example')} kept.")

    def edit(self, number: int, question: str, answer: str) -> None:
        """Put other words in an example; its tokens are counted where the model is at hand."""

        def work(cancel: CancelToken) -> Generator[Progress, None, Looked]:
            review = _open(self.review)
            before = next(each for each in review.all() if each.number == number)
            counter = None
            try:
                counter = yield from self._assistant.teaching.examples.counter(cancel=cancel)
            except ModelError:
                counter = None
            review.edit(
                number,
                answer=answer if answer != before.example.answer else None,
                question=question if question != before.question else None,
                count=counter,
            )
            return Looked(tuple(review.all()))

        self._start(work)

    def take_in(self, path: Path, purpose: str) -> None:
        """Add the examples of a file in any of the known forms."""

        def work(review: Review | None) -> str:
            found = convert.read(path)
            fresh = _open(review).add(
                [replace(each, recipe=each.recipe or purpose) for each in found]
            )
            there = len(found) - fresh
            told = f"{count(fresh, 'example')} added from {path.name}."
            return f"{told} {there:,} were there already." if there else told

        self._do(work)

    def write_out(self, path: Path, form: Form) -> None:
        """Write what is not left out into a file."""

        def work(review: Review | None) -> str:
            kept = [each.example for each in _open(review).all() if each.state != "dropped"]
            number = convert.write(path, kept, form)
            return f"{count(number, 'example')} written to {path.name}."

        self._do(work)

    def _do(self, change: Callable[[Review | None], str]) -> None:
        def work(_cancel: CancelToken) -> Looked:
            told = change(self.review)
            return Looked(tuple(_open(self.review).all()), told)

        self._start(work)

    def _start(self, work: Callable[[CancelToken], object]) -> None:
        task = self._lanes.start("examples", work)
        task.succeeded.connect(self.looked)
        task.failed.connect(self._tell)

    @Slot(object)
    def _tell(self, problem: Problem) -> None:
        self.failed.emit(problem)


def _open(review: Review | None) -> Review:
    if review is None:
        raise InputError("There are no examples yet.", "Make some first.")
    return review


def _left_out(built: Built) -> str:
    """``12 left out: 8 because …; 4 because …``, and what could not be done beside."""
    parts = [f"{number:,} because {reason}" for reason, number in built.left_out[:3]]
    total = sum(number for _, number in built.left_out)
    told = f"{total:,} were left out: {'; '.join(parts)}." if parts else ""
    return f"{told} {built.note}".strip()
