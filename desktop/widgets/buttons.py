"""Buttons whose icons follow the theme."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from desktop.theme.theme import Theme


class Button(QPushButton):
    """A button of one of the style sheet's kinds: main, plain, chip, icon, nav."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        icon: str = "",
        kind: str = "plain",
        tip: str = "",
        colour: str = "",
        icon_px: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._colour = colour or {"main": "accent_ink", "chip": "soft"}.get(kind, "ink")
        self.setProperty("kind", kind)
        self._words = f" {text}" if text and icon and kind != "nav" else text
        self.setText(self._words)
        self.setIconSize(QSize(icon_px, icon_px))
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._tip = tip
        self.setToolTip(tip)
        self.setAccessibleName(text or tip)
        self._draw()
        theme.changed.connect(self._draw)

    def show_words(self, shown: bool) -> None:
        """Or the icon alone, where room is short; the words stay its name."""
        self.setText(self._words if shown else "")
        self.setToolTip(self._tip or ("" if shown else self._words.strip()))

    def set_icon(self, name: str) -> None:
        self._icon = name
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._icon:
            self.setIcon(self._theme.icon(self._icon, self._colour))


CHIP_PX = 200
"""Most room for the words of a chip; longer ones end in an ellipsis."""


class MenuChip(Button):
    """A chip that opens a menu of choices, as over a conversation."""

    def __init__(self, theme: Theme, *, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, " ", kind="chip", tip=tip, parent=parent)
        self.choices = QMenu(self)
        self.setMenu(self.choices)
        self._what = tip

    def show_choice(self, text: str) -> None:
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, CHIP_PX)
        self.setText(f"{shown} ▾")
        self.setToolTip(self._what if shown == text else f"{self._what}: {text}")
        self.setAccessibleName(f"{self._what}: {text}")
