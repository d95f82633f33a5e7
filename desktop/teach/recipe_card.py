"""One purpose as a card that is chosen with a click or the keyboard."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.teach.words import ICONS, title
from desktop.theme.theme import Theme
from desktop.widgets.labels import IconLabel, label
from engine.teach.recipes import Recipe


class RecipeCard(QFrame):
    chosen = Signal(object)
    """Its :class:`Recipe`."""

    def __init__(self, theme: Theme, recipe: Recipe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recipe = recipe
        self.setProperty("kind", "card")
        self.setProperty("live", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{title(recipe)}. {recipe.about}")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(title(recipe), "strong", wrap=True))
        words.addWidget(label(recipe.about, "soft", wrap=True))
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(12)
        icon = IconLabel(theme, ICONS.get(recipe.name, "graduation-cap"), px=20, colour="accent")
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.chosen.emit(self.recipe)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.recipe)
            return
        super().keyPressEvent(event)
