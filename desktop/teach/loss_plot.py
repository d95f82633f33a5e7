"""The loss as it falls: what is learnt as a line, what is held out dashed."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme.theme import Theme
from desktop.words import count

HEIGHT = 240
LEFT, RIGHT, TOP, BOTTOM = 40, 16, 12, 26
LINES = 4
SMOOTHED = 0.85
"""How far one step's loss stands back behind those before."""
Points = tuple[tuple[int, float], ...]


class LossPlot(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.losses: Points = ()
        self.held_out: Points = ()
        self.steps = 0
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(640, HEIGHT)

    def put(self, losses: Points, held_out: Points, steps: int) -> None:
        self.losses, self.held_out, self.steps = losses, held_out, steps
        told = f"Loss after {count(losses[-1][0], 'step')}: {losses[-1][1]:.2f}" if losses else ""
        if held_out:
            told += f", held out {held_out[-1][1]:.2f}"
        self.setAccessibleName(told or "No loss yet")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = QFont(self.font())
        small.setPixelSize(11)
        painter.setFont(small)
        room = QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
        values = [value for _, value in (*self.losses, *self.held_out)]
        if not values:
            painter.setPen(QColor(tokens.soft))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "The first steps come soon")
            return
        low, high, lines = _bounds(values)
        last = max(self.steps, max(at for at, _ in (*self.losses, *self.held_out)), 1)

        def place(at: float, value: float) -> QPointF:
            across = room.left() + room.width() * at / last
            return QPointF(across, room.bottom() - room.height() * (value - low) / (high - low))

        for line in range(lines + 1):
            value = low + (high - low) * line / lines
            y = place(0, value).y()
            painter.setPen(QPen(QColor(tokens.line), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(tokens.soft))
            box = QRectF(0, y - 8, LEFT - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                             f"{value:.1f}")  # fmt: skip
        self._names(painter, room, last)
        raw = QColor(tokens.accent)
        raw.setAlpha(70)
        painter.setPen(QPen(raw, 1))
        painter.drawPath(_path([place(at, value) for at, value in self.losses]))
        painter.setPen(QPen(QColor(tokens.accent), 2))
        painter.drawPath(_path([place(at, value) for at, value in smooth(self.losses)]))
        dashed = QPen(QColor(tokens.ink), 1.6, Qt.PenStyle.DashLine)
        painter.setPen(dashed)
        held = [place(at, value) for at, value in self.held_out]
        painter.drawPath(_path(held))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.ink))
        for point in held:
            painter.drawEllipse(point, 3, 3)

    def _names(self, painter: QPainter, room: QRectF, last: int) -> None:
        """Under the plot: where the steps end, and which line is which."""
        tokens = self._theme.tokens
        base = room.bottom() + 17
        painter.setPen(QColor(tokens.soft))
        painter.drawText(QPointF(room.left(), base), "0")
        end = f"{last:,} steps"
        width = painter.fontMetrics().horizontalAdvance(end)
        painter.drawText(QPointF(room.right() - width, base), end)
        at = room.left() + 40
        for words, pen in (
            ("learnt from", QPen(QColor(tokens.accent), 2)),
            ("held out", QPen(QColor(tokens.ink), 1.6, Qt.PenStyle.DashLine)),
        ):
            painter.setPen(pen)
            painter.drawLine(QPointF(at, base - 4), QPointF(at + 22, base - 4))
            painter.setPen(QColor(tokens.soft))
            painter.drawText(QPointF(at + 28, base), words)
            at += 40 + painter.fontMetrics().horizontalAdvance(words) + 12


def smooth(points: Points) -> Points:
    """A moving mean that starts at the first value."""
    made: list[tuple[int, float]] = []
    mean = points[0][1] if points else 0.0
    for number, (at, value) in enumerate(points):
        keep = min(SMOOTHED, number / (number + 1))
        mean = keep * mean + (1 - keep) * value
        made.append((at, mean))
    return tuple(made)


def _bounds(values: list[float]) -> tuple[float, float, int]:
    """Round numbers around all values, and how many steps lie between them."""
    low, high = min(values), max(values)
    step = max(0.1, (high - low) / LINES)
    unit = 10 ** math.floor(math.log10(step))
    step = next(unit * each for each in (1, 2, 2.5, 5, 10) if unit * each >= step * 0.999)
    bottom = math.floor(low / step) * step
    lines = max(1, math.ceil((high - bottom) / step))
    return bottom, bottom + lines * step, lines


def _path(points: list[QPointF]) -> QPainterPath:
    path = QPainterPath()
    for number, point in enumerate(points):
        if number:
            path.lineTo(point)
        else:
            path.moveTo(point)
    return path
