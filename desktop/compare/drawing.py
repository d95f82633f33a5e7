"""Draws charts of ways of asking, on screens and on paper: bars, and right against seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from desktop.theme.tokens import Tokens
from engine.evaluate import plot as plots
from engine.evaluate.certainty import Estimate
from engine.evaluate.plot import Box, Dot, Name

BAR_ROW = 34
BAR_PX = 14
NAMES = 108
"""Room for the names of ways at the left."""
VALUES = 52
FOOT = 22
LEFT, RIGHT, TOP, BOTTOM = 44, 76, 20, 40
DOT = 5.0
LINE_PX = 16
"""Height of a name beside its dot."""
NAME_SIDE = 3
"""Left free on both sides of a name."""


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
    plot, longest, dots = _scattered(area, points)
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
    for dot in dots:
        _draw_dot(painter, dot, tokens)
    painter.setFont(_font(painter, 12))
    placed = scatter_names(painter.fontMetrics(), area, points)
    for dot, (_, each) in zip(dots, placed, strict=True):
        if each.stroke is not None:
            painter.setPen(QPen(QColor(tokens.soft), 0.8))
            painter.drawLine(QPointF(dot.x, dot.y), QPointF(*each.stroke))
    for name, each in placed:
        place = QRectF(each.box.x, each.box.y, each.box.width, each.box.height)
        veil = QColor(tokens.paper)
        veil.setAlpha(215)
        painter.fillRect(place, veil)
        painter.setPen(QColor(tokens.ink))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), name)


def scatter_names(
    metrics: QFontMetrics, area: QRectF, points: Sequence[Point]
) -> list[tuple[str, Name]]:
    """Each name as it is shown and where: inside the area, none over another."""
    _, _, dots = _scattered(area, points)
    inside = Box(area.left() + LEFT, area.top(), area.width() - LEFT, area.height() - BOTTOM)
    most = max(int(inside.width / 2), 1)
    shown = [
        metrics.elidedText(each.name, Qt.TextElideMode.ElideRight, most)
        for each in points
        if each.seconds is not None
    ]
    sized = [
        replace(dot, width=metrics.horizontalAdvance(name) + 2 * NAME_SIDE)
        for name, dot in zip(shown, dots, strict=True)
    ]
    return list(zip(shown, plots.names(sized, inside, LINE_PX), strict=True))


def _scattered(area: QRectF, points: Sequence[Point]) -> tuple[QRectF, float, list[Dot]]:
    """The plot between its axes, the seconds at its right end, and the dots."""
    known = [(each, each.seconds) for each in points if each.seconds is not None]
    plot = area.adjusted(LEFT, TOP, -RIGHT, -BOTTOM)
    longest = plots.round_up(max((seconds.high for _, seconds in known), default=1.0))
    made = []
    for point, seconds in known:
        x, from_x, to_x = (
            plot.left() + plot.width() * _unit(each / longest)
            for each in (seconds.value, seconds.low, seconds.high)
        )
        y, from_y, to_y = (
            plot.bottom() - plot.height() * _unit(each)
            for each in (point.right.value, point.right.high, point.right.low)
        )
        whiskers = Box(from_x, y, to_x - from_x, 0), Box(x, from_y, 0, to_y - from_y)
        made.append(Dot(x, y, 0, DOT, whiskers))
    return plot, longest, made


def _draw_dot(painter: QPainter, dot: Dot, tokens: Tokens) -> None:
    for each in dot.whiskers:
        _whisker(painter, tokens, QPointF(each.x, each.y), QPointF(each.right, each.bottom))
    painter.setPen(QPen(QColor(tokens.paper), 1.5))
    painter.setBrush(QColor(tokens.accent))
    painter.drawEllipse(QPointF(dot.x, dot.y), dot.radius, dot.radius)


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
