"""Answers why a file is not found: drop or choose one, and read what is known of it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from desktop.library.why import BUTTONS, Why, why
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import AskDialog
from desktop.widgets.drop import DropTarget
from desktop.widgets.labels import label

if TYPE_CHECKING:
    from engine.assistant import Assistant


class WhyDialog(AskDialog):
    step_wanted = Signal(object)
    """The :class:`Why` whose next step is to be done."""

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(
            theme,
            "Why is a file not found?",
            "Drop the file here or choose it. Alcove looks what it knows of it.",
            yes="Choose a file",
            no="Close",
            parent=parent,
        )
        self._lanes, self._assistant = lanes, assistant
        self.found: Why | None = None
        self.answer = QFrame()
        self.answer.setProperty("kind", "notice")
        self.message = label("", "strong", wrap=True, select=True)
        self.hint = label("", "softbody", wrap=True, select=True)
        inner = QVBoxLayout(self.answer)
        inner.setContentsMargins(16, 12, 16, 12)
        inner.addWidget(self.message)
        inner.addWidget(self.hint)
        self.body.addWidget(self.answer)
        self.answer.hide()
        self.step = Button(theme, " ", kind="main")
        self.step.clicked.connect(self._go)
        self.step.hide()
        self.buttons.addWidget(self.step)
        self.agreed.connect(self._choose)
        self.drop = DropTarget(theme, self)
        self.drop.say("Drop to look it up")
        self.drop.dropped.connect(self._dropped)

    def look(self, path: str) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: why(assistant, path))
        task.succeeded.connect(self._show)

    @Slot(object)
    def _show(self, found: Why) -> None:
        self.found = found
        self.message.setText(found.message)
        self.hint.setText(found.hint)
        self.hint.setVisible(bool(found.hint))
        self.answer.show()
        words = BUTTONS[found.step]
        self.step.setText(words)
        self.step.setAccessibleName(words)
        self.step.setVisible(bool(words))
        self.yes.setText("Another file")
        self.yes.setProperty("kind", "plain" if words else "main")
        self.yes.style().unpolish(self.yes)
        self.yes.style().polish(self.yes)
        self.adjustSize()

    @Slot()
    def _choose(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self, "Choose a file", str(Path.home()))
        if file:
            self.look(file)

    @Slot(list)
    def _dropped(self, paths: list[Path]) -> None:
        self.look(str(paths[0]))

    @Slot()
    def _go(self) -> None:
        if self.found is not None:
            self.accept()
            self.step_wanted.emit(self.found)
