"""How one library reads its files: languages, formats, recognition, size, what is left out."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QWidget

from desktop.errors import Problem, problem
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.check import CheckBox
from desktop.widgets.dialog import AskDialog
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import label
from engine.errors import EngineError
from engine.ingest.parsers.formats import BY_TYPE
from engine.library_types import LibrarySettings

WIDTH = 660
INNER = WIDTH - 48
MOST_MB = 1_000_000


class LibrarySettingsDialog(AskDialog):
    given = Signal(str, object)
    """The library and its :class:`LibrarySettings`; the dialog stays until they are stored."""

    def __init__(
        self,
        theme: Theme,
        library: str,
        settings: LibrarySettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            theme,
            f"Settings of {library}",
            "What is changed here is applied to the files at once; what was read stays found "
            "until then.",
            yes="Save and update",
            width=WIDTH,
            parent=parent,
        )
        self.library = library
        self.ocr = CheckBox(theme, "Read text in pictures and scanned pages")
        self.body.addWidget(self.ocr)
        pair = QHBoxLayout()
        pair.setSpacing(16)
        self.languages = self.line(
            "Languages of that text", placeholder="Any; or codes, as de, en", into=pair
        )
        self.max_mb = self.line("Largest file, in MB", placeholder="Any size", into=pair)
        self.max_mb.setValidator(QIntValidator(0, MOST_MB, self.max_mb))
        self.body.addLayout(pair)
        self.body.addSpacing(4)
        self.body.addWidget(label("Formats that are read", "head"))
        self.formats: dict[str, Button] = {}
        flow = FlowLayout(spacing=6)
        for name, row in BY_TYPE.items():
            if row.parser:
                chip = Button(theme, row.title, kind="chip")
                chip.setCheckable(True)
                self.formats[name] = chip
                flow.addWidget(chip)
        self._chips = QWidget()
        self._chips.setLayout(flow)
        self.body.addWidget(self._chips)
        self.body.addSpacing(4)
        self.body.addWidget(label("Files and folders left out, one pattern a line", "head"))
        self.ignore = QPlainTextEdit()
        self.ignore.setAccessibleName("Files and folders left out")
        self.ignore.setPlaceholderText("drafts/\n*.bak")
        self.ignore.setProperty("kind", "field")
        self.ignore.setFixedHeight(76)
        self.ignore.setTabChangesFocus(True)
        self.body.addWidget(self.ignore)
        self.ignore_files = CheckBox(theme, "Leave out what .gitignore and .alcoveignore name")
        self.body.addWidget(self.ignore_files)
        self.clear = Button(theme, "Back to the defaults")
        self.clear.clicked.connect(self._clear)
        self.buttons.insertWidget(0, self.clear)
        self.agreed.connect(self._give)
        self._show(settings)
        self.ocr.toggled.connect(self._fit)
        self._fit()
        for chip in self.formats.values():
            chip.ensurePolished()
        self._chips.setFixedHeight(flow.heightForWidth(INNER))

    def _show(self, settings: LibrarySettings) -> None:
        self.ocr.setChecked(settings.ocr)
        self.languages.setText(", ".join(settings.languages))
        self.max_mb.setText(str(settings.max_mb) if settings.max_mb else "")
        self.ignore.setPlainText("\n".join(settings.ignore))
        self.ignore_files.setChecked(settings.ignore_files)
        for name, chip in self.formats.items():
            chip.setChecked(name not in settings.formats_off)

    @Slot()
    def _fit(self) -> None:
        self.languages.setEnabled(self.ocr.isChecked())

    @Slot()
    def _clear(self) -> None:
        self._show(LibrarySettings())

    def settings(self) -> LibrarySettings:
        """What stands in the dialog. Raises InputError."""
        typed = LibrarySettings().changed("languages", self.languages.text().replace(" ", ","))
        patterns = (line.strip() for line in self.ignore.toPlainText().splitlines())
        return LibrarySettings(
            languages=typed.languages,
            formats_off=tuple(name for name, chip in self.formats.items() if not chip.isChecked()),
            ocr=self.ocr.isChecked(),
            max_mb=int(self.max_mb.text() or 0),
            ignore=tuple(line for line in patterns if line),
            ignore_files=self.ignore_files.isChecked(),
        )

    @Slot()
    def _give(self) -> None:
        try:
            settings = self.settings()
        except EngineError as error:
            self.show_problem(problem(error))
            return
        self.yes.setEnabled(False)
        self.given.emit(self.library, settings)

    @Slot(object)
    def show_problem(self, told: Problem) -> None:
        """The engine did not take them: say why, and keep what was typed."""
        self.yes.setEnabled(True)
        self.refuse(told.message, told.hint)
