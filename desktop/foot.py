"""The foot: network, model and speed, and the running job with its true counters."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.facts import Facts
from desktop.theme.theme import Theme
from desktop.widgets.labels import label
from desktop.widgets.progress import ProgressBar
from desktop.words import count, counted, rate, short_model
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
        self.bar = ProgressBar("Progress of the running job")
        self.bar.setFixedWidth(BAR_WIDTH)
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
        told = counted(progress) if progress is not None else ""
        self.bar.show_progress(progress)
        self.job.setText(f"{words}  {told}" if told else words)
        self.job.setVisible(bool(words))
        self.bar.setVisible(bool(words))


def model_words(facts: Facts) -> str:
    """``SmolLM2 135M + house-style · 71 tokens/s``; the speed only once it was measured."""
    cards = [card for card in facts.status.models if card.role == "chat"]
    chosen = next((card for card in cards if card.name == facts.default), None)
    first = chosen or (cards[0] if cards else None)
    name = facts.model.name if facts.model else first.name if first else ""
    if not name:
        return ""
    adapters = facts.loaded.adapters if facts.loaded is not None else ()
    parts = " + ".join([short_model(name), *adapters])
    return f"{parts} · {rate(facts.tokens_per_s)}" if facts.tokens_per_s else parts
