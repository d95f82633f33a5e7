"""What examples are made from: documents, corrections, the glossary, files; and how many."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.teach.facts import TeachFacts
from desktop.teach.words import title
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button, MenuChip
from desktop.widgets.check import CheckBox
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.notice import Notice
from desktop.widgets.running_row import RunningRow
from desktop.words import count, counted
from engine.errors import InputError
from engine.progress import Progress
from engine.services.teach_examples import COUNT, Wanted
from engine.teach.from_documents import REFUSALS
from engine.teach.recipes import Recipe

FILES = ("table", "questions", "samples", "examples")
FILE_WORDS = {
    "table": "a table (CSV, TSV or JSON lines)",
    "questions": "questions with their answers (JSON lines)",
    "samples": "texts of your own",
    "examples": "ready examples (Alpaca, ShareGPT, messages, prompt and completion)",
}
FILTER = "Files (*.csv *.tsv *.json *.jsonl *.ndjson *.txt *.md);;All files (*)"


class SourcesForm(QWidget):
    build = Signal(object, object)
    """Sources, as :meth:`TeachExamples.build` takes them, and a :class:`Wanted`."""
    stopped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.recipe: Recipe | None = None
        self.files: list[Path] = []
        self.notice: Notice | None = None
        self.library: str | None = None
        self.head = label("", "title", wrap=True)
        self.about = label("", "softbody", wrap=True)
        self.documents = CheckBox(theme, "Your documents")
        self.libraries = MenuChip(theme, tip="Which library")
        self.feedback = CheckBox(theme, "Your corrections and praise")
        self.glossary = CheckBox(theme, "Your glossary")
        self.file_words = label("", "soft", wrap=True)
        self.add_file = Button(theme, "Add a file", icon="file-plus")
        self.add_file.clicked.connect(self._choose_file)
        self.make = Button(theme, "Make examples", icon="sparkle", kind="main")
        self.make.clicked.connect(self._build)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 24)
        self._column.setSpacing(12)
        self._column.addWidget(self.head)
        self._column.addWidget(self.about)
        self._column.addWidget(label("Made from", "head"))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.documents)
        row.addWidget(self.libraries)
        row.addStretch(1)
        self._column.addLayout(row)
        self._column.addWidget(self.feedback)
        self._column.addWidget(self.glossary)
        self._files = QVBoxLayout()
        self._files.setSpacing(4)
        self._column.addLayout(self._files)
        self._column.addWidget(self.file_words)
        self._buttons()
        self._more()
        self._running()
        self._column.addStretch(1)
        for box in (self.documents, self.feedback, self.glossary):
            box.toggled.connect(self._fit)

    def _buttons(self) -> None:
        self.more_button = Button(self._theme, "More", icon="sliders-horizontal", kind="plain")
        self.more_button.setCheckable(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.add_file)
        row.addWidget(self.more_button)
        row.addStretch(1)
        row.addWidget(self.make)
        self._column.addLayout(row)

    def _more(self) -> None:
        self.more = QWidget()
        grid = QGridLayout(self.more)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        self.number, self.refusals, self.columns, self.seed = (QLineEdit() for _ in range(4))
        for at, (line, name, told) in enumerate(
            (
                (self.number, "Examples", "From documents, at most."),
                (self.refusals, "Refusals", "Share whose passage is taken away, 0 to 1: there the "
                 "right answer is that the documents do not tell."),
                (self.columns, "Columns", "Of a table, in the order needed, parted by commas; "
                 "empty to tell them by name."),
                (self.seed, "Seed", "The same seed makes the same examples."),
            )
        ):  # fmt: skip
            line.setFixedWidth(132)
            line.setAccessibleName(f"{name}. {told}")
            grid.addWidget(label(name), at, 0)
            grid.addWidget(line, at, 1)
            grid.addWidget(label(told, "soft", wrap=True), at, 2)
        self.number.setPlaceholderText(str(COUNT))
        self.refusals.setPlaceholderText(f"{REFUSALS:g}")
        self.seed.setPlaceholderText("0")
        self.more.hide()
        self.more_button.toggled.connect(self.more.setVisible)
        self._column.addWidget(self.more)

    def _running(self) -> None:
        self.running = RunningRow(self._theme, name="Making examples", tip="Stop making examples")
        self.running.stopped.connect(self.stopped)
        self._column.addWidget(self.running)

    # --- what is shown -------------------------------------------------------------------------

    def put(self, recipe: Recipe, facts: TeachFacts) -> None:
        """The sources that this purpose can learn from, with what there is of each."""
        if recipe != self.recipe:
            self.files = []
        self.recipe = recipe
        self.head.setText(title(recipe))
        self.about.setText(f"{recipe.about} An example: {recipe.form}.")
        corrected = facts.corrections.get(recipe.name, 0)
        for box, kind, number, words in (
            (self.documents, "documents", facts.documents,
             f"Your documents ({count(facts.documents, 'document')})"),
            (self.feedback, "feedback", corrected,
             f"Your corrections and praise ({count(corrected, 'answer')})"),
            (self.glossary, "glossary", facts.terms,
             f"Your glossary ({count(facts.terms, 'term')})"),
        ):  # fmt: skip
            there = kind in recipe.sources
            box.setVisible(there)
            box.setText(words)
            box.setEnabled(bool(number))
            box.setChecked(there and bool(number) and kind == recipe.sources[0])
        self._put_libraries(facts)
        kinds = [FILE_WORDS[kind] for kind in recipe.sources if kind in FILES]
        self.file_words.setText(f"A file may hold {', or '.join(kinds)}." if kinds else "")
        self._put_files()
        self.say(None)

    def _put_libraries(self, facts: TeachFacts) -> None:
        names = [name for name, number in facts.libraries if number]
        if self.library not in names:
            self.library = None
        self.libraries.choices.clear()
        for name in (None, *names):
            action = self.libraries.choices.addAction(name or "All libraries")
            action.setData(name)
            action.triggered.connect(self._choose_library)
        self.libraries.show_choice(self.library or "All libraries")
        self.libraries.setVisible(self.documents.isVisibleTo(self) and len(names) > 1)

    @Slot()
    def _choose_library(self) -> None:
        self.library = self.sender().data()  # type: ignore[attr-defined]
        self.libraries.show_choice(self.library or "All libraries")

    def _put_files(self) -> None:
        while (item := self._files.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for path in self.files:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.addWidget(ElidedLabel(path.name), 1)
            out = Button(self._theme, icon="x", kind="icon", tip=f"Leave {path.name} out")
            out.clicked.connect(lambda _on=False, gone=path: self.drop_file(gone))
            row.addWidget(out)
            self._files.addWidget(line)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        self.make.setEnabled(bool(self.sources()) and self.running.isHidden())

    def sources(self) -> list[str]:
        """What is chosen, as the engine takes it."""
        boxes = ((self.documents, "documents"), (self.feedback, "feedback"),
                 (self.glossary, "glossary"))  # fmt: skip
        named = [name for box, name in boxes if not box.isHidden() and box.isChecked()]
        return [*named, *map(str, self.files)]

    def wanted(self) -> Wanted:
        """How they are to be made. Raises InputError."""
        assert self.recipe is not None
        refusals = _number(self.refusals, "Refusals", REFUSALS)
        if not 0 <= refusals <= 1:
            raise InputError("Refusals is a share from 0 to 1.", "0.25 is a quarter.")
        number = int(_number(self.number, "Examples", COUNT))
        if number < 1:
            raise InputError("At least one example is needed.", "A hundred is a start.")
        columns = tuple(part.strip() for part in self.columns.text().split(",") if part.strip())
        seed = int(_number(self.seed, "Seed", 0))
        return Wanted(self.recipe, self.library, number, refusals, columns, None, seed)

    # --- what is done --------------------------------------------------------------------------

    @Slot()
    def _choose_file(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Make examples from", _home(), FILTER)
        self.add_files([Path(name) for name in names])

    def add_files(self, paths: list[Path]) -> None:
        self.files += [path for path in paths if path not in self.files]
        self._put_files()

    def drop_file(self, path: Path) -> None:
        self.files = [each for each in self.files if each != path]
        self._put_files()

    @Slot()
    def _build(self) -> None:
        try:
            wanted = self.wanted()
        except InputError as error:
            self.say(Notice(self._theme, error.message, error.hint))
            return
        self.say(None)
        self.build.emit(self.sources(), wanted)

    def show_running(self, running: bool, progress: Progress | None = None) -> None:
        told = f"{progress.stage} {counted(progress)}".strip() if progress is not None else ""
        self.running.put(running, told[:1].upper() + told[1:], progress)
        self._fit()

    def say(self, notice: Notice | None) -> None:
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
        self.notice = notice
        if notice is not None:
            self._column.insertWidget(2, notice)


def _home() -> str:
    return str(Path.home())


def _number(line: QLineEdit, name: str, default: float) -> float:
    text = line.text().strip().replace(",", ".")
    if not text:
        return default
    try:
        return float(text)
    except ValueError as error:
        raise InputError(
            f"{name} takes a number, not “{text}”.", "Leave it empty for the default."
        ) from error
