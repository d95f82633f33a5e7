"""Asks for another encoder or passage length, and tells what that costs before it begins."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QWidget,
)

from desktop.errors import Problem
from desktop.settings.renewal import Reading
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import AskDialog
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from desktop.words import count, size
from engine.services.reembed_jobs import LEAST_TOKENS, MOST_TOKENS, ReembedPlan

ASK, BEGIN = "What does it cost?", "Begin"


class ReadingDialog(AskDialog):
    plan_wanted = Signal(str, int)
    """The encoder's folder, empty for the own one, and the tokens of a passage."""
    given = Signal(str, int)

    def __init__(self, theme: Theme, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "How documents are read for search",
            "A change is made in the background; what is there serves until all is ready. "
            "It can be paused.",
            yes=ASK,
            parent=parent,
        )
        now = reading.change or reading.serving
        self.plan: ReembedPlan | None = None
        self.body.addWidget(label("Encoder, which finds passages by their meaning", "head"))
        self.own = QRadioButton("The one that came with Alcove")
        self.other = QRadioButton("One in a folder, in the ONNX form")
        self.encoders = QButtonGroup(self)
        self.fetched = [QRadioButton(name) for name, _ in reading.fetched]
        self._folders = [folder for _, folder in reading.fetched]
        for at, each in enumerate((self.own, *self.fetched, self.other)):
            self.encoders.addButton(each, at)
            self.body.addWidget(each)
        chosen = dict(zip(self._folders, self.fetched, strict=True)).get(now.embedder, self.other)
        (chosen if now.embedder else self.own).setChecked(True)
        self.folder = QLineEdit("" if now.embedder in self._folders else now.embedder)
        self.folder.setAccessibleName("Folder of the encoder")
        self.folder.setPlaceholderText("Folder with model.onnx and tokenizer.json")
        self.choose = Button(theme, "Folder", icon="folder")
        self.choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose)
        self.body.addLayout(row)
        self.tokens = self.line("Length of passages, in tokens", placeholder="130")
        self.tokens.setValidator(QIntValidator(0, 10 * MOST_TOKENS, self.tokens))
        self.tokens.setText(str(now.passage_tokens))
        self.body.addWidget(
            label("A token is about three quarters of a word; 130 is usual.", "soft")
        )
        self.encoders.idClicked.connect(self._fit)
        self.folder.textEdited.connect(self._fit)
        self.tokens.textEdited.connect(self._fit)
        self.agreed.connect(self._go)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Something else is wanted: its cost is yet to be told."""
        for part in (self.folder, self.choose):
            part.setEnabled(self.other.isChecked())
        self.plan = None
        self._name(ASK)

    def _name(self, text: str) -> None:
        self.yes.setText(text)
        self.yes.setAccessibleName(text)
        self.yes.setEnabled(True)

    @Slot()
    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose the encoder", str(Path.home()))
        if folder:
            self.folder.setText(folder)
            self._fit()

    @Slot()
    def _go(self) -> None:
        folder = self._chosen()
        tokens = int(self.tokens.text() or 0)
        if self.other.isChecked() and not folder:
            self.refuse("No folder is chosen.", "Choose the folder of an encoder.")
        elif not LEAST_TOKENS <= tokens <= MOST_TOKENS:
            self.refuse(
                f"Passages can be {LEAST_TOKENS} to {MOST_TOKENS} tokens long.",
                "130 is usual: about five sentences.",
            )
        elif self.plan is not None:
            self.accept()
            self.given.emit(folder, tokens)
        else:
            self.yes.setEnabled(False)
            self.plan_wanted.emit(folder, tokens)

    def _chosen(self) -> str:
        """Folder of the encoder; empty for the own one, or where none is typed."""
        for button, folder in zip(self.fetched, self._folders, strict=True):
            if button.isChecked():
                return folder
        return self.folder.text().strip() if self.other.isChecked() else ""

    @Slot(object)
    def show_plan(self, plan: ReembedPlan) -> None:
        words, hint = plan_words(plan)
        short = plan.free_bytes < plan.needed_bytes
        self.put(
            Notice(
                self._theme,
                words,
                hint,
                icon="warning-circle" if short else "info",
                colour="bad" if short else "accent",
            )
        )
        possible = bool(plan.documents or plan.passages) and not short
        self.plan = plan if possible else None
        self._name(BEGIN if possible else ASK)
        self.yes.setEnabled(possible)

    @Slot(object)
    def show_problem(self, told: Problem) -> None:
        self._name(ASK)
        self.refuse(told.message, told.hint)


def plan_words(plan: ReembedPlan) -> tuple[str, str]:
    """What is to be done, and the room that it takes."""
    parts = []
    if plan.documents:
        parts.append(f"{count(plan.documents, 'document')} cut anew")
    if plan.passages:
        parts.append(f"{count(plan.passages, 'passage')} read by the new encoder")
    if not parts:
        return "That is how it is already.", "Nothing is to be done."
    room = f"It needs about {size(plan.needed_bytes)} on the disk for a while"
    if plan.free_bytes < plan.needed_bytes:
        return f"{room}, and {size(plan.free_bytes)} are free.", "Free some space and try again."
    return f"{' and '.join(parts)}.", f"{room}; {size(plan.free_bytes)} are free."
