"""Asks for one more way: its model, adapter, encoder and options."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QWidget

from desktop.compare.facts import CompareFacts
from desktop.compare.words import WAYS
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.dialog import AskDialog
from desktop.widgets.labels import label
from engine.errors import EngineError
from engine.evaluate import columns
from engine.evaluate.columns import Column

NO_ADAPTER = "None"
STRENGTHS = (1.0, 0.75, 0.5, 0.25)


class WayDialog(AskDialog):
    given = Signal(object)
    """The :class:`Column`."""

    def __init__(
        self, theme: Theme, facts: CompareFacts, taken: list[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(
            theme, "One more way", "Whatever is not said here is as in the other ways.",
            yes="Add", parent=parent,
        )  # fmt: skip
        self._facts, self._taken = facts, taken
        self.name = self.line("Name", placeholder="short answers")
        row = QHBoxLayout()
        row.setSpacing(12)
        self.model = self._choice("Model", ["", *facts.models], facts.default or "The default")
        self.documents = self._choice("Looks in the library", ["rag", "plain"], "")
        self.documents.setItemText(0, "Yes")
        self.documents.setItemText(1, "No")
        self.adapter = self._choice("Adapter", ["", *(each.file for each in facts.adapters)], "")
        self.adapter.setItemText(0, NO_ADAPTER)
        for at, card in enumerate(facts.adapters, start=1):
            self.adapter.setItemText(at, card.name)
        self.strength = self._choice("Strength", [str(each) for each in STRENGTHS], "")
        for at, each in enumerate(STRENGTHS):
            self.strength.setItemText(at, f"{100 * each:.0f} %")
        self.options = self.line("Options", placeholder="temperature=0.7, top_p=0.9")
        self.encoder = self.line(
            "Folder of another sentence encoder", placeholder="the one in use", into=row
        )
        self.browse = Button(theme, "Choose…")
        self.browse.clicked.connect(self._browse)
        row.addWidget(self.browse)
        self.body.addLayout(row)
        self.agreed.connect(self._give)
        self.name.setFocus()

    def _choice(self, name: str, values: list[str], first: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        for value in values:
            box.addItem(value or first, value)
        self.body.addWidget(label(name, "head"))
        self.body.addWidget(box)
        return box

    @Slot()
    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Choose an encoder", str(Path.home()))
        if folder:
            self.encoder.setText(folder)

    @Slot()
    def _give(self) -> None:
        name = " ".join(self.name.text().split()).replace(":", "")
        if not name or name in self._taken or name in WAYS:
            self.refuse(
                "The way needs a name of its own.", "It stands over its answers in every table."
            )
            return
        try:
            column = columns.parsed(f"{name}: {self.options.text()}")
        except EngineError as error:
            self.refuse(error.message, error.hint)
            return
        adapter, reads = self.adapter.currentData(), self.documents.currentData() == "rag"
        self.accept()
        self.given.emit(
            Column(
                name,
                mode=("both" if reads else "tuned") if adapter else ("rag" if reads else "plain"),
                model=self.model.currentData(),
                adapters=((adapter, float(self.strength.currentData())),) if adapter else (),
                encoder=self.encoder.text().strip() if reads else "",
                options=column.options,
            )
        )
