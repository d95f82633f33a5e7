"""What the window remembers between two starts: its place, the chosen look, what is not watched.

An ini file in the profile, so that the profile stays the one folder that holds everything.
"""

import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from desktop.theme.theme import Choice

FILE = "window.ini"


class WindowState:
    def __init__(self, profile: Path) -> None:
        self._ini = QSettings(str(profile / FILE), QSettings.Format.IniFormat)

    @property
    def theme(self) -> Choice:
        stored = self._ini.value("theme", "system")
        return stored if stored in ("light", "dark") else "system"

    @theme.setter
    def theme(self, choice: Choice) -> None:
        self._ini.setValue("theme", choice)
        self._ini.sync()

    @property
    def geometry(self) -> QByteArray | None:
        stored = self._ini.value("geometry")
        return stored if isinstance(stored, QByteArray) else None

    @geometry.setter
    def geometry(self, place: QByteArray) -> None:
        self._ini.setValue("geometry", place)
        self._ini.sync()

    @property
    def unwatched(self) -> frozenset[str]:
        """Names of the libraries that are brought up to date only when the user asks."""
        stored = self._ini.value("unwatched", "[]")
        try:
            names = json.loads(stored) if isinstance(stored, str) else []
        except ValueError:
            names = []
        return frozenset(str(name) for name in names) if isinstance(names, list) else frozenset()

    @unwatched.setter
    def unwatched(self, names: frozenset[str]) -> None:
        self._ini.setValue("unwatched", json.dumps(sorted(names)))
        self._ini.sync()
