"""The review table: every example with its state and why it is there; nothing is learnt unseen."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.teach.example_editor import ExampleEditor
from desktop.teach.example_model import ROW_ROLE, STATE_WORDS, Column, ExampleModel
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from desktop.widgets.row_table import row_table
from desktop.words import count
from engine.teach.review import Reviewed, State

CHOICES: tuple[State | None, ...] = (None, "new", "kept", "edited", "dropped")
STATE_PX, WHY_PX, TOKENS_PX, ROW_PX = 76, 190, 68, 34
LEAST_ANSWER_PX, ANSWER_SHARE = 150, 0.26
LEAST_WORDS_PX = 420
"""Question and answer keep so much; the reason gives way, then the tokens."""


class ReviewView(QWidget):
    keep = Signal(list)
    drop = Signal(list)
    """Numbers of the chosen examples."""
    edited = Signal(int, str, str)
    accept = Signal()
    """Take all that were not looked at yet."""
    more = Signal()
    """Back to the sources."""
    imported = Signal()
    exported = Signal()
    go_on = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.notice: Notice | None = None
        self.examples = ExampleModel(theme, self)
        self.table = self._table()
        self.editor = ExampleEditor(theme)
        self.editor.saved.connect(self.edited)
        self.editor.hide()
        self.summary = label("", "softbody", wrap=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 16)
        self._column.setSpacing(10)
        self._column.addWidget(self.summary)
        self._column.addLayout(self._filters())
        self._column.addWidget(self.table, 1)
        self._column.addWidget(self.editor)
        self._column.addLayout(self._foot())
        self.examples.modelReset.connect(self._chosen_changed)
        self.table.selectionModel().selectionChanged.connect(self._chosen_changed)
        drop = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table)
        drop.setContext(Qt.ShortcutContext.WidgetShortcut)
        drop.activated.connect(self._drop)
        self._fit()

    # --- parts ---------------------------------------------------------------------------------

    def _table(self) -> QTableView:
        table = row_table(self.examples, "Examples", ROW_PX)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(48)
        header.setSectionResizeMode(Column.QUESTION, QHeaderView.ResizeMode.Stretch)
        for column, width in (
            (Column.STATE, STATE_PX), (Column.ANSWER, LEAST_ANSWER_PX), (Column.WHY, WHY_PX),
            (Column.TOKENS, TOKENS_PX),
        ):  # fmt: skip
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            table.setColumnWidth(column, width)
        return table

    def _filters(self) -> QHBoxLayout:
        self.states: dict[State | None, Button] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(8)
        for at, state in enumerate(CHOICES):
            button = Button(self._theme, " ", kind="chip")
            button.setCheckable(True)
            self._group.addButton(button, at)
            self.states[state] = button
            row.addWidget(button)
        self.states[None].setChecked(True)
        self._group.idClicked.connect(self._narrow)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search examples")
        self.search.setAccessibleName("Search examples")
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(110)
        self.search.setMaximumWidth(200)
        self.search.textChanged.connect(self._narrow)
        row.addStretch(1)
        row.addWidget(self.search, 1)
        return row

    def _foot(self) -> QHBoxLayout:
        self.keep_button = self._button("Keep", "check", self._keep, "Take the chosen ones")
        self.drop_button = self._button("Leave out", "x", self._drop, "Learn without them")
        self.source_button = self._button("Sources", "arrow-left", self.more, "Make other examples")
        self.import_button = self._button(
            "Import", "download-simple", self.imported, "Add examples from a file"
        )
        self.export_button = self._button(
            "Export", "upload-simple", self.exported, "Write them into a file"
        )
        self.accept_button = Button(self._theme, " ", kind="plain")
        self.accept_button.clicked.connect(self.accept)
        self.go_button = Button(self._theme, "Go on", kind="main")
        self.go_button.clicked.connect(self.go_on)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.source_button, self.keep_button, self.drop_button,
                       self.import_button, self.export_button):  # fmt: skip
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.accept_button)
        row.addWidget(self.go_button)
        return row

    def _button(self, text: str, icon: str, slot: object, tip: str) -> Button:
        button = Button(self._theme, text, icon=icon, kind="chip", tip=tip)
        button.clicked.connect(slot)
        return button

    # --- what is shown -------------------------------------------------------------------------

    def put(self, rows: tuple[Reviewed, ...]) -> None:
        self.examples.put(rows)
        self._chosen_changed()
        self._fit()

    def show_state(self, state: State | None) -> None:
        self.states[state].setChecked(True)
        self._narrow()

    @Slot()
    def _narrow(self) -> None:
        at = self._group.checkedId()
        self.examples.narrow(self.search.text(), CHOICES[at] if at >= 0 else None)
        self._fit()

    def _fit(self) -> None:
        every = self.examples.every
        for state, button in self.states.items():
            number = sum(state in (None, each.state) for each in every)
            words = STATE_WORDS[state] if state is not None else "All"
            button.setText(f"{words} {number:,}")
            button.setAccessibleName(button.text())
            button.setVisible(bool(number) or state is None or button.isChecked())
        new = sum(each.state == "new" for each in every)
        taken = sum(each.state in ("kept", "edited") for each in every)
        tokens = [each.tokens for each in every if each.tokens and each.state != "dropped"]
        told = f"{count(len(every), 'example')}"
        if tokens:
            told += f", {sum(tokens):,} tokens, the longest {max(tokens):,}"
        told += "."
        if new:
            told += f" {count(new, 'example')} to look at: nothing is learnt unseen."
        self.summary.setText(told)
        self.accept_button.setText(f"Keep all {new:,}")
        self.accept_button.setAccessibleName(f"Keep all {new:,} that are new")
        self.accept_button.setVisible(bool(new))
        self.go_button.setEnabled(not new and taken > 1)
        self.go_button.setToolTip("" if not new else "Keep or leave out the new ones first")

    def chosen(self) -> list[Reviewed]:
        rows = self.table.selectionModel().selectedRows()
        return [index.data(ROW_ROLE) for index in rows]

    @Slot()
    def _chosen_changed(self) -> None:
        chosen = self.chosen()
        self.keep_button.setEnabled(any(each.state != "kept" for each in chosen))
        self.drop_button.setEnabled(any(each.state != "dropped" for each in chosen))
        self.editor.put(chosen[0] if len(chosen) == 1 else None)

    @Slot()
    def _keep(self) -> None:
        self.keep.emit([each.number for each in self.chosen()])

    @Slot()
    def _drop(self) -> None:
        self.drop.emit([each.number for each in self.chosen()])

    def say(self, notice: Notice | None) -> None:
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
        self.notice = notice
        if notice is not None:
            notice.pressed.connect(self._quiet)
            self._column.insertWidget(0, notice)

    @Slot()
    def _quiet(self) -> None:
        self.say(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width() - STATE_PX - LEAST_WORDS_PX
        answer = max(LEAST_ANSWER_PX, round(ANSWER_SHARE * event.size().width()))
        self.table.setColumnWidth(Column.ANSWER, answer)
        self.table.setColumnHidden(Column.TOKENS, room < TOKENS_PX)
        self.table.setColumnHidden(Column.WHY, room < TOKENS_PX + WHY_PX)
