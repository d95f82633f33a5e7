"""Lets a comparison leave: one page, PDF, table or JSON."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop.compare import pdf
from desktop.errors import problem
from engine.errors import EngineError
from engine.evaluate import export, page, report
from engine.evaluate.evaluated import Evaluated

FORMS = {
    "html": ("One page (HTML)…", "Page (*.html)"),
    "pdf": ("Paper (PDF)…", "PDF (*.pdf)"),
    "csv": ("Every answer as a table (CSV)…", "Table (*.csv)"),
    "json": ("Everything as JSON…", "JSON (*.json)"),
}


def write(path: Path, done: Evaluated, name: str) -> None:
    """Write in the form that the ending of the path says. Raises InputError."""
    match path.suffix.casefold():
        case ".html":
            report.write(path, page.html(done))
        case ".pdf":
            pdf.write(path, done, name)
        case _:
            export.write(path, done.outcomes, done.as_json())


class ExportMenu(QObject):
    """Fills a menu and writes what is chosen of it."""

    written = Signal(str)
    """The path of the file."""
    failed = Signal(object)

    def __init__(self, menu: QMenu, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._done: Evaluated | None = None
        self._name = ""
        for form, (words, _) in FORMS.items():
            action = menu.addAction(words)
            action.setData(form)
            action.triggered.connect(self._choose)

    def put(self, done: Evaluated, name: str) -> None:
        self._done, self._name = done, name

    @Slot()
    def _choose(self) -> None:
        form = str(self.sender().data())  # type: ignore[attr-defined]
        proposed = Path.home() / f"{self._name or 'comparison'}.{form}"
        file, _ = QFileDialog.getSaveFileName(
            self._parent, "Export the comparison", str(proposed), FORMS[form][1]
        )
        if file:
            path = Path(file)
            self.save(path if path.suffix else path.with_suffix(f".{form}"))

    def save(self, path: Path) -> None:
        if self._done is None:
            return
        try:
            write(path, self._done, self._name)
        except EngineError as error:
            self.failed.emit(problem(error))
            return
        self.written.emit(str(path))
