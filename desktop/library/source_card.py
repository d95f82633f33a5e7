"""A living source as a card: where its rows come from, how many, and how the last pull went."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.library.library_card import CARD_WIDTH
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, IconLabel, label
from desktop.window_words import in_window
from desktop.words import count, when
from engine.store.sources import Source

DATABASES = {
    "sqlite": "SQLite database",
    "postgresql": "PostgreSQL database",
    "mysql": "MySQL database",
    "mariadb": "MariaDB database",
    "mssql": "SQL Server database",
    "oracle": "Oracle database",
}


class SourceCard(QFrame):
    pull_wanted = Signal(str)
    change_wanted = Signal(object)
    """The :class:`Source`."""
    remove_wanted = Signal(str)
    password_wanted = Signal(str)

    def __init__(self, theme: Theme, source: Source, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source = source
        self.setProperty("kind", "card")
        self.setFixedWidth(CARD_WIDTH)
        self.setAccessibleName(f"Source {source.name}: {kind(source)}, {freshness(source)}")
        icon = "database" if source.is_database else "table"
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(IconLabel(theme, icon))
        head.addWidget(ElidedLabel(source.name, "strong"), 1)
        head.addWidget(label(count(source.rows, "row"), "soft"))
        self.reason = label(f"{source.reason} {in_window(source.hint)}".strip(), "warn", wrap=True)
        self.reason.setVisible(bool(source.reason))
        self.pull = Button(theme, "Pull", icon="arrows-clockwise", kind="chip")
        self.pull.setAccessibleName(f"Pull {source.name} now")
        self.pull.clicked.connect(self._pull)
        self.change = Button(theme, "Change", icon="pencil-simple", kind="chip")
        self.change.setAccessibleName(f"Change {source.name}")
        self.change.clicked.connect(self._change)
        self.password = Button(theme, icon="key", kind="chip", tip="Its password, in the keyring")
        self.password.setAccessibleName(f"Give the password of {source.name}")
        self.password.clicked.connect(self._password)
        self.password.setVisible(source.is_database and not source.address.startswith("sqlite"))
        self.remove = Button(theme, icon="trash", kind="chip", tip="Remove it with its rows")
        self.remove.setAccessibleName(f"Remove {source.name}")
        self.remove.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.pull, self.change, self.password, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 12, 14)
        column.setSpacing(4)
        column.addLayout(head)
        where = ElidedLabel(place(source), "softbody", mode=Qt.TextElideMode.ElideMiddle)
        where.setToolTip(source.address)
        column.addWidget(where)
        column.addWidget(label(freshness(source), "soft"))
        column.addWidget(self.reason)
        column.addStretch(1)
        column.addSpacing(8)
        column.addLayout(buttons)

    @Slot()
    def _pull(self) -> None:
        self.pull_wanted.emit(self.source.name)

    @Slot()
    def _change(self) -> None:
        self.change_wanted.emit(self.source)

    @Slot()
    def _password(self) -> None:
        self.password_wanted.emit(self.source.name)

    @Slot()
    def _remove(self) -> None:
        self.remove_wanted.emit(self.source.name)


def kind(source: Source) -> str:
    """``PostgreSQL database``, ``Folder of tables``, ``Table file``."""
    if source.is_database:
        family = source.address.partition("://")[0].partition("+")[0]
        return DATABASES.get(family, "Database")
    return "Table file" if Path(source.address).suffix else "Folder of tables"


def place(source: Source) -> str:
    """Kind and where it lies, without what only machines read."""
    if not source.is_database:
        return f"{kind(source)} · {Path(source.address).name}"
    rest = source.address.partition("://")[2]
    at = Path(rest).name if source.address.startswith("sqlite") else rest.rpartition("@")[2]
    return f"{kind(source)} · {at.partition('?')[0]}"


def freshness(source: Source) -> str:
    pulled = "never pulled" if source.pulled_at is None else f"pulled {when(source.pulled_at)}"
    return f"{pulled} · {every(source.every_minutes)}"


def every(minutes: int) -> str:
    if not minutes:
        return "on demand"
    if minutes % 1440 == 0:
        return "every day" if minutes == 1440 else f"every {minutes // 1440} days"
    if minutes % 60 == 0:
        return "every hour" if minutes == 60 else f"every {minutes // 60} hours"
    return "every minute" if minutes == 1 else f"every {minutes} minutes"
