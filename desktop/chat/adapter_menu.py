"""The adapters in the menu of a conversation's model: which act, how strongly, for how long."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from desktop.widgets.strengths import (
    OFF,
    Held,
    fill_strengths,
    strength_words,
    with_strength,
)
from desktop.words import short_model
from engine.formats import task
from engine.model_types import AdapterCard, AdapterInUse

ALONE = "(without documents only)"


@dataclass(frozen=True, slots=True)
class AdapterFacts:
    """The adapters of this machine, and those that each model is always used with."""

    cards: tuple[AdapterCard, ...] = ()
    in_use: Mapping[str, tuple[AdapterInUse, ...]] | None = None

    def of(self, model: str) -> tuple[AdapterCard, ...]:
        return tuple(card for card in self.cards if model in card.models)

    def always(self, model: str) -> Held:
        used = (self.in_use or {}).get(model, ())
        return tuple((each.file, each.scale) for each in used)

    def name(self, file: str) -> str:
        return next((card.name for card in self.cards if card.file == file), "")

    def shipped(self, file: str) -> bool:
        return any(card.file == file and card.shipped for card in self.cards)

    def words_documents(self, file: str, model: str) -> bool:
        """Whether an adapter takes part in this model's answers from documents."""
        return any(card.file == file and model in card.documents for card in self.cards)


class AdapterMenu(QObject):
    """What a conversation is held with; None follows its model."""

    changed = Signal()
    """The conversation's own choice is another now."""
    always_wanted = Signal(str, object)
    """Name of the model, and what it is to be used with from now on."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.facts = AdapterFacts()
        self.model = ""
        self.own: Held | None = None

    @property
    def held(self) -> Held:
        """What acts in this conversation, as far as it is here."""
        wanted = self.facts.always(self.model) if self.own is None else self.own
        here = {card.file for card in self.facts.of(self.model)}
        return tuple(each for each in wanted if each[0] in here)

    @property
    def words_documents(self) -> bool:
        """Whether any of them takes part in answers from documents."""
        return any(self.facts.words_documents(file, self.model) for file, _ in self.held)

    @property
    def talks(self) -> bool:
        """Whether any of them takes part where no documents are asked."""
        tasks = {card.file: card.task for card in self.facts.cards}
        return any(task.talks(tasks.get(file, "")) for file, _ in self.held)

    @property
    def words(self) -> str:
        """``" + House style"``, ``" + 2 adapters"``; empty for what came with the app."""
        own = [file for file, _ in self.held if not self.facts.shipped(file)]
        if not own:
            return ""
        return f" + {self.facts.name(own[0])}" if len(own) == 1 else f" + {len(own)} adapters"

    def fill(self, menu: QMenu) -> None:
        """Add the adapters that fit the model, each with its strengths."""
        fitting = self.facts.of(self.model)
        if not fitting:
            return
        menu.addSeparator()
        head = menu.addAction(f"Adapters of {short_model(self.model)}")
        head.setEnabled(False)
        scales = dict(self.held)
        for card in fitting:
            scale = scales.get(card.file, OFF)
            mark = f"  {strength_words(scale)}" if scale != OFF else ""
            apart = "" if self.model in card.documents else f"  {ALONE}"
            below = menu.addMenu(f"{card.name}{mark}{apart}")
            below.menuAction().setData(card.file)
            below.menuAction().setToolTip(card.task)
            for action in fill_strengths(below, scale).actions():
                action.triggered.connect(self._choose)
        always = self.facts.always(self.model)
        if self.own is None:
            if always:
                menu.addAction("Always used with this model").setEnabled(False)
            return
        if self.own != always:
            use = menu.addAction("Always use these with this model")
            use.triggered.connect(self._always)
        menu.addAction("Use what the model always uses").triggered.connect(self._follow)

    @Slot()
    def _choose(self) -> None:
        action = self.sender()
        below = action.parent() if isinstance(action, QAction) else None
        if isinstance(action, QAction) and isinstance(below, QMenu):
            file = str(below.menuAction().data())
            self.own = with_strength(self.held, file, float(action.data()))
            self.changed.emit()

    @Slot()
    def _follow(self) -> None:
        self.follow()

    def follow(self) -> None:
        """Use what the model is always used with."""
        self.own = None
        self.changed.emit()

    @Slot()
    def _always(self) -> None:
        self.always_wanted.emit(self.model, self.held)
