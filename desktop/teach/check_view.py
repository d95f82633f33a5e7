"""Before a training: its name and model, what this machine says to it, and the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import Problem
from desktop.teach.settings_fields import FIELDS, settings_of, text_of
from desktop.teach.words import MISSING, MISSING_HINT, SETUP_COMMAND
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button, MenuChip
from desktop.widgets.column import centred
from desktop.widgets.labels import IconLabel, label
from desktop.widgets.notice import Notice
from desktop.words import count
from engine.errors import InputError
from engine.services.teach_plan import Plan
from engine.teach.machine_check import Line, MachineCheck

LINE_PX = 132
ICONS = {
    "good": ("check-circle", "accent"),
    "tight": ("warning", "warn"),
    "bad": ("x-circle", "bad"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user chose for a training; the rest is suggested."""

    name: str = ""
    model: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    longest: int = 0
    """Examples of more tokens are left out; 0 leaves none out."""


class CheckView(QScrollArea):
    changed = Signal(object)
    """The :class:`Choice` is another one: plan and look again."""
    start = Signal()
    check_again = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.choice = Choice()
        self.plan: Plan | None = None
        self.check: MachineCheck | None = None
        self.missing: Problem | None = None
        self.notice: Notice | None = None
        self.proposal: Notice | None = None
        self._models: tuple[str, ...] = ()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 8, 0, 24)
        self._column.setSpacing(12)
        self.summary = label("", "title", wrap=True)
        self.what = label("", "softbody", wrap=True)
        self._column.addWidget(self.summary)
        self._column.addWidget(self.what)
        self._column.addLayout(self._choices())
        self._column.addWidget(self._card())
        self._extra = QVBoxLayout()
        self._extra.setSpacing(12)
        self._column.addLayout(self._extra)
        self._column.addLayout(self._buttons())
        self._column.addWidget(self._more())
        self._column.addStretch(1)
        ground = centred(inner)
        ground.setProperty("kind", "scrolled")
        self.setWidget(ground)

    # --- parts ---------------------------------------------------------------------------------

    def _choices(self) -> QGridLayout:
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the adapter")
        self.name.setPlaceholderText("Name of the adapter")
        self.name.editingFinished.connect(self._name_typed)
        self.models = MenuChip(self._theme, tip="Which model learns")
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.addWidget(label("Name", "head"), 0, 0)
        grid.addWidget(label("Model", "head"), 0, 1)
        grid.addWidget(self.name, 1, 0)
        grid.addWidget(self.models, 1, 1)
        return grid

    def _card(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        self.verdict = label("", "strong", wrap=True)
        column.addWidget(self.verdict)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(8)
        column.addLayout(self._lines)
        return card

    def _buttons(self) -> QHBoxLayout:
        self.more_button = Button(self._theme, "More", icon="sliders-horizontal")
        self.more_button.setCheckable(True)
        self.start_button = Button(self._theme, "Start", icon="play", kind="main")
        self.start_button.clicked.connect(self.start)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.more_button)
        row.addStretch(1)
        row.addWidget(self.start_button)
        return row

    def _more(self) -> QWidget:
        self.more = QWidget()
        self.lines: dict[str, QLineEdit] = {}
        column = QVBoxLayout(self.more)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        told = "What you leave empty suits the purpose, the model and this machine."
        column.addWidget(label(told, "soft", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 112)
        grid.setColumnStretch(2, 1)
        for at, one in enumerate(FIELDS):
            line = QLineEdit()
            line.setFixedWidth(LINE_PX)
            line.setAccessibleName(f"{one.name}. {one.words}")
            line.returnPressed.connect(self._settings_typed)
            self.lines[one.key] = line
            grid.addWidget(label(one.name), at, 0)
            grid.addWidget(line, at, 1)
            grid.addWidget(label(one.words, "soft", wrap=True), at, 2)
        column.addLayout(grid)
        self.apply = Button(self._theme, "Use these settings", kind="plain")
        self.apply.clicked.connect(self._settings_typed)
        row = QHBoxLayout()
        row.addWidget(self.apply)
        row.addStretch(1)
        column.addLayout(row)
        self.more.hide()
        self.more_button.toggled.connect(self.more.setVisible)
        return self.more

    # --- what is shown -------------------------------------------------------------------------

    def begin(self, choice: Choice, models: tuple[str, ...], missing: Problem | None) -> None:
        """While this machine is looked at."""
        self.choice, self.missing = choice, missing
        self.plan = self.check = None
        self._put_models(models)
        self.summary.setText("Looking at this machine…")
        self.what.setText("")
        self.verdict.setText("Memory, disk, time and battery.")
        self._put_lines(())
        self._clear_extra()
        self.start_button.setEnabled(False)

    def put(self, plan: Plan, check: MachineCheck) -> None:
        """What was found."""
        self.plan, self.check = plan, check
        told = count(len(plan.taught), "example")
        held = (
            f", {count(len(plan.held_out), 'example')} kept to measure on" if plan.held_out else ""
        )
        self.summary.setText(f"{plan.spec.name}: {told} to learn from")
        self.what.setText(f"{plan.base_name}{held}. {plan.left_words}".strip())
        self.name.setText(plan.spec.name)
        self.verdict.setText(
            "This machine can do it." if check.fits else "This machine cannot do it so."
        )
        self._put_lines(check.lines)
        self._clear_extra()
        for each in FIELDS:
            line = self.lines[each.key]
            suited = text_of(plan.spec.settings.get(each.key))
            line.setPlaceholderText(suited or each.default)
            line.setText(text_of(self.choice.settings.get(each.key)))
        if check.proposal is not None:
            self.proposal = Notice(
                self._theme, check.proposal.words, button="Take this", icon="lightbulb",
                colour="warn",
            )  # fmt: skip
            self.proposal.pressed.connect(self._take)
            self._extra.addWidget(self.proposal)
        if self.missing is not None:
            self._show_missing()
        self.start_button.setEnabled(check.fits and self.missing is None)

    def _show_missing(self) -> None:
        notice = Notice(
            self._theme, MISSING, f"{MISSING_HINT}\n\n{SETUP_COMMAND}", button="Copy",
            icon="package", colour="warn",
        )  # fmt: skip
        notice.button.setToolTip("Copy the command")
        notice.pressed.connect(self._copy)
        again = Button(self._theme, "It is installed: look again", kind="link")
        again.clicked.connect(self.check_again)
        self._extra.addWidget(notice)
        row = QWidget()
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(again)
        inside.addStretch(1)
        self._extra.addWidget(row)
        self.notice = notice

    def fail(self, problem: Problem) -> None:
        """Nothing could be planned."""
        self.summary.setText("It cannot be trained so")
        self.verdict.setText("")
        self._put_lines(())
        self._clear_extra()
        self.notice = Notice.of(self._theme, problem)
        self._extra.addWidget(self.notice)
        self.start_button.setEnabled(False)

    def _put_models(self, models: tuple[str, ...]) -> None:
        self._models = models
        self.models.choices.clear()
        for name in models:
            action = self.models.choices.addAction(name)
            action.setData(name)
            action.triggered.connect(self._choose_model)
        self.models.show_choice(self.choice.model or (models[0] if models else "No model"))

    def _put_lines(self, lines: tuple[Line, ...]) -> None:
        _empty(self._lines)
        for each in lines:
            icon, colour = ICONS[each.verdict]
            part = QWidget()
            part.setAccessibleName(f"{each.what}: {each.words}")
            row = QHBoxLayout(part)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(10)
            up = Qt.AlignmentFlag.AlignTop
            row.addWidget(IconLabel(self._theme, icon, colour=colour), 0, up)
            name = label(each.what, "softbody")
            name.setFixedWidth(72)
            row.addWidget(name, 0, up)
            row.addWidget(label(each.words, wrap=True), 1)
            self._lines.addWidget(part)

    def _clear_extra(self) -> None:
        _empty(self._extra)
        self.notice = self.proposal = None

    # --- what is chosen ------------------------------------------------------------------------

    def _choose(self, **changed: Any) -> None:
        values = {
            "name": self.choice.name, "model": self.choice.model,
            "settings": self.choice.settings, "longest": self.choice.longest,
        }  # fmt: skip
        self.changed.emit(Choice(**{**values, **changed}))

    @Slot()
    def _choose_model(self) -> None:
        self._choose(model=self.sender().data())  # type: ignore[attr-defined]

    @Slot()
    def _name_typed(self) -> None:
        name = self.name.text().strip()
        if name and self.plan is not None and name != self.plan.spec.name:
            self._choose(name=name)

    @Slot()
    def _take(self) -> None:
        """The smaller training."""
        proposal = self.check.proposal if self.check is not None else None
        if proposal is not None:
            self._choose(
                settings={**self.choice.settings, **proposal.settings},
                longest=proposal.longest or self.choice.longest,
            )

    @Slot()
    def _settings_typed(self) -> None:
        try:
            settings = settings_of({key: line.text() for key, line in self.lines.items()})
        except InputError as error:
            self._clear_extra()
            self.notice = Notice(self._theme, error.message, error.hint)
            self._extra.addWidget(self.notice)
            return
        self._choose(settings=settings)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(SETUP_COMMAND)


def _empty(column: QVBoxLayout) -> None:
    while (item := column.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
