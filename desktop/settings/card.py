"""One setting as a card: its name, what it is about, and the control beside it."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.widgets.labels import label


class SettingsCard(QFrame):
    def __init__(
        self,
        title: str,
        words: str,
        control: QWidget,
        *below: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        text = QVBoxLayout()
        text.setSpacing(4)
        text.addWidget(label(title, "strong"))
        text.addWidget(label(words, "softbody", wrap=True))
        for part in below:
            text.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 16, 20, 16)
        row.setSpacing(24)
        row.addLayout(text, 1)
        row.addWidget(control)
