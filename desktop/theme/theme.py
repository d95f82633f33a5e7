"""Which look is on: the system's, or the one the user chose; told to whoever draws by hand."""

import os
from typing import Literal

os.environ.setdefault("QT_API", "pyside6")  # qtawesome asks qtpy which binding to use

import qtawesome
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontDatabase, QIcon
from PySide6.QtWidgets import QApplication

from desktop.theme.palette import palette
from desktop.theme.style import style_sheet
from desktop.theme.tokens import DARK, LIGHT, Tokens

Choice = Literal["system", "light", "dark"]
BODY_PX = 14
PREFERRED_FONT = "Inter"


class Theme(QObject):
    """Applies tokens to the application and follows the system's light and dark."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: Choice = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice: Choice = choice
        self.tokens: Tokens = LIGHT
        app.setStyle("Fusion")
        app.setFont(self._font(app))
        app.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def choice(self) -> Choice:
        return self._choice

    @property
    def dark(self) -> bool:
        return self.tokens is DARK

    def choose(self, choice: Choice) -> None:
        self._choice = choice
        self._apply()

    def icon(self, name: str, colour: str = "ink") -> QIcon:
        """A Phosphor icon (``"chat-circle"``) in one of the tokens' colours."""
        disabled = self.tokens.soft
        made: QIcon = qtawesome.icon(
            f"ph.{name}", color=getattr(self.tokens, colour), color_disabled=disabled
        )
        return made

    @Slot()
    def _follow(self) -> None:
        self._apply()

    def _apply(self) -> None:
        scheme = self._app.styleHints().colorScheme()
        system_dark = scheme is Qt.ColorScheme.Dark
        dark = self._choice == "dark" or (self._choice == "system" and system_dark)
        self.tokens = DARK if dark else LIGHT
        self._app.setPalette(palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens))
        self.changed.emit()

    @staticmethod
    def _font(app: QApplication) -> QFont:
        font = QFont(app.font())
        if PREFERRED_FONT in QFontDatabase.families():
            font.setFamilies([PREFERRED_FONT, *font.families()])
        font.setPixelSize(BODY_PX)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font
