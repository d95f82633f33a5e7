"""What is shown where the window cannot open: a sentence, a hint, a way out."""

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label


class StartProblem(QDialog):
    def __init__(
        self,
        theme: Theme,
        problem: Problem,
        folder: str = "",
        *,
        mend: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.mended = False
        """Whether the button that mends was pressed."""
        self._folder = folder
        self.setWindowTitle("Alcove")
        self.setMinimumWidth(480)
        self.message = label(problem.message, "title", wrap=True, select=True)
        self.hint = label(problem.hint, "softbody", wrap=True, select=True)
        open_folder = Button(theme, "Open the profile folder", icon="folder-open")
        open_folder.clicked.connect(self._open)
        open_folder.setVisible(bool(folder))
        close = Button(theme, "Close", kind="plain" if mend else "main")
        close.clicked.connect(self.accept)
        self.mend = Button(theme, mend, kind="main")
        self.mend.clicked.connect(self._mend)
        self.mend.setVisible(bool(mend))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(open_folder)
        row.addWidget(close)
        row.addWidget(self.mend)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        column.addWidget(self.message)
        column.addWidget(self.hint)
        column.addSpacing(16)
        column.addLayout(row)

    @Slot()
    def _mend(self) -> None:
        self.mended = True
        self.accept()

    @Slot()
    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))
