"""The few settings: where everything lies, encryption, the look, and the network, which is off."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.facts import Facts
from desktop.settings.card import SettingsCard
from desktop.settings.reading_card import ReadingCard
from desktop.settings.renewal import Renewal
from desktop.settings.reranker_card import RerankerCard
from desktop.settings.vault_card import VaultCard
from desktop.tasks import Lanes
from desktop.theme.theme import Choice, Theme
from desktop.widgets.buttons import Button
from desktop.widgets.column import scrolled
from desktop.widgets.labels import ElidedLabel, label
from desktop.widgets.notice import Notice
from desktop.words import count, size

if TYPE_CHECKING:
    from engine.assistant import Assistant

LOOKS: tuple[tuple[Choice, str], ...] = (
    ("system", "As the system"),
    ("light", "Light"),
    ("dark", "Dark"),
)


class SettingsPage(QWidget):
    look_chosen = Signal(str)

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        profile = str(assistant.profile.root)
        self._theme, self._profile = theme, profile
        self.notice: Notice | None = None
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
            SettingsCard(
                "Profile",
                "Conversations, what was read of your documents, and models: all in one folder, "
                "which can be copied to another machine whole.",
                folder,
                path,
                self.vault_size,
            )
        )

        self.vault = VaultCard(theme, lanes, assistant.profile)
        column.addWidget(self.vault)

        self.renewal = Renewal(lanes, assistant, self)
        self.reading = ReadingCard(theme, self.renewal)
        column.addWidget(self.reading)

        self.reranker = RerankerCard(theme, lanes, assistant)
        column.addWidget(self.reranker)

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
        column.addWidget(SettingsCard("Look", "Light, dark, or as the system has it.", looks))

        self.network = label("Off", "strong")
        self.counts = label("", "soft")
        column.addWidget(
            SettingsCard(
                "Network",
                "Alcove connects to nothing. Every attempt of any part of it is refused and "
                "counted here.",
                self.network,
                self.counts,
            )
        )
        column.addStretch(1)
        self._column = column
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        scroll = scrolled(inner)
        outer.addWidget(scroll)

    def reload(self) -> None:
        self.vault.reload()
        self.renewal.reload()
        self.reranker.reload()

    def tell(self, what: str | Problem) -> None:
        """What was done, or went wrong, while the window was closed."""
        if isinstance(what, Problem):
            self._tell(Notice.of(self._theme, what, button="Close"))
        else:
            self._tell(
                Notice(self._theme, what, icon="check-circle", colour="accent", button="Close")
            )

    def _tell(self, notice: Notice) -> None:
        if self.notice is not None:
            self.notice.close()
        self.notice = notice
        notice.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        notice.pressed.connect(self._close_notice)
        self._column.insertWidget(1, notice)

    @Slot()
    def _close_notice(self) -> None:
        if self.notice is not None:
            self.notice.close()
            self.notice = None

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
