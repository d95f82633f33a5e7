"""The second step: sources first, then the review table."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import Problem
from desktop.teach.examples_work import ExamplesWork, Looked
from desktop.teach.facts import TeachFacts
from desktop.teach.review_view import ReviewView
from desktop.teach.sources_form import SourcesForm
from desktop.theme.theme import Theme
from desktop.widgets.column import centred, scrolled
from desktop.widgets.notice import Notice
from engine.progress import Progress
from engine.services.teach_examples import Built, Wanted
from engine.teach.convert import Form
from engine.teach.recipes import Recipe

WIDE = 1080
FORMS: tuple[tuple[str, str, Form], ...] = (
    ("Messages, JSON lines (*.jsonl)", ".jsonl", "messages"),
    ("Alpaca (*.json)", ".json", "alpaca"),
    ("ShareGPT (*.json)", ".json", "sharegpt"),
    ("Prompt and completion (*.jsonl)", ".jsonl", "prompt"),
    ("Table (*.csv)", ".csv", "csv"),
)
READ = "Examples (*.jsonl *.json *.ndjson *.csv *.tsv);;All files (*)"


class ExamplesView(QWidget):
    go_on = Signal()
    """Everything was looked at; train on it."""
    changed = Signal()
    """There are other examples than before, or none."""

    def __init__(self, theme: Theme, work: ExamplesWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.work = work
        self.recipe: Recipe | None = None
        self.form = SourcesForm(theme)
        self.review = ReviewView(theme)
        scroll = scrolled(self.form)
        self.stack = QStackedWidget()
        self.stack.addWidget(scroll)
        self.stack.addWidget(centred(self.review, measure=WIDE))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.form.build.connect(self._build)
        self.form.stopped.connect(self.work.stop)
        self.review.keep.connect(self.work.keep)
        self.review.drop.connect(self.work.drop)
        self.review.accept.connect(self.work.accept)
        self.review.edited.connect(self.work.edit)
        self.review.more.connect(self.show_sources)
        self.review.imported.connect(self._choose_import)
        self.review.exported.connect(self._choose_export)
        self.review.go_on.connect(self.go_on)
        self.work.progressed.connect(self._progressed)
        self.work.looked.connect(self._looked)
        self.work.built.connect(self._built)
        self.work.failed.connect(self._failed)
        self.work.stopped.connect(self._stopped)

    @property
    def ready(self) -> bool:
        """Whether everything was looked at and something is left to learn from."""
        return self.review.go_button.isEnabled()

    @property
    def reviewing(self) -> bool:
        return self.stack.currentIndex() == 1

    def begin(self, recipe: Recipe, facts: TeachFacts, earlier: Path | None) -> None:
        """Choose sources for a purpose; examples that were made earlier are offered."""
        if recipe == self.recipe and self.reviewing:
            return
        self.recipe = recipe
        self.form.put(recipe, facts)
        self.form.show_running(self.work.building)
        self.stack.setCurrentIndex(0)
        if earlier is not None:
            notice = Notice(
                self._theme, "Examples for this were made before.",
                "Go on with them, or make others below.", button="Go on with them",
                icon="clock-counter-clockwise", colour="accent",
            )  # fmt: skip
            self._earlier = earlier
            notice.pressed.connect(self._open_earlier)
            self.form.say(notice)

    @Slot()
    def _open_earlier(self) -> None:
        self.work.open(self._earlier)

    @Slot()
    def show_sources(self) -> None:
        self.stack.setCurrentIndex(0)
        self.changed.emit()

    @Slot(object, object)
    def _build(self, sources: list[str], wanted: Wanted) -> None:
        self.work.build(sources, wanted)
        self.form.show_running(True)

    @Slot(object)
    def _progressed(self, progress: Progress) -> None:
        self.form.show_running(True, progress)

    @Slot(object)
    def _looked(self, looked: Looked) -> None:
        self.form.show_running(self.work.building)
        self.form.say(None)
        self.review.put(looked.rows)
        self.review.say(
            Notice(self._theme, looked.told, icon="info", colour="soft", button="Close")
            if looked.told
            else None
        )
        self.stack.setCurrentIndex(1)
        self.changed.emit()

    @Slot(object)
    def _built(self, _built: Built) -> None:
        self.form.show_running(False)
        self.review.show_state(None)

    @Slot(object)
    def _failed(self, problem: Problem) -> None:
        self.form.show_running(False)
        notice = Notice.of(self._theme, problem, button="Close" if self.reviewing else "")
        (self.review if self.reviewing else self.form).say(notice)

    @Slot()
    def _stopped(self) -> None:
        self.form.show_running(False)

    @Slot()
    def _choose_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import examples", str(Path.home()), READ)
        if name:
            self.take_in(Path(name))

    def take_in(self, path: Path) -> None:
        self.work.take_in(path, self.recipe.purpose if self.recipe is not None else "")

    @Slot()
    def _choose_export(self) -> None:
        filters = ";;".join(words for words, _, _ in FORMS)
        name, chosen = QFileDialog.getSaveFileName(
            self, "Export examples", str(Path.home() / "examples.jsonl"), filters
        )
        if name:
            ending, form = next(
                ((end, form) for words, end, form in FORMS if words == chosen),
                (".jsonl", "messages"),
            )
            path = Path(name)
            self.work.write_out(path if path.suffix else path.with_suffix(ending), form)
