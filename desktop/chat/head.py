"""Over a conversation: its title, and who answers, from which libraries, in which way."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop.chat.adapter_menu import AdapterFacts, AdapterMenu
from desktop.facts import Facts
from desktop.theme.theme import Theme
from desktop.widgets.buttons import MenuChip
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.strengths import Held
from desktop.words import short_model
from engine.model_types import AdapterInUse, ModelCard
from engine.types import Mode

ALL_LIBRARIES = "All libraries"
ALL_MODELS = "All models…"
WAYS: dict[Mode, str] = {"rag": "With documents", "plain": "Model alone"}
TUNED: dict[Mode, Mode] = {"rag": "both", "plain": "tuned"}
"""The same ways with adapters."""
TUNED_WORDS: dict[Mode, str] = {"rag": "Documents + tuned", "plain": "Tuned model alone"}
WAY_TIP = "Way of answering"
LEFT_OUT = "Way of answering. The adapter takes part only in answers of the model alone"
FITS = {"tight": "  (tight here)", "will not fit": "  (will not fit here)"}


class ConversationHead(QWidget):
    library_changed = Signal()
    way_changed = Signal()
    model_changed = Signal()
    adapters_changed = Signal()
    models_wanted = Signal()
    """The page of all models."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.library: str | None = None
        self.way: Mode = "rag"
        """With documents or without; see :attr:`mode`."""
        self.model = ""
        """Name of the model of this conversation; empty for the default."""
        self._names: list[str] = []
        self._models: tuple[ModelCard, ...] = ()
        self._default = ""
        self.title = ElidedLabel(title, "title")
        self.models = MenuChip(theme, tip="Model of this conversation")
        self.libraries = MenuChip(theme, tip="Libraries to look in")
        self.ways = MenuChip(theme, tip=WAY_TIP)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 15, 0, 8)
        row.setSpacing(8)
        row.addWidget(self.title, 1)
        row.addSpacing(4)
        for chip in (self.models, self.libraries, self.ways):
            row.addWidget(chip)
        self.models.hide()
        self.adapters = AdapterMenu(self)
        self.adapters.changed.connect(self._adapters_chosen)
        self._fill_ways()
        self._fill_libraries()

    def set_facts(self, facts: Facts) -> bool:
        """New libraries or models to choose from; tells whether the libraries changed."""
        cards = tuple(card for card in facts.status.models if answers(card))
        default = default_of(cards, facts.default)
        if (cards_shown(cards), default) != (cards_shown(self._models), self._default):
            self._models, self._default = cards, default
            self._fill_models()
        adapters = AdapterFacts(facts.adapters, facts.in_use)
        if adapters != self.adapters.facts:
            self.adapters.facts = adapters
            self._fill_models()
        names = [library.name for library in facts.status.libraries]
        if names == self._names:
            return False
        self._names = names
        self._fill_libraries()
        return True

    # --- libraries -----------------------------------------------------------------------------

    @property
    def only_library(self) -> str:
        """The one that is asked or filled; empty where there are several or none."""
        return self.library or (self._names[0] if len(self._names) == 1 else "")

    def _fill_libraries(self) -> None:
        if self.library not in self._names:
            self.library = None
        menu = self.libraries.choices
        menu.clear()
        group = QActionGroup(menu)
        for name in [None, *self._names]:
            action = choice(menu, group, name or ALL_LIBRARIES, name, name == self.library)
            action.triggered.connect(self._choose_library)
        self.libraries.setVisible(bool(self._names))
        self.libraries.show_choice(self.only_library or ALL_LIBRARIES)

    @Slot()
    def _choose_library(self) -> None:
        self.library = chosen(self.sender())
        self._fill_libraries()
        self.library_changed.emit()

    # --- ways ----------------------------------------------------------------------------------

    @property
    def mode(self) -> Mode:
        """The way of answering, with the adapters that are in use and take part in it."""
        return TUNED[self.way] if self._tuned else self.way

    @property
    def _tuned(self) -> bool:
        return self.adapters.words_documents if self.way == "rag" else self.adapters.talks

    def _fill_ways(self) -> None:
        group = QActionGroup(self.ways.choices)
        for mode, words in WAYS.items():
            action = choice(self.ways.choices, group, words, mode, mode == self.way)
            action.triggered.connect(self._choose_way)
        self._show_way()

    def _show_way(self) -> None:
        # One that only answers from documents does there what is expected of the model anyhow.
        words = TUNED_WORDS if self._tuned and self.adapters.talks else WAYS
        self.ways.show_choice(words[self.way])
        apart = self.way == "rag" and self.adapters.held and not self._tuned
        self.ways.setToolTip(LEFT_OUT if apart else WAY_TIP)

    @Slot()
    def _choose_way(self) -> None:
        self.way = "plain" if chosen(self.sender()) == "plain" else "rag"
        self._show_way()
        self.way_changed.emit()

    # --- models --------------------------------------------------------------------------------

    def show_model(self, name: str, adapters: Held | None = None) -> None:
        """Of the conversation that was opened: its model, empty for the default, and adapters."""
        self.model = name
        self.adapters.own = adapters
        self._fill_models()

    def take_adapters(self, model: str, used: tuple[AdapterInUse, ...]) -> None:
        """A model is always used with these from now on; the facts will say the same."""
        known = self.adapters.facts
        self.adapters.facts = AdapterFacts(known.cards, {**(known.in_use or {}), model: used})
        self._fill_models()

    def _fill_models(self) -> None:
        self.adapters.model = self.model or self._default
        menu = self.models.choices
        menu.clear()
        group = QActionGroup(menu)
        names = [card.name for card in self._models]
        default = f"Default: {short_model(self._default)}" if self._default else "Default"
        action = choice(menu, group, default, "", not self.model)
        action.triggered.connect(self._choose_model)
        for card in self._models:
            words = card.name + FITS.get(card.fit, "")
            action = choice(menu, group, words, card.name, card.name == self.model)
            action.setEnabled(card.fit != "will not fit")
            action.setToolTip(card.words)
            action.triggered.connect(self._choose_model)
        if self.model and self.model not in names:
            action = choice(menu, group, f"{self.model}  (not here)", self.model, True)
            action.setEnabled(False)
        self.adapters.fill(menu)
        menu.addSeparator()
        menu.addAction(ALL_MODELS).triggered.connect(self.models_wanted)
        name = short_model(self.model or self._default or "Model")
        self.models.show_choice(f"{name}{self.adapters.words}")
        adaptable = bool(self.adapters.facts.of(self.adapters.model))
        self.models.setVisible(len(names) > 1 or bool(self.model) or adaptable)
        self._show_way()

    @Slot()
    def _choose_model(self) -> None:
        self.model = chosen(self.sender()) or ""
        self.adapters.own = None
        self._fill_models()
        self.model_changed.emit()

    @Slot()
    def _adapters_chosen(self) -> None:
        self._fill_models()
        self.adapters_changed.emit()


def answers(card: ModelCard) -> bool:
    """Whether a card is of a chat model that can be loaded."""
    return card.role == "chat" and card.context > 0


def default_of(cards: tuple[ModelCard, ...], name: str) -> str:
    """Name of the model that answers where none is chosen."""
    for card in cards:
        if card.name == name or (not name and card.source == "starter"):
            return card.name
    return name


def cards_shown(cards: tuple[ModelCard, ...]) -> list[tuple[str, str]]:
    """What the menu shows of them; free memory alone changes nothing."""
    return [(card.name, card.fit) for card in cards]


def choice(menu: QMenu, group: QActionGroup, words: str, data: object, on: bool) -> QAction:
    action = menu.addAction(words)
    action.setCheckable(True)
    action.setChecked(on)
    action.setData(data)
    group.addAction(action)
    return action


def chosen(sender: QObject) -> str | None:
    data = sender.data() if isinstance(sender, QAction) else None
    return data if isinstance(data, str) else None
