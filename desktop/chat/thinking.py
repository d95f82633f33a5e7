"""What a thinking model wrote before its answer, folded away until somebody asks for it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label

FOLDED, OPEN = "Thought for a while ▸", "Thought for a while ▾"


class ThinkingFold(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = Button(theme, FOLDED, kind="chip", tip="Show what it thought")
        self.button.setAccessibleName("Thought for a while: show or hide")
        self.button.clicked.connect(self._toggle)
        self.text = label("", "softbody", wrap=True, select=True)
        self.ground = QFrame()
        self.ground.setProperty("kind", "bubble")
        inside = QVBoxLayout(self.ground)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(self.text)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.ground)
        self.put("")

    def put(self, thinking: str) -> None:
        """What was thought; nothing hides the whole."""
        self.text.setText(thinking.strip())
        self._unfold(False)
        self.setVisible(bool(thinking.strip()))

    @Slot()
    def _toggle(self) -> None:
        self._unfold(self.ground.isHidden())

    def _unfold(self, open_: bool) -> None:
        self.ground.setVisible(open_)
        self.button.setText(OPEN if open_ else FOLDED)
