"""The left rail: where to go, the conversations, settings at the foot."""

from typing import Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.chat.conversation_list import ConversationList
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label

Place = Literal["conversations", "library", "models", "teach", "compare", "settings"]
PLACES: tuple[tuple[Place, str, str], ...] = (
    ("conversations", "Conversations", "chat-circle"),
    ("library", "Library", "books"),
    ("models", "Models", "cube"),
    ("teach", "Teach", "graduation-cap"),
    ("compare", "Compare", "scales"),
    ("settings", "Settings", "gear-six"),
)
WIDE = 232
NARROW = 64


class Rail(QFrame):
    went = Signal(str)
    new_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "rail")
        self.brand = label("Alcove", "brand")
        self.new = Button(
            theme,
            icon="note-pencil",
            kind="icon",
            tip="New conversation (Ctrl+N)",
            icon_px=20,
        )
        self.new.clicked.connect(self.new_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 2, 0)
        head.addWidget(self.brand, 1)
        head.addWidget(self.new)
        self._head = head
        self.buttons: dict[Place, Button] = {}
        self._group = QButtonGroup(self)
        for at, (place, words, icon) in enumerate(PLACES):
            button = Button(theme, f"  {words}", icon=icon, kind="nav", icon_px=20)
            button.setAccessibleName(words)
            button.setCheckable(True)
            button.setFixedHeight(39)
            self._group.addButton(button, at)
            self.buttons[place] = button
        self._group.idClicked.connect(self._go)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search conversations")
        self.search.setAccessibleName("Search conversations")
        self.search.setClearButtonEnabled(True)
        self.search.hide()
        self.list = ConversationList(theme)
        self.search.textChanged.connect(self.list.conversations.filter)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 10)
        column.setSpacing(2)
        column.addLayout(head)
        column.addSpacing(5)
        for place in ("conversations", "library", "models", "teach", "compare"):
            column.addWidget(self.buttons[place])
        column.addSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self._gap = QWidget()
        column.addWidget(self._gap, 0)
        column.addWidget(self.buttons["settings"])
        self._column = column
        self._narrow = False
        self.narrow(False)
        self.show_place("conversations")

    def show_place(self, place: Place) -> None:
        self.buttons[place].setChecked(True)

    def narrow(self, narrow: bool) -> None:
        """Icons only, where the window has little room."""
        self._narrow = narrow
        self.setFixedWidth(NARROW if narrow else WIDE)
        self.brand.setVisible(not narrow)
        self._head.setContentsMargins(3 if narrow else 12, 0, 2, 0)
        self.list.setVisible(not narrow)
        self._column.setStretchFactor(self._gap, 1 if narrow else 0)
        for place, words, _icon in PLACES:
            button = self.buttons[place]
            button.setText("" if narrow else f"  {words}")
            button.setToolTip(words if narrow else "")
            button.setFixedWidth(NARROW - 24 if narrow else WIDE - 24)
            button.setProperty("narrow", "true" if narrow else "false")
            button.style().unpolish(button)
            button.style().polish(button)
        if narrow:
            self.search.hide()

    def begin_search(self) -> None:
        if not self._narrow:
            self.search.show()
            self.search.setFocus()
            self.search.selectAll()

    def end_search(self) -> bool:
        """Put the search away; tells whether it was open."""
        if not self.search.isVisible():
            return False
        self.search.clear()
        self.search.hide()
        return True

    @Slot(int)
    def _go(self, at: int) -> None:
        self.went.emit(PLACES[at][0])
