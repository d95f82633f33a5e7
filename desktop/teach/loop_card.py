"""The loop in one card: what was corrected since the last adapter, and the one click."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.teach.words import waiting_words
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import IconLabel, label
from desktop.words import count
from engine.services.teach_loop import FEWEST, LoopWaiting

HOW = (
    "One click learns them, asks questions that were kept aside, and adopts the new adapter only "
    "if it is better and has forgotten nothing."
)


class LoopCard(QFrame):
    learn = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.title = label("", "strong", wrap=True)
        self.words = label("", "soft", wrap=True)
        self.button = Button(theme, "Learn them", icon="graduation-cap", kind="main")
        self.button.clicked.connect(self.learn)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.words)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(12)
        icon = IconLabel(theme, "pencil-line", px=20, colour="accent")
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def put(self, waiting: LoopWaiting, *, busy: bool) -> None:
        """Shown once there is something new; it can begin once there is enough."""
        self.setVisible(bool(waiting.new))
        self.title.setText(waiting_words(waiting))
        enough = waiting.examples >= FEWEST
        missing = FEWEST - waiting.examples
        told = HOW if enough else f"{count(missing, 'more correction')} and they can be learnt."
        kept = f" {count(waiting.measured, 'question')} kept to compare on."
        self.words.setText(told + (kept if enough and waiting.measured else ""))
        self.button.setVisible(enough)
        self.button.setEnabled(not busy)
