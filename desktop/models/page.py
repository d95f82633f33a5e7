"""What runs on this machine: a card for every model, with size, fit, licence and origin."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import Problem
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.column import centred
from desktop.widgets.labels import IconLabel, label
from desktop.widgets.notice import Notice
from desktop.words import size
from engine.types import ModelCard

if TYPE_CHECKING:
    from engine.assistant import Assistant

ROLES = {
    "chat": ("chat-circle-text", "Writes the answers"),
    "embedding": ("magnifying-glass", "Finds passages by meaning"),
}
FITS = {
    "fits": ("Fits this machine", "accent"),
    "tight": ("Tight on this machine", "warn"),
    "will not fit": ("Will not fit this machine", "bad"),
}


class ModelCardView(QFrame):
    def __init__(self, theme: Theme, card: ModelCard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setAccessibleName(f"Model {card.name}")
        icon, role = ROLES[card.role]
        fit, colour = FITS.get(card.fit, (card.fit.capitalize(), "soft"))
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(label(card.name, "strong", select=True))
        names.addWidget(label(role, "soft"))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(IconLabel(theme, icon, px=20, colour="accent"))
        head.addLayout(names, 1)
        head.addWidget(
            IconLabel(theme, "check-circle" if colour == "accent" else "warning", colour=colour)
        )
        head.addWidget(label(fit, "soft"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, 96)
        grid.setColumnStretch(1, 1)
        rows = [
            ("Size", size(card.size_bytes)),
            ("Quantization", card.quantization),
            ("Reads at most", f"{card.context:,} tokens"),
            ("Licence", card.licence),
            ("Origin", card.origin),
            ("File", Path(card.file).name),
            ("On this machine", card.note),
        ]
        for at, (name, value) in enumerate((name, value) for name, value in rows if value):
            grid.addWidget(label(name, "soft"), at, 0, Qt.AlignmentFlag.AlignTop)
            shown: QLabel = label(value, wrap=True, select=True)
            if name == "File":
                shown.setToolTip(card.file)
            grid.addWidget(shown, at, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(16)
        column.addLayout(head)
        column.addLayout(grid)


class ModelsPage(QWidget):
    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self._shown: list[ModelCard] | None = None
        self._parts: list[QWidget] = []
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 16, 0, 16)
        self._column.setSpacing(12)
        self._column.addWidget(label("Models", "title"))
        self._column.addWidget(
            label(
                "Two models do all the work, on this machine and without a network.",
                "softbody",
                wrap=True,
            )
        )
        self._column.addStretch(1)
        ground = centred(inner)
        ground.setProperty("kind", "scrolled")
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(ground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scroll)

    @property
    def cards(self) -> list[ModelCardView]:
        return [part for part in self._parts if isinstance(part, ModelCardView)]

    @Slot()
    def reload(self) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: assistant.models())
        task.succeeded.connect(self._show)
        task.failed.connect(self._fail)

    @Slot(object)
    def _show(self, cards: list[ModelCard]) -> None:
        if cards == self._shown:
            return
        self._shown = cards
        self._clear()
        for card in cards:
            self._put(ModelCardView(self._theme, card))
        if not cards:
            self._put(
                label(
                    "The starter models are not here yet. They come with the first start.",
                    "softbody",
                )
            )

    @Slot(object)
    def _fail(self, problem: Problem) -> None:
        self._shown = None
        self._clear()
        notice = Notice.of(self._theme, problem, button="Try again")
        notice.pressed.connect(self.reload)
        self._put(notice)

    def _put(self, part: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, part)
        self._parts.append(part)

    def _clear(self) -> None:
        for part in self._parts:
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = []
