"""A dialog with a title, words, what it asks for, and two buttons."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice

WIDTH = 520


class AskDialog(QDialog):
    """Asks for something; stays open until what was given is taken."""

    agreed = Signal()

    def __init__(
        self,
        theme: Theme,
        title: str,
        words: str,
        *,
        yes: str,
        no: str = "Cancel",
        width: int = WIDTH,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.notice: Notice | None = None
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setFixedWidth(width)
        self.yes = Button(theme, yes, kind="main")
        self.yes.clicked.connect(self._agree)
        self.yes.setDefault(True)
        self.no = Button(theme, no, kind="plain")
        self.no.clicked.connect(self.reject)
        self.buttons = QHBoxLayout()
        self.buttons.setContentsMargins(0, 8, 0, 0)
        self.buttons.setSpacing(8)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.no)
        self.buttons.addWidget(self.yes)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(24, 24, 24, 20)
        self.column.setSpacing(8)
        self.column.addWidget(label(title, "title", wrap=True))
        if words:
            self.column.addWidget(label(words, "softbody", wrap=True))
        self.column.addLayout(self.body)
        self.column.addLayout(self.buttons)

    def line(
        self,
        name: str,
        *,
        placeholder: str = "",
        hidden: bool = False,
        into: QHBoxLayout | None = None,
    ) -> QLineEdit:
        """A named line to type in, added to the body or to a row of it."""
        made = QLineEdit()
        made.setAccessibleName(name)
        made.setPlaceholderText(placeholder)
        if hidden:
            made.setEchoMode(QLineEdit.EchoMode.Password)
        place = self.body
        if into is not None:
            place = QVBoxLayout()
            place.setSpacing(8)
            into.addLayout(place, 1)
        place.addWidget(label(name, "head"))
        place.addWidget(made)
        return made

    def refuse(self, message: str, hint: str) -> None:
        """Say what is wrong with what was given."""
        self.put(Notice(self._theme, message, hint))

    def put(self, notice: Notice) -> None:
        """Show a notice over the buttons, instead of the one before."""
        if self.notice is not None:
            self.column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
        self.notice = notice
        self.column.insertWidget(self.column.count() - 1, self.notice)
        notice.show()  # a layout counts only what is shown
        self.fit()

    def fit(self) -> None:
        """Be as tall as what is shown wants; words that wrap need the width for it."""
        for part in self.findChildren(QWidget):
            part.ensurePolished()
        self.column.invalidate()
        self.column.activate()
        self.resize(self.width(), self.column.totalHeightForWidth(self.width()))

    @Slot()
    def _agree(self) -> None:
        self.agreed.emit()
