"""The context meter at the composer, and what it opens: which turns the model has before it."""

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.chat.context_facts import EMPTY, FATES, ContextFacts, TurnFate, document_fate
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.labels import ElidedLabel, IconLabel, label
from desktop.words import count

RING_PX = 26
NEARLY_FULL = 0.85
PANEL_WIDTH = 380
PANEL_HEIGHT = 360
ROW_PX = 24
ICONS = {
    "kept": ("circle-fill", "accent"),
    "pinned": ("push-pin-fill", "accent"),
    "summary": ("circle-dashed", "soft"),
    "dropped": ("circle-dashed", "soft"),
}


class ContextMeter(QAbstractButton):
    """A ring that fills with the context; pressed, it opens the panel."""

    unpin_wanted = Signal(str, bool)
    """The path of a document to let go, and False."""
    picker_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.facts = EMPTY
        self.panel: ContextPanel | None = None
        self.setFixedSize(QSize(RING_PX, RING_PX))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self._open)
        theme.changed.connect(self.update)
        self.put(EMPTY)

    def put(self, facts: ContextFacts) -> None:
        self.facts = facts
        self.setVisible(bool(facts.words or facts.documents))
        self.setAccessibleName(f"Context: {facts.words}")
        lines = []
        if facts.words:
            lines.append(f"The model's memory of this conversation: {facts.words}.")
        if facts.documents:
            held = count(len(facts.documents), "document")
            lines.append(f"{held} stay{'s' if len(facts.documents) == 1 else ''} before it.")
        if facts.dropped:
            kept = len(facts.turns) - len(facts.dropped)
            lines.append(f"{kept} of {len(facts.turns)} turns are in it.")
        self.setToolTip("\n".join(lines))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawEllipse(self.rect())
        ring = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.line), 3))
        painter.drawEllipse(ring)
        full = self.facts.share > NEARLY_FULL
        pen = QPen(QColor(tokens.warn if full else tokens.accent), 3)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        # Qt counts in sixteenths of a degree, against the clock from three o'clock.
        painter.drawArc(ring, 90 * 16, -round(self.facts.share * 360 * 16))

    @Slot()
    def _open(self) -> None:
        panel = ContextPanel(self._theme, self.facts, self.window())
        self.panel = panel
        panel.destroyed.connect(self._closed)
        panel.unpin_wanted.connect(self.unpin_wanted)
        panel.picker_wanted.connect(self.picker_wanted)
        corner = self.mapToGlobal(QPoint(0, 0))
        panel.adjustSize()
        panel.move(corner.x() - 12, corner.y() - panel.height() - 12)
        panel.show()
        panel.setFocus()

    @Slot()
    def _closed(self) -> None:
        self.panel = None


class ContextPanel(QFrame):
    """Every turn and pinned document of the conversation, and what the model has of it."""

    unpin_wanted = Signal(str, bool)
    picker_wanted = Signal()

    def __init__(self, theme: Theme, facts: ContextFacts, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("kind", "popup")
        self.setAccessibleName("What the model has before it")
        self.setFixedWidth(PANEL_WIDTH)
        self.rows: list[tuple[str, str]] = []
        self.documents: list[tuple[str, str]] = []
        self.unpins: list[Button] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        column.addWidget(label("What the model has before it", "strong"))
        free = f"; {facts.reserved:,} are kept free for the answer" if facts.reserved else ""
        if facts.words:
            column.addWidget(label(f"{facts.words}{free}.", "soft", wrap=True))
        if facts.summary:
            column.addWidget(label("Older turns, in short", "head"))
            column.addWidget(label(facts.summary, "soft", wrap=True, select=True))
        column.addSpacing(4)
        column.addLayout(self._pinned(theme, facts))
        if facts.turns:
            column.addWidget(self._turns(theme, facts.turns))
        if facts.dropped:
            column.addWidget(
                label("Pin a turn to keep it, however long the conversation grows.", "soft")
            )

    def _pinned(self, theme: Theme, facts: ContextFacts) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for at, each in enumerate(facts.documents):
            fate = document_fate(facts, each)
            grid.addWidget(IconLabel(theme, "file-text", px=12, colour="accent"), at, 0)
            name = ElidedLabel(each.title, mode=Qt.TextElideMode.ElideMiddle)
            name.setFixedHeight(ROW_PX)
            grid.addWidget(name, at, 1)
            grid.addWidget(label(fate, "soft"), at, 2)
            unpin = Button(theme, icon="x", kind="icon", tip=f"Let {each.title} go", icon_px=12)
            unpin.setProperty("path", each.path)
            unpin.clicked.connect(self._unpin)
            grid.addWidget(unpin, at, 3)
            self.documents.append((each.title, fate))
            self.unpins.append(unpin)
        self.pick = Button(theme, "Keep a document here", icon="push-pin", kind="chip")
        self.pick.clicked.connect(self._pick)
        grid.addWidget(self.pick, len(facts.documents), 0, 1, 4, Qt.AlignmentFlag.AlignLeft)
        return grid

    @Slot()
    def _unpin(self) -> None:
        path = self.sender().property("path")
        self.close()
        self.unpin_wanted.emit(str(path), False)

    @Slot()
    def _pick(self) -> None:
        self.close()
        self.picker_wanted.emit()

    def _turns(self, theme: Theme, turns: tuple[TurnFate, ...]) -> QScrollArea:
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for at, turn in enumerate(turns):
            icon, colour = ICONS[turn.fate]
            text = " ".join(turn.text.split())
            asked = turn.role == "user"
            grid.addWidget(IconLabel(theme, icon, px=12, colour=colour), at, 0)
            shown = ElidedLabel(text if asked else f"↳ {text}", "" if asked else "softbody")
            shown.setFixedHeight(ROW_PX)
            grid.addWidget(shown, at, 1)
            grid.addWidget(label(FATES[turn.fate], "soft"), at, 2)
            self.rows.append((text, FATES[turn.fate]))
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.setFixedHeight(min(PANEL_HEIGHT, max(1, len(turns)) * (ROW_PX + 2) + 4))
        return scroll

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Space):
            self.close()
            return
        super().keyPressEvent(event)
