"""A quiet line in a conversation: what stands above it the model does not read any more."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.widgets.labels import label

GONE = "Not in the model's memory any more"
FOLDED = "The model remembers a summary of what is above"


class MemoryLine(QWidget):
    def __init__(self, summary: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = label(FOLDED if summary else GONE, "soft")
        self.words.setToolTip(summary or "Pin a turn to keep it in memory.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 8, 0, 8)
        row.setSpacing(12)
        row.addWidget(_rule(), 1)
        row.addWidget(self.words)
        row.addWidget(_rule(), 1)


def _rule() -> QFrame:
    rule = QFrame()
    rule.setProperty("kind", "rule")
    rule.setFixedHeight(1)
    return rule
