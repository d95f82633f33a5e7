"""The query that counted an answer, folded away until somebody wants to check it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label

FOLDED, OPEN = "Counted with a query ▸", "Counted with a query ▾"
CODE_PX = 12


class QueryFold(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = Button(theme, FOLDED, kind="chip", tip="Show how it was counted")
        self.button.setAccessibleName("Counted with a query: show or hide")
        self.button.clicked.connect(self._toggle)
        self.text = label("", "mono", wrap=True, select=True)
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(CODE_PX)
        self.text.setFont(font)
        self.copy = Button(theme, icon="copy", kind="icon", tip="Copy the query")
        self.copy.clicked.connect(self._copy)
        self.ground = QFrame()
        self.ground.setProperty("kind", "bubble")
        inside = QHBoxLayout(self.ground)
        inside.setContentsMargins(16, 12, 8, 12)
        inside.addWidget(self.text, 1)
        inside.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.ground)
        self.put("")

    def put(self, query: str) -> None:
        """The query; nothing hides the whole."""
        self.text.setText(query.strip())
        self._unfold(False)
        self.setVisible(bool(query.strip()))

    @Slot()
    def _toggle(self) -> None:
        self._unfold(self.ground.isHidden())

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.text())

    def _unfold(self, open_: bool) -> None:
        self.ground.setVisible(open_)
        self.button.setText(OPEN if open_ else FOLDED)
