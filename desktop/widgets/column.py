"""The reading column: centred, never wider than the measure."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

MEASURE = 720


def centred(content: QWidget, *, measure: int = MEASURE, margin: int = 32) -> QWidget:
    """``content`` in the middle of whatever width there is."""
    content.setMaximumWidth(measure)
    outer = QWidget()
    row = QHBoxLayout(outer)
    row.setContentsMargins(margin, 0, margin, 0)
    row.addStretch(1)
    row.addWidget(content, 1000)
    row.addStretch(1)
    return outer


def scrolled(content: QWidget, *, measure: int = MEASURE) -> QScrollArea:
    """``content`` as a centred column that scrolls."""
    ground = centred(content, measure=measure)
    ground.setProperty("kind", "scrolled")
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(ground)
    return area


class Aligned(QObject):
    """Keeps what stands over or under a scrolled column in line with it, scroll bar or not."""

    def __init__(self, over: QWidget, scroll: QScrollArea) -> None:
        super().__init__(over)
        self._over, self._bar = over, scroll.verticalScrollBar()
        self._bar.rangeChanged.connect(self._fit)

    @Slot()
    def _fit(self) -> None:
        room = self._bar.sizeHint().width() if self._bar.maximum() else 0
        self._over.setContentsMargins(0, 0, room, 0)


def column(*, spacing: int = 0, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    made = QVBoxLayout()
    made.setContentsMargins(*margins)
    made.setSpacing(spacing)
    return made
