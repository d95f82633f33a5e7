"""Charts in the window: bars, and correctness against seconds."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.compare.drawing import Point, bars_height, draw_bars, draw_scatter
from desktop.theme.theme import Theme

SCATTER_PX = 264


class Chart(QWidget):
    """Drawn anew when the theme changes; its numbers are told to screen readers as well."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.points: tuple[Point, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(280)
        theme.changed.connect(self.update)

    def put(self, points: Sequence[Point]) -> None:
        self.points = tuple(points)
        self.setAccessibleDescription(
            "; ".join(
                f"{each.name}: {100 * each.right.value:.0f} % right"
                + (f" in {each.seconds.value:.1f} s" if each.seconds is not None else "")
                for each in self.points
            )
        )
        self.update()


class BarChart(Chart):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("Right answers")

    def put(self, points: Sequence[Point]) -> None:
        super().put(points)
        self.setFixedHeight(bars_height(self.points))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_bars(painter, QRectF(self.rect()), self.points, self._theme.tokens)


class ScatterChart(Chart):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setAccessibleName("Right answers against seconds")
        self.setFixedHeight(SCATTER_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_scatter(painter, QRectF(self.rect()), self.points, self._theme.tokens)
