"""Chooses a document of the library to be kept before the model."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop.names import document_name
from desktop.theme.theme import Theme
from desktop.widgets.dialog import AskDialog
from desktop.widgets.labels import label
from desktop.words import count
from engine.types import Document

WORDS = (
    "The model reads it with every question of this conversation: whole where it fits, or else its "
    "sentences that matter."
)
LIST_PX = 280


class DocumentPicker(AskDialog):
    picked = Signal(str, bool)
    """The path of the document that was chosen, and True."""

    def __init__(
        self,
        theme: Theme,
        documents: list[Document],
        pinned: tuple[str, ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            theme, "Keep a document before the model", WORDS, yes="Keep it", parent=parent
        )
        self.search = self.line("Find a document", placeholder="A part of its name")
        self.list = QListWidget()
        self.list.setAccessibleName("Documents")
        self.list.setFixedHeight(LIST_PX)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = label("", "softbody", wrap=True)
        self.body.addWidget(self.list)
        self.body.addWidget(self.none)
        for document in documents:
            if document.path not in pinned:
                self._add(document)
        self.search.textChanged.connect(self._narrow)
        self.list.itemDoubleClicked.connect(self._agree)
        self.list.currentItemChanged.connect(self._show)
        self.agreed.connect(self._pick)
        self._narrow("")
        self.search.setFocus()

    def _add(self, document: Document) -> None:
        pages = f"  ·  {count(document.pages, 'page')}" if document.pages > 1 else ""
        item = QListWidgetItem(f"{document_name(document.path)}{pages}")
        item.setData(Qt.ItemDataRole.UserRole, document.path)
        item.setToolTip(document.path)
        self.list.addItem(item)

    @property
    def shown(self) -> list[str]:
        """The names that are offered."""
        items = [self.list.item(at) for at in range(self.list.count())]
        return [item.text() for item in items if not item.isHidden()]

    @Slot(str)
    def _narrow(self, text: str) -> None:
        wanted = text.casefold().split()
        first = -1
        for at in range(self.list.count()):
            item = self.list.item(at)
            path = str(item.data(Qt.ItemDataRole.UserRole)).casefold()
            item.setHidden(not all(word in path for word in wanted))
            if first < 0 and not item.isHidden():
                first = at
        self.list.setCurrentRow(first)
        self.none.setText("No document of the library is called so." if wanted else
                          "No further document is in the library.")  # fmt: skip
        self.none.setVisible(first < 0)
        self._show()

    @Slot()
    def _show(self) -> None:
        self.yes.setEnabled(self.list.currentItem() is not None)

    @Slot()
    def _pick(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.picked.emit(str(item.data(Qt.ItemDataRole.UserRole)), True)
            self.accept()
