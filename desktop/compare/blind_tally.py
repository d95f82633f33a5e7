"""What blind judging comes to: how often each way was liked better, and how sure that is."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.compare.words import way_name
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import label
from desktop.words import count
from engine.evaluate.preference import Tally

BAR_PX = 18
HEIGHT = 44


class ShareBar(QWidget):
    """One bar for both ways; the whisker is the interval of the border between them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.tally: Tally | None = None
        self.setFixedHeight(HEIGHT)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        found, tokens = self.tally, self._theme.tokens
        if found is None or not found.for_first + found.for_second:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(0, (HEIGHT - BAR_PX) / 2, self.width(), BAR_PX)
        painter.setBrush(QColor(tokens.line))
        painter.drawRoundedRect(whole, 4, 4)
        first = QRectF(whole)
        first.setWidth(whole.width() * (1 - found.share))
        painter.setBrush(QColor(tokens.accent))
        painter.drawRoundedRect(first, 4, 4)
        painter.setPen(QPen(QColor(tokens.ink), 1.4))
        y = HEIGHT / 2
        low, high = (whole.width() * (1 - each) for each in (found.high, found.low))
        painter.drawLine(QPointF(low, y), QPointF(high, y))
        for x in (low, high):
            painter.drawLine(QPointF(x, y - 6), QPointF(x, y + 6))
        middle = whole.width() / 2
        painter.setPen(QPen(QColor(tokens.soft), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(middle, 4), QPointF(middle, HEIGHT - 4))


class BlindTally(QFrame):
    more = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bubble")
        self.words = label("", "title", wrap=True, select=True)
        self.counts = label("", wrap=True, select=True)
        self.bar = ShareBar(theme)
        self.go_on = Button(theme, "Go on judging", kind="plain")
        self.go_on.clicked.connect(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addWidget(self.bar)
        column.addWidget(self.counts)
        column.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignLeft)

    def say(self, text: str) -> None:
        self.words.setText(text)
        self.counts.setText("")
        self.bar.hide()
        self.go_on.hide()

    def put(self, found: Tally, *, more: int) -> None:
        """``more`` questions are left to judge."""
        self.words.setText(
            found.words.replace(f"“{found.first}”", f"“{way_name(found.first)}”").replace(
                f"“{found.second}”", f"“{way_name(found.second)}”"
            )
            if found.n
            else "Nothing was judged yet."
        )
        self.counts.setText(
            f"{way_name(found.first)} {found.for_first} · {way_name(found.second)} "
            f"{found.for_second} · neither {found.neither}"
        )
        self.bar.tally = found
        self.bar.setVisible(bool(found.for_first + found.for_second))
        self.bar.setAccessibleName(self.words.text())
        self.bar.update()
        self.go_on.setText(f"Go on: {count(more, 'question')} left")
        self.go_on.setVisible(more > 0)
