"""Names a database query or table files as a source that is pulled again and again."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from desktop.errors import Problem
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import AskDialog
from desktop.widgets.labels import label
from engine.store.sources import Source

WIDTH = 600
LONGEST_MINUTES = 525_600
TABLES = "Tables (*.csv *.tsv *.parquet *.xlsx *.xls *.ods);;All files (*)"


class SourceDialog(AskDialog):
    given = Signal(object, str, str)
    """The :class:`Source`, a table to take whole, and a password. The dialog steps back until the
    rows are there, and comes again where they cannot be read."""

    def __init__(
        self,
        theme: Theme,
        library: str,
        parent: QWidget | None = None,
        *,
        source: Source | None = None,
    ) -> None:
        super().__init__(
            theme,
            "Add a source" if source is None else f"Change {source.name}",
            "Its rows are read into a library and can be searched, cited and counted. Alcove "
            "only reads; it never writes to the source.",
            yes="Add and pull" if source is None else "Save and pull",
            width=WIDTH,
            parent=parent,
        )
        self.source = source
        """The one that is changed; None for a new one."""
        self.name = self.line("Name", placeholder="Bookings")
        self.body.addWidget(label("Where it lies", "head"))
        self.address = QLineEdit()
        self.address.setAccessibleName("Where it lies")
        self.address.setPlaceholderText(
            "A file, a folder, or postgresql://user@host/database, sqlite:////folder/file.db"
        )
        self.address.textChanged.connect(self._fit)
        self.file = Button(theme, "File", icon="file")
        self.file.clicked.connect(self._choose_file)
        self.folder = Button(theme, "Folder", icon="folder")
        self.folder.clicked.connect(self._choose_folder)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.address, 1)
        row.addWidget(self.file)
        row.addWidget(self.folder)
        self.body.addLayout(row)
        self._ask_database()
        self.body.addWidget(label("What tells rows apart, and how a row reads", "head"))
        self.key = QLineEdit()
        self.key.setAccessibleName("Key column")
        self.key.setPlaceholderText("Key column, such as id")
        self.template = QLineEdit()
        self.template.setAccessibleName("How a row reads")
        self.template.setPlaceholderText("{boat} was hired by {guest} on {day}")
        pair = QHBoxLayout()
        pair.setSpacing(8)
        pair.addWidget(self.key, 1)
        pair.addWidget(self.template, 2)
        self.body.addLayout(pair)
        self.every = QLineEdit()
        self.every.setAccessibleName("Minutes between pulls")
        self.every.setPlaceholderText("Minutes; empty for only when asked")
        self.every.setValidator(QIntValidator(0, LONGEST_MINUTES, self.every))
        self.library = QLineEdit(library)
        self.library.setAccessibleName("Library")
        self.library.setToolTip("The library that its rows go to")
        self.body.addWidget(
            label("How often it is pulled while Alcove is open, and the library", "head")
        )
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(self.every, 1)
        last.addWidget(self.library, 1)
        self.body.addLayout(last)
        self.agreed.connect(self._give)
        if source is not None:
            self._fill(source)
        self._fit()
        (self.name if source is None else self.address).setFocus()

    def _fill(self, source: Source) -> None:
        self.name.setText(source.name)
        self.library.setText(source.library)
        for fixed in (self.name, self.library):
            fixed.setEnabled(False)
        self.address.setText(source.address)
        self.query.setPlainText(source.query)
        self.password.setPlaceholderText("Password; empty for the one that is kept")
        self.key.setText(source.key_column)
        self.template.setText(source.template)
        self.every.setText(str(source.every_minutes or ""))

    def _ask_database(self) -> None:
        self.database = label("What is read of the database", "head")
        self.table = QLineEdit()
        self.table.setAccessibleName("Table")
        self.table.setPlaceholderText("Table to take whole")
        self.query = QPlainTextEdit()
        self.query.setAccessibleName("Query")
        self.query.setPlaceholderText("or a query: SELECT id, boat, guest, day FROM bookings")
        self.query.setFixedHeight(72)
        self.query.setProperty("kind", "field")
        self.query.setTabChangesFocus(True)
        self.password = QLineEdit()
        self.password.setAccessibleName("Password")
        self.password.setPlaceholderText("Password; it is kept in the keyring of this system")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._parts: tuple[QWidget, ...] = (self.database, self.table, self.query, self.password)
        for part in self._parts:
            self.body.addWidget(part)

    @property
    def is_database(self) -> bool:
        return "://" in self.address.text()

    @Slot()
    def _fit(self) -> None:
        """Only a database is asked what to read of it."""
        for part in self._parts:
            part.setVisible(self.is_database)
        self.fit()

    @Slot()
    def _choose_file(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "Choose a table", str(Path.home()), TABLES)
        if file:
            self._put(file)

    @Slot()
    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose a folder", str(Path.home()))
        if folder:
            self._put(folder)

    def _put(self, path: str) -> None:
        self.address.setText(path)
        if not self.name.text().strip():
            self.name.setText(Path(path).stem)

    @Slot()
    def _give(self) -> None:
        if not self.name.text().strip():
            self.refuse("The source has no name yet.", "Type one, such as Bookings.")
            return
        if not self.address.text().strip():
            self.refuse(
                "It is not told where the source lies.",
                "Choose a file or folder, or type the address of a database.",
            )
            return
        database = self.is_database
        known = self.source or Source("", "", "")
        source = replace(
            known,
            name=self.name.text().strip(),
            library=self.library.text().strip(),
            address=self.address.text().strip(),
            query=self.query.toPlainText().strip() if database else "",
            key_column=self.key.text().strip(),
            template=self.template.text().strip(),
            every_minutes=int(self.every.text() or 0),
        )
        self.given.emit(
            source,
            self.table.text().strip() if database else "",
            self.password.text() if database else "",
        )
        self.hide()

    @Slot(object)
    def show_problem(self, told: Problem) -> None:
        """Its rows could not be read: say why, and keep what was typed."""
        self.open()
        self.refuse(told.message, told.hint)
