"""How one model writes and runs. An empty line is the default, which stands there in grey."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.errors import Problem, problem
from desktop.models.option_fields import FIELDS, Field, options_of, placeholder, text_of
from desktop.models.work import Job
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from engine.errors import EngineError
from engine.models.options import ModelOptions

WIDTH = 620
LINE_WIDTH = 132
HEADS = {
    "writing": "How it writes",
    "running": "How it runs, from the next time it is loaded",
}


class OptionsDialog(QDialog):
    saved = Signal(str, object)
    """The model's name and its :class:`ModelOptions`; the dialog stays until they are stored."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        chosen: ModelOptions,
        defaults: ModelOptions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._name = theme, name
        self.notice: Notice | None = None
        self.setWindowTitle(f"Options of {name}")
        self.setFixedWidth(WIDTH)
        self.lines: dict[str, QLineEdit] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 24, 24, 20)
        self._column.setSpacing(12)
        self._column.addWidget(label(name, "title"))
        self._column.addWidget(
            label(
                "What you leave empty stays as the makers of the model and Alcove set it.",
                "softbody",
                wrap=True,
            )
        )
        for part, head in HEADS.items():
            self._column.addSpacing(4)
            self._column.addWidget(label(head, "head"))
            self._column.addLayout(self._grid([one for one in FIELDS if one.part == part]))
        for field in FIELDS:
            line = self.lines[field.key]
            line.setPlaceholderText(placeholder(defaults, field))
            line.setText(text_of(chosen, field.key))
        self._column.addLayout(self._buttons())
        self.lines["temperature"].setFocus()

    def _grid(self, fields: list[Field]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 112)
        grid.setColumnStretch(2, 1)
        for at, field in enumerate(fields):
            line = QLineEdit()
            line.setFixedWidth(LINE_WIDTH)
            line.setAccessibleName(f"{field.name}. {field.words}")
            line.returnPressed.connect(self._save)
            name = label(field.name)
            name.setBuddy(line)
            self.lines[field.key] = line
            middle = Qt.AlignmentFlag.AlignVCenter
            grid.addWidget(name, at, 0, middle)
            grid.addWidget(line, at, 1)
            grid.addWidget(label(field.words, "soft", wrap=True), at, 2, middle)
        return grid

    def _buttons(self) -> QHBoxLayout:
        self.clear = Button(self._theme, "Back to the defaults", kind="plain")
        self.clear.clicked.connect(self._clear)
        self.cancel = Button(self._theme, "Cancel", kind="plain")
        self.cancel.clicked.connect(self.reject)
        self.save = Button(self._theme, "Save", kind="main")
        self.save.clicked.connect(self._save)
        row = QHBoxLayout()
        row.setContentsMargins(0, 12, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.clear)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.save)
        return row

    @Slot()
    def _clear(self) -> None:
        for line in self.lines.values():
            line.clear()
        self._say(None)

    @Slot()
    def _save(self) -> None:
        try:
            options = options_of({key: line.text() for key, line in self.lines.items()})
        except EngineError as error:
            self._say(problem(error))
            return
        self._say(None)
        self.save.setEnabled(False)
        self.saved.emit(self._name, options)

    @Slot(object, object)
    def saved_well(self, job: Job, _result: object) -> None:
        """The engine has stored them."""
        if job == Job("options", self._name):
            self.accept()

    @Slot(object, object)
    def refused(self, job: Job, told: Problem) -> None:
        """The engine did not take them: say why, and keep what was typed."""
        if job == Job("options", self._name):
            self.save.setEnabled(True)
            self._say(told)

    def _say(self, told: Problem | None) -> None:
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
        if told is not None:
            self.notice = Notice.of(self._theme, told)
            self._column.insertWidget(2, self.notice)
