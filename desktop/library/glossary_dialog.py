"""The glossary of a library: found and typed terms, to be confirmed, changed or taken out."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import Problem
from desktop.library.glossary_model import Column, GlossaryModel
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from desktop.widgets.row_table import row_table
from desktop.words import count
from engine.progress import CancelToken
from engine.store.glossary import Entry, Glossary, read_csv_file, write_csv_file

SIZE = (760, 600)
SMALLEST = (620, 420)
TERM_PX, ORIGIN_PX, ROW_PX = 150, 132, 34
CSV = "Tables (*.csv *.tsv *.txt);;All files (*)"
WORDS = (
    "What short forms and house terms mean here. Questions with either find both, and answers "
    "know what is meant."
)


class GlossaryDialog(QDialog):
    changed = Signal()
    """The shown entries are those of the vault again."""

    def __init__(
        self,
        theme: Theme,
        lanes: Lanes,
        glossary: Glossary,
        library: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._lanes = theme, lanes
        self._glossary, self._library = glossary, library
        self.notice: Notice | None = None
        self.setWindowTitle(f"Glossary of {library}")
        self.setAccessibleName(f"Glossary of {library}")
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        self.entries = GlossaryModel(self)
        self.entries.edited.connect(self._edit)
        self.summary = label("", "soft")
        self.table = self._table()
        self._build()
        self.entries.modelReset.connect(self._fit)
        self.table.selectionModel().selectionChanged.connect(self._fit)
        self._fit()
        self.reload()

    # --- how it looks --------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(8)
        column.addWidget(label(f"Glossary of {self._library}", "title", wrap=True))
        column.addWidget(label(WORDS, "softbody", wrap=True))
        column.addSpacing(4)
        column.addLayout(self._adding())
        column.addSpacing(4)
        column.addLayout(self._searching())
        self.nothing = label("", "softbody", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.nothing)
        column.addWidget(self._stack, 1)
        column.addLayout(self._foot())
        self._column = column

    def _adding(self) -> QHBoxLayout:
        self.term, self.meaning = QLineEdit(), QLineEdit()
        for line, name, hint in (
            (self.term, "Term", "Term, such as MI"),
            (self.meaning, "Meaning", "Its meaning, such as myocardial infarction"),
        ):
            line.setAccessibleName(name)
            line.setPlaceholderText(hint)
            line.returnPressed.connect(self._add)
        self.add = self._button("Add", self._add, icon="plus", kind="main")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.term, 1)
        row.addWidget(self.meaning, 2)
        row.addWidget(self.add)
        return row

    def _searching(self) -> QHBoxLayout:
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search terms")
        self.search.setAccessibleName("Search terms")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(200)
        self.search.textChanged.connect(self.entries.narrow)
        self.confirm = self._button("Confirm", self._confirm, icon="check", kind="chip")
        self.confirm.setToolTip("Keep the chosen terms as your own")
        self.remove = self._button("Take out", self._remove, icon="trash", kind="chip")
        self.remove.setToolTip("They stay out when documents explain them again")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.summary, 1)
        for part in (self.confirm, self.remove, self.search):
            row.addWidget(part)
        return row

    def _table(self) -> QTableView:
        table = row_table(self.entries, "Terms", ROW_PX)
        header = table.horizontalHeader()
        header.setSectionResizeMode(Column.MEANING, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(Column.TERM, TERM_PX)
        table.setColumnWidth(Column.ORIGIN, ORIGIN_PX)
        return table

    def _foot(self) -> QHBoxLayout:
        self.look = self._button("Look again", self._find, icon="arrows-clockwise")
        self.look.setToolTip("Look for terms in the documents again")
        self.import_ = self._button("Import CSV", self._choose_import, icon="download-simple")
        self.export = self._button("Export CSV", self._choose_export, icon="upload-simple")
        self.close_ = self._button("Close", self.accept)
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(8)
        for button in (self.look, self.import_, self.export):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.close_)
        return row

    def _button(
        self, text: str, slot: Callable[[], object], *, icon: str = "", kind: str = "plain"
    ) -> Button:
        button = Button(self._theme, text, icon=icon, kind=kind)
        button.clicked.connect(slot)
        return button

    @Slot()
    def _fit(self) -> None:
        model = self.entries
        known = count(model.total, "term")
        self.summary.setText(f"{known}, {model.found:,} to confirm" if model.found else known)
        chosen = self.chosen()
        self.confirm.setEnabled(any(each.origin == "found" for each in chosen))
        self.remove.setEnabled(bool(chosen))
        self.export.setEnabled(bool(model.total))
        self.nothing.setText(
            "No term is like that."
            if model.total
            else "No terms yet. They are found where documents explain them, as in "
            "“myocardial infarction (MI)”, or added above."
        )
        self._stack.setCurrentIndex(0 if model.entries else 1)

    def chosen(self) -> list[Entry]:
        rows = self.table.selectionModel().selectedRows()
        return [self.entries.entries[index.row()] for index in rows]

    # --- what is done --------------------------------------------------------------------------

    def reload(self) -> None:
        self._do(lambda: "")

    def _do(self, work: Callable[[], str]) -> None:
        """Change the glossary, then show it as it is; what ``work`` returns is told."""
        glossary, library = self._glossary, self._library

        def run(_cancel: CancelToken) -> tuple[str, tuple[Entry, ...]]:
            told = work()
            return told, tuple(glossary.all(library))

        task = self._lanes.start("read", run)
        task.succeeded.connect(self._show)
        task.failed.connect(self._tell)

    @Slot(object)
    def _show(self, found: tuple[str, tuple[Entry, ...]]) -> None:
        told, entries = found
        self._clear_notice()
        self.entries.put(entries)
        self._fit()
        if told:
            self._say(Notice(self._theme, told, icon="check-circle", colour="accent"))
        self.changed.emit()

    @Slot()
    def _add(self) -> None:
        glossary, library = self._glossary, self._library
        term, meaning = self.term.text(), self.meaning.text()

        def work() -> str:
            glossary.add(library, term, meaning)
            return ""

        self._do(work)
        if term.strip() and meaning.strip():
            self.term.clear()
            self.meaning.clear()
            self.term.setFocus()

    @Slot(object, str, str)
    def _edit(self, entry: Entry, term: str, meaning: str) -> None:
        glossary = self._glossary

        def work() -> str:
            glossary.change(entry, term, meaning)
            return ""

        self._do(work)

    @Slot()
    def _confirm(self) -> None:
        glossary = self._glossary
        chosen = [each for each in self.chosen() if each.origin == "found"]

        def work() -> str:
            for each in chosen:
                glossary.change(each, each.term, each.meaning)
            return ""

        self._do(work)

    @Slot()
    def _remove(self) -> None:
        glossary, chosen = self._glossary, self.chosen()

        def work() -> str:
            glossary.take_out(chosen)
            return ""

        self._do(work)

    @Slot()
    def _find(self) -> None:
        glossary, library = self._glossary, self._library
        self._do(lambda: f"{count(glossary.find(library), 'new term')} found.")

    @Slot()
    def _choose_import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Import terms", str(Path.home()), CSV)
        if name:
            glossary, library, path = self._glossary, self._library, Path(name)
            self._do(
                lambda: (
                    f"{count(glossary.import_csv(library, read_csv_file(path)), 'new term')} "
                    f"imported from {path.name}."
                )
            )

    @Slot()
    def _choose_export(self) -> None:
        suggested = str(Path.home() / f"Glossary of {self._library}.csv")
        name, _ = QFileDialog.getSaveFileName(self, "Export terms", suggested, CSV)
        if name:
            glossary, library, path = self._glossary, self._library, Path(name)

            def work() -> str:
                write_csv_file(path, glossary.export_csv(library))
                return f"{count(len(glossary.all(library)), 'term')} written to {path.name}."

            self._do(work)

    # --- what is told --------------------------------------------------------------------------

    @Slot(object)
    def _tell(self, problem: Problem) -> None:
        self._say(Notice.of(self._theme, problem))

    def _say(self, notice: Notice) -> None:
        self._clear_notice()
        self.notice = notice
        self._column.insertWidget(self._column.count() - 1, notice)

    def _clear_notice(self) -> None:
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
