"""Draws charts of ways of asking, on screens and on paper: bars, and right against seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from desktop.theme.tokens import Tokens
from engine.evaluate.certainty import Estimate

BAR_ROW = 34
BAR_PX = 14
NAMES = 108
"""Room for the names of ways at the left."""
VALUES = 52
FOOT = 22
LEFT, RIGHT, TOP, BOTTOM = 44, 76, 12, 40
DOT = 5.0
LINE_PX = 16
"""Height of a name beside its dot."""


@dataclass(frozen=True, slots=True)
class Point:
    """One way of asking: the share of right answers, and the seconds that one takes."""

    name: str
    right: Estimate
    seconds: Estimate | None = None


def bars_height(points: Sequence[Point]) -> int:
    return BAR_ROW * len(points) + FOOT + 4


def draw_bars(painter: QPainter, area: QRectF, points: Sequence[Point], tokens: Tokens) -> None:
    """Shares as bars with their 95 % intervals."""
    span = area.width() - NAMES - VALUES
    left, low_end = area.left() + NAMES, area.top() + BAR_ROW * len(points)
    small = _font(painter, 11)
    painter.setFont(small)
    for at in range(5):
        x = left + span * at / 4
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, low_end))
        painter.setPen(QColor(tokens.soft))
        painter.drawText(
            QRectF(x - 30, low_end + 4, 60, 16), Qt.AlignmentFlag.AlignHCenter, f"{25 * at} %"
        )
    for number, point in enumerate(points):
        middle = area.top() + BAR_ROW * (number + 0.5)
        painter.setFont(_font(painter, 12))
        painter.setPen(QColor(tokens.ink))
        name = painter.fontMetrics().elidedText(point.name, Qt.TextElideMode.ElideRight, NAMES - 12)
        painter.drawText(QRectF(area.left(), middle - 9, NAMES - 12, 18), _at("right"), name)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent))
        width = max(span * _unit(point.right.value), 1.5)
        painter.drawRoundedRect(QRectF(left, middle - BAR_PX / 2, width, BAR_PX), 3, 3)
        _whisker(
            painter, tokens,
            QPointF(left + span * _unit(point.right.low), middle),
            QPointF(left + span * _unit(point.right.high), middle),
        )  # fmt: skip
        painter.setPen(QColor(tokens.ink))
        painter.drawText(
            QRectF(area.right() - VALUES, middle - 9, VALUES, 18), _at("right"),
            f"{100 * point.right.value:.0f} %",
        )  # fmt: skip


def draw_scatter(painter: QPainter, area: QRectF, points: Sequence[Point], tokens: Tokens) -> None:
    """Right answers upward against seconds, each with its intervals both ways."""
    known = [(each, each.seconds) for each in points if each.seconds is not None]
    plot = area.adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
    longest = _round_up(max((seconds.high for _, seconds in known), default=1.0))
    painter.setFont(_font(painter, 11))
    for at in range(5):
        x, y = plot.left() + plot.width() * at / 4, plot.bottom() - plot.height() * at / 4
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setPen(QColor(tokens.soft))
        painter.drawText(
            QRectF(x - 30, plot.bottom() + 4, 60, 16), Qt.AlignmentFlag.AlignHCenter,
            f"{longest * at / 4:.3g} s",
        )  # fmt: skip
        painter.drawText(QRectF(area.left(), y - 8, LEFT - 8, 16), _at("right"), f"{25 * at} %")
    painter.drawText(
        QRectF(plot.left(), plot.bottom() + 21, plot.width(), 16),
        Qt.AlignmentFlag.AlignHCenter, "seconds for an answer",
    )  # fmt: skip
    names: list[QRectF] = []
    for point, seconds in known:
        x = plot.left() + plot.width() * _unit(seconds.value / longest)
        y = plot.bottom() - plot.height() * _unit(point.right.value)
        _whisker(
            painter, tokens,
            QPointF(plot.left() + plot.width() * _unit(seconds.low / longest), y),
            QPointF(plot.left() + plot.width() * _unit(seconds.high / longest), y),
        )  # fmt: skip
        _whisker(
            painter, tokens,
            QPointF(x, plot.bottom() - plot.height() * _unit(point.right.low)),
            QPointF(x, plot.bottom() - plot.height() * _unit(point.right.high)),
        )  # fmt: skip
        painter.setPen(QPen(QColor(tokens.paper), 1.5))
        painter.setBrush(QColor(tokens.accent))
        painter.drawEllipse(QPointF(x, y), DOT, DOT)
        painter.setFont(_font(painter, 12))
        names.append(_free(painter, QPointF(x, y), point.name, plot, names))
        veil = QColor(tokens.paper)
        veil.setAlpha(215)
        painter.fillRect(names[-1], veil)
        painter.setPen(QColor(tokens.ink))
        painter.drawText(names[-1], int(Qt.AlignmentFlag.AlignCenter), point.name)


def _free(
    painter: QPainter, dot: QPointF, name: str, plot: QRectF, taken: Sequence[QRectF]
) -> QRectF:
    """A place beside a dot for its name that no other name has."""
    width = painter.fontMetrics().horizontalAdvance(name) + 6
    steps = (-1.2, 0.75, -2.2, 1.75, -3.0, 2.75, -4.0, 3.75)
    places = [
        QRectF(x, dot.y() + step * LINE_PX, width, LINE_PX)
        for step in steps
        for x in (dot.x() + 7, dot.x() - 7 - width)
    ]
    inside = [each for each in places if each.bottom() <= plot.bottom() and each.left() >= 0]
    free = [each for each in inside if not any(each.intersects(other) for other in taken)]
    return (free or inside or places)[0]


def _whisker(painter: QPainter, tokens: Tokens, start: QPointF, end: QPointF) -> None:
    painter.setPen(QPen(QColor(tokens.ink), 1.2))
    painter.drawLine(start, end)
    across = QPointF(0, 4) if start.y() == end.y() else QPointF(4, 0)
    for tip in (start, end):
        painter.drawLine(tip - across, tip + across)


def _font(painter: QPainter, px: int) -> QFont:
    made = QFont(painter.font())
    made.setPixelSize(px)
    return made


def _at(side: str) -> int:
    across = Qt.AlignmentFlag.AlignRight if side == "right" else Qt.AlignmentFlag.AlignLeft
    return int(across | Qt.AlignmentFlag.AlignVCenter)


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def _round_up(value: float) -> float:
    """The next number whose quarters are round."""
    power = 1e-3
    while power * 10 < value:
        power *= 10
    return next(
        (each * power for each in (1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8) if each * power >= value),
        10 * power,
    )
