"""How much of the free memory a model takes: weights, context, and what it works with."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme.theme import Theme
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import label
from desktop.words import size
from engine.models.fit import Need, gigabytes

HEIGHT = 8
PARTS = (("Weights", 255), ("Context", 150), ("Working memory", 80))
"""Name and strength of the colour, from the first part to the last."""
COLOURS = {"fits": "accent", "tight": "warn", "will not fit": "bad"}


class _Bar(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shares: tuple[float, ...] = ()
        self._colour = "accent"
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def put(self, shares: tuple[float, ...], colour: str) -> None:
        self._shares, self._colour = shares, colour
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QPainterPath()
        whole.addRoundedRect(QRectF(self.rect()), HEIGHT / 2, HEIGHT / 2)
        painter.setClipPath(whole)
        painter.fillRect(self.rect(), QColor(tokens.line))
        at = 0.0
        for share, (_, strength) in zip(self._shares, PARTS, strict=True):
            colour = QColor(getattr(tokens, self._colour))
            colour.setAlpha(strength)
            width = share * self.width()
            painter.fillRect(QRectF(at, 0, width, HEIGHT), colour)
            at += width


class _Dot(QWidget):
    def __init__(self, theme: Theme, strength: int) -> None:
        super().__init__()
        self._theme, self._strength = theme, strength
        self.colour = "accent"
        self.setFixedSize(QSize(8, 8))
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = QColor(getattr(self._theme.tokens, self.colour))
        colour.setAlpha(self._strength)
        painter.setBrush(colour)
        painter.drawEllipse(self.rect())


class MemoryBar(QWidget):
    """The bar is what is free now; what does not fit fills it in the colour of the verdict."""

    def __init__(self, theme: Theme, need: Need, available: int, fit: str) -> None:
        super().__init__()
        colour = COLOURS.get(fit, "accent")
        bar = _Bar(theme)
        room = max(available, need.total, 1)
        sizes = (need.weights, need.context, need.overhead)
        bar.put(tuple(part / room for part in sizes), colour)
        legend = QWidget()
        row = FlowLayout(legend, spacing=16)
        for (name, strength), part in zip(PARTS, sizes, strict=True):
            entry = QWidget()
            inside = QHBoxLayout(entry)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(6)
            dot = _Dot(theme, strength)
            dot.colour = colour
            inside.addWidget(dot)
            inside.addWidget(label(f"{name} {size(part)}", "soft"))
            row.addWidget(entry)
        row.addWidget(label(f"of {gigabytes(available)} free", "soft"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(bar)
        column.addWidget(legend)
        self.setAccessibleName(f"Memory: {size(need.total)} of the {size(available)} that are free")
