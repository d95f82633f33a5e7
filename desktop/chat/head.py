"""Over a conversation: its title, and who answers, from which libraries, in which way."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop.facts import Facts
from desktop.theme.theme import Theme
from desktop.widgets.buttons import MenuChip
from desktop.widgets.labels import ElidedLabel
from desktop.words import short_model
from engine.model_types import ModelCard
from engine.types import Mode

ALL_LIBRARIES = "All libraries"
ALL_MODELS = "All models…"
WAYS: tuple[tuple[Mode, str], ...] = (("rag", "With documents"), ("plain", "Model alone"))
FITS = {"tight": "  (tight here)", "will not fit": "  (will not fit here)"}


class ConversationHead(QWidget):
    library_changed = Signal()
    way_changed = Signal()
    model_changed = Signal()
    models_wanted = Signal()
    """The page of all models."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.library: str | None = None
        self.mode: Mode = "rag"
        self.model = ""
        """Name of the model of this conversation; empty for the default."""
        self._names: list[str] = []
        self._models: tuple[ModelCard, ...] = ()
        self._default = ""
        self.title = ElidedLabel(title, "title")
        self.models = MenuChip(theme, tip="Model of this conversation")
        self.libraries = MenuChip(theme, tip="Libraries to look in")
        self.ways = MenuChip(theme, tip="Way of answering")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 15, 0, 8)
        row.setSpacing(8)
        row.addWidget(self.title, 1)
        row.addSpacing(4)
        for chip in (self.models, self.libraries, self.ways):
            row.addWidget(chip)
        self.models.hide()
        self._fill_ways()
        self._fill_libraries()

    def set_facts(self, facts: Facts) -> bool:
        """New libraries or models to choose from; tells whether the libraries changed."""
        cards = tuple(card for card in facts.status.models if answers(card))
        default = default_of(cards, facts.default)
        if (cards_shown(cards), default) != (cards_shown(self._models), self._default):
            self._models, self._default = cards, default
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

    def _fill_ways(self) -> None:
        group = QActionGroup(self.ways.choices)
        for mode, words in WAYS:
            action = choice(self.ways.choices, group, words, mode, mode == self.mode)
            action.triggered.connect(self._choose_way)
        self.ways.show_choice(dict(WAYS)[self.mode])

    @Slot()
    def _choose_way(self) -> None:
        self.mode = "plain" if chosen(self.sender()) == "plain" else "rag"
        self.ways.show_choice(dict(WAYS)[self.mode])
        self.way_changed.emit()

    # --- models --------------------------------------------------------------------------------

    def show_model(self, name: str) -> None:
        """The model of the conversation that was opened; empty for the default."""
        self.model = name
        self._fill_models()

    def _fill_models(self) -> None:
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
        menu.addSeparator()
        menu.addAction(ALL_MODELS).triggered.connect(self.models_wanted)
        self.models.show_choice(short_model(self.model or self._default or "Model"))
        self.models.setVisible(len(names) > 1 or bool(self.model))

    @Slot()
    def _choose_model(self) -> None:
        self.model = chosen(self.sender()) or ""
        self._fill_models()
        self.model_changed.emit()


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
