"""Which ways of asking are set side by side: the usual four, and any others."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.chat.head import choice, chosen
from desktop.compare.facts import CompareFacts
from desktop.compare.way_dialog import WayDialog
from desktop.compare.words import WAYS, described
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button, MenuChip
from desktop.widgets.check import CheckBox
from desktop.widgets.labels import ElidedLabel, label
from engine.evaluate.columns import Column
from engine.types import Mode

NO_ADAPTER = "There is no adapter for this model yet. Teach one, or add one on the Models page."


class WaysPanel(QWidget):
    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._facts: CompareFacts | None = None
        self._adapter = ""
        """File of the adapter of the tuned ways; empty for those in use."""
        self.others: list[Column] = []
        self.dialog: WayDialog | None = None
        self.boxes: dict[Mode, CheckBox] = {}
        self.removers: list[Button] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for mode, (name, words) in WAYS.items():
            box = CheckBox(theme, name)
            box.setAccessibleDescription(words)
            box.setChecked(mode in ("plain", "rag"))
            box.setMinimumWidth(176)
            box.toggled.connect(self.changed)
            self.boxes[mode] = box
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addWidget(box)
            row.addWidget(label(words, "soft", wrap=True), 1)
            column.addLayout(row)
        self.adapters = MenuChip(theme, tip="Adapter of the tuned ways")
        self.none = label(NO_ADAPTER, "soft", wrap=True)
        self.add = Button(theme, "Another way…", icon="plus", kind="chip")
        self.add.setToolTip("Any other model, adapter, encoder or setting")
        self.add.clicked.connect(self._ask)
        chips = QHBoxLayout()
        chips.setContentsMargins(0, 4, 0, 0)
        chips.setSpacing(8)
        chips.addWidget(self.adapters)
        chips.addWidget(self.add)
        chips.addStretch(1)
        self._others = QVBoxLayout()
        self._others.setSpacing(4)
        column.addLayout(self._others)
        column.addWidget(self.none)
        column.addLayout(chips)

    def put(self, facts: CompareFacts) -> None:
        first = self._facts is None
        self._facts = facts
        able = bool(facts.adapters)
        for mode in ("tuned", "both"):
            self.boxes[mode].setEnabled(able)
            if not able or first:
                self.boxes[mode].setChecked(able)
        self.none.setVisible(not able)
        self.adapters.setVisible(able)
        files = [each.file for each in facts.adapters]
        if self._adapter not in files:
            self._adapter = "" if facts.in_use else (files[0] if files else "")
        self._fill()

    def _fill(self) -> None:
        if self._facts is None:
            return
        menu = self.adapters.choices
        menu.clear()
        group = QActionGroup(menu)
        rows = [(card.name, card.file) for card in self._facts.adapters]
        if self._facts.in_use:
            rows.insert(0, (f"In use: {', '.join(self._facts.in_use)}", ""))
        for name, file in rows:
            action = choice(menu, group, name, file, file == self._adapter)
            action.triggered.connect(self._choose)
        shown = next((name for name, file in rows if file == self._adapter), "")
        self.adapters.show_choice(f"Adapter: {shown}" if self._adapter else shown)

    @Slot()
    def _choose(self) -> None:
        self._adapter = chosen(self.sender()) or ""
        self._fill()
        self.changed.emit()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The ways that are chosen, the simplest first."""
        held = ((self._adapter, 1.0),) if self._adapter else ()
        usual = [
            Column(mode, mode, adapters=held if mode in ("tuned", "both") else ())
            for mode, box in self.boxes.items()
            if box.isChecked()
        ]
        return (*usual, *self.others)

    # --- others --------------------------------------------------------------------------------

    @Slot()
    def _ask(self) -> None:
        if self._facts is None:
            return
        taken = [each.name for each in self.others]
        self.dialog = WayDialog(self._theme, self._facts, taken, self.window())
        self.dialog.given.connect(self.add_way)
        self.dialog.open()

    @Slot(object)
    def add_way(self, column: Column) -> None:
        self.others.append(column)
        self._show_others()

    def _show_others(self) -> None:
        while self._others.count():
            item = self._others.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.removers = []
        for column in self.others:
            remove = Button(self._theme, icon="x", kind="icon", tip=f"Take out {column.name}")
            remove.setProperty("way", column.name)
            remove.clicked.connect(self._remove)
            self.removers.append(remove)
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(12)
            name = label(column.name, "strong")
            name.setMinimumWidth(176)
            row.addWidget(name)
            row.addWidget(ElidedLabel(described(column), "soft"), 1)
            row.addWidget(remove)
            self._others.addWidget(line)
        self.changed.emit()

    @Slot()
    def _remove(self) -> None:
        name = self.sender().property("way")
        self.others = [each for each in self.others if each.name != name]
        self._show_others()
