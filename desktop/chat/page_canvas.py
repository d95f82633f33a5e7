"""A rendered page with its marked lines."""

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme.tokens import LIGHT

GROW = 0.004
"""How far a mark reaches over its line, as a fraction of the page width."""


class PageCanvas(QWidget):
    """Paper stays white in the dark too, so the marks are the light ones, multiplied into it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._marks: tuple[QRectF, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_page(self, image: QImage, marks: tuple[QRectF, ...], width: int) -> None:
        """``width`` in logical pixels; the image may have more."""
        self._image = image
        self._marks = marks
        self.setFixedSize(QSize(width, round(width * image.height() / image.width())))
        self.update()

    def marked_area(self) -> QRect:
        """Where the marks lie on the widget; empty where there are none."""
        area = QRectF()
        for mark in self._marks:
            area = area.united(self._place(mark))
        return area.toRect()

    def _place(self, mark: QRectF) -> QRectF:
        grow = GROW * self.width()
        placed = QRectF(
            mark.x() * self.width(),
            mark.y() * self.height(),
            mark.width() * self.width(),
            mark.height() * self.height(),
        )
        return placed.adjusted(-grow, -grow / 2, grow, grow / 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self.rect(), self._image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for mark in self._marks:
            painter.fillRect(self._place(mark), QColor(LIGHT.mark))
