"""The reading column: centred, never wider than the measure."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

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


def column(*, spacing: int = 0, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    made = QVBoxLayout()
    made.setContentsMargins(*margins)
    made.setSpacing(spacing)
    return made
