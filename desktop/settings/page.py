"""The few settings: where everything lies, the look, and the network, which is off."""

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.facts import Facts
from desktop.theme.theme import Choice, Theme
from desktop.widgets.buttons import Button
from desktop.widgets.column import centred
from desktop.widgets.labels import ElidedLabel, label
from desktop.words import count, size

LOOKS: tuple[tuple[Choice, str], ...] = (
    ("system", "As the system"),
    ("light", "Light"),
    ("dark", "Dark"),
)


class SettingsPage(QWidget):
    look_chosen = Signal(str)

    def __init__(self, theme: Theme, profile: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._profile = profile
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 16, 0, 16)
        column.setSpacing(12)
        column.addWidget(label("Settings", "title"))

        self.vault_size = label("", "soft")
        path = ElidedLabel(profile)
        folder = Button(theme, "Open folder", icon="folder-open")
        folder.clicked.connect(self._open_folder)
        column.addWidget(
            _card(
                "Profile",
                "Conversations, what was read of your documents, and models: all in one folder, "
                "which can be copied to another machine whole.",
                folder,
                path,
                self.vault_size,
            )
        )

        looks = QWidget()
        row = QHBoxLayout(looks)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.looks = QButtonGroup(self)
        for at, (choice, words) in enumerate(LOOKS):
            button = Button(theme, words, kind="chip")
            button.setCheckable(True)
            button.setChecked(choice == theme.choice)
            self.looks.addButton(button, at)
            row.addWidget(button)
        self.looks.idClicked.connect(self._choose_look)
        column.addWidget(_card("Look", "Light, dark, or as the system has it.", looks))

        self.network = label("Off", "strong")
        self.counts = label("", "soft")
        column.addWidget(
            _card(
                "Network",
                "Alcove connects to nothing. Every attempt of any part of it is refused and "
                "counted here.",
                self.network,
                self.counts,
            )
        )
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(centred(inner))

    def set_facts(self, facts: Facts) -> None:
        status = facts.status
        self.vault_size.setText(f"The vault takes {size(status.vault_bytes)}.")
        self.network.setText(status.network_policy.capitalize())
        refused = count(status.refused, "attempt")
        self.counts.setText(f"{count(status.connections, 'connection')} made, {refused} refused.")

    @Slot()
    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._profile))

    @Slot(int)
    def _choose_look(self, at: int) -> None:
        self.look_chosen.emit(LOOKS[at][0])


def _card(title: str, words: str, control: QWidget, *below: QWidget) -> QFrame:
    card = QFrame()
    card.setProperty("kind", "card")
    text = QVBoxLayout()
    text.setSpacing(4)
    text.addWidget(label(title, "strong"))
    text.addWidget(label(words, "softbody", wrap=True))
    for part in below:
        text.addWidget(part)
    row = QHBoxLayout(card)
    row.setContentsMargins(20, 16, 20, 16)
    row.setSpacing(24)
    row.addLayout(text, 1)
    row.addWidget(control)
    return card
