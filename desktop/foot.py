"""The foot: network, model and speed, and the running job with its true counters."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from desktop.facts import Facts
from desktop.theme.theme import Theme
from desktop.widgets.labels import label
from desktop.words import count, short_model
from engine.progress import Progress

HEIGHT = 23
BAR_WIDTH = 120


class Dot(QWidget):
    """Filled and soft while offline, in the warning colour once something connected."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.online = False
        self.setFixedSize(QSize(9, 9))
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.warn if self.online else tokens.soft))
        painter.drawEllipse(self.rect())


class Foot(QFrame):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "foot")
        self.setFixedHeight(HEIGHT)
        self.dot = Dot(theme)
        self.network = label("Offline", "soft")
        self.model = label("", "soft")
        self.job = label("", "soft")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(BAR_WIDTH)
        self.bar.setAccessibleName("Progress of the running job")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 16, 0)
        row.setSpacing(0)
        row.addWidget(self.dot)
        row.addSpacing(8)
        row.addWidget(self.network)
        row.addSpacing(28)
        row.addWidget(self.model)
        row.addStretch(1)
        row.addWidget(self.job)
        row.addSpacing(16)
        row.addWidget(self.bar)
        self.show_job("", None)

    def set_facts(self, facts: Facts) -> None:
        status = facts.status
        off = status.network_policy == "off"
        state = "Offline" if off else f"Network: {status.network_policy}"
        self.network.setText(f"{state} · {count(status.connections, 'connection')}")
        refused = count(status.refused, "attempt")
        self.network.setToolTip(f"{refused} to connect refused since the start.")
        self.dot.online = not off or status.connections > 0
        self.dot.update()
        self.model.setText(model_words(facts))

    def show_job(self, words: str, progress: Progress | None) -> None:
        """The running job; empty words when there is none."""
        counted = ""
        if progress is not None and progress.total:
            counted = f"  {progress.done:,} of {progress.total:,}"
            self.bar.setRange(0, progress.total)
            self.bar.setValue(progress.done)
        else:
            self.bar.setRange(0, 0)
        self.job.setText(f"{words}{counted}")
        self.job.setVisible(bool(words))
        self.bar.setVisible(bool(words))


def model_words(facts: Facts) -> str:
    """``SmolLM2 135M · 71 tokens/s``; the speed only once it was measured."""
    cards = [card for card in facts.status.models if card.role == "chat"]
    name = facts.model.name if facts.model else cards[0].name if cards else ""
    if not name:
        return ""
    speed = f" · {facts.tokens_per_s:.0f} tokens/s" if facts.tokens_per_s else ""
    return f"{short_model(name)}{speed}"
