"""One adapter under its model: what it is for, how strongly it is used, and taking it away."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import MenuChip
from desktop.widgets.labels import ElidedLabel, IconLabel, label
from desktop.widgets.strengths import OFF, fill_strengths, strength_words
from engine.model_types import AdapterCard, AdapterInUse

IN_EFFECT = "in effect"
WAITING = "from the next question on"


class AdapterRow(QWidget):
    strength_wanted = Signal(str, float)
    """Its file, and how strongly the model is to be used with it from now on; 0 for not."""
    remove_wanted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        card: AdapterCard,
        used: AdapterInUse | None,
        *,
        fits: bool,
        working: bool,
        parent: QWidget | None = None,
    ) -> None:
        """``fits`` tells that it belongs to the model, ``working`` that it is attached to it."""
        super().__init__(parent)
        self.card = card
        self.scale = used.scale if used is not None else OFF
        self.name = ElidedLabel(card.name)
        about = ", ".join(
            part for part in (f"for {card.task}" if card.task else "", f"rank {card.rank}") if part
        )
        self.about = label(about, "soft")
        self.state = label("", "soft")
        if used is not None:
            self.state.setText(IN_EFFECT if working else WAITING)
            self.state.setProperty("kind", "tag" if working else "soft")
            self.state.setToolTip(used.words)
        self.strength = MenuChip(theme, tip=f"How strongly {card.name} is used")
        self.strength.show_choice(strength_words(self.scale).capitalize())
        for action in fill_strengths(self.strength.choices, self.scale).actions():
            action.triggered.connect(self._choose)
        self.strength.choices.addSeparator()
        self.remove = self.strength.choices.addAction("Remove…")
        self.remove.triggered.connect(self._remove)
        if not fits:
            self.state.setText("does not fit")
            for action in self.strength.choices.actions():
                action.setVisible(action is self.remove)
        self.state.setVisible(bool(self.state.text()))
        self.part = label(used.part if used is not None and fits else "", "soft", wrap=True)
        self.part.setContentsMargins(24, 0, 0, 0)
        self.part.setVisible(bool(self.part.text()))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.part)
        row.addWidget(IconLabel(theme, "arrow-elbow-down-right"))
        row.addWidget(self.name, 1)
        row.addWidget(self.about)
        row.addWidget(self.state)
        row.addWidget(self.strength)
        if card.note:
            self.setToolTip(f"Not checked: {card.note}." if fits else f"{card.note}.")

    @Slot()
    def _choose(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.strength_wanted.emit(self.card.file, float(action.data()))

    @Slot()
    def _remove(self) -> None:
        self.remove_wanted.emit(self.card.file)
