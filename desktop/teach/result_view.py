"""The result: one sentence, a table before and after, and what becomes of the adapter."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import Problem
from desktop.teach import words
from desktop.teach.loss_plot import LossPlot
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.column import centred
from desktop.widgets.labels import IconLabel, label
from desktop.widgets.notice import Notice
from engine.services.teach_results import TeachResult
from engine.teach.live import Live

SHORT = 240
BETTER = "better than before"
ASIDE = "kept aside"
UNKNOWN = "trained"


class ResultView(QScrollArea):
    use_wanted = Signal(object)
    """The :class:`TeachResult` whose adapter is to be in use."""
    off_wanted = Signal(object)
    again = Signal()
    """Teach something else."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.result: TeachResult | None = None
        self.in_use = False
        self.notice: Notice | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 8, 0, 24)
        self._column.setSpacing(12)
        self.icon = IconLabel(theme, "check-circle", px=20, colour="accent")
        self.title = label("", "title", wrap=True)
        self.sentence = label("", "softbody", wrap=True, select=True)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        self._column.addLayout(head)
        self._column.addWidget(self.sentence)
        self._column.addLayout(self._buttons())
        self.card = QFrame()
        self.card.setProperty("kind", "card")
        self._grid = QGridLayout(self.card)
        self._grid.setContentsMargins(20, 16, 20, 16)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(0, 1)
        self._column.addWidget(self.card)
        self.samples_head = label("Some of them, before and after", "head")
        self._column.addWidget(self.samples_head)
        self._samples = QVBoxLayout()
        self._samples.setSpacing(8)
        self._column.addLayout(self._samples)
        self.plot_head = label("How it was learnt", "head")
        self.plot = LossPlot(theme)
        self.how = label("", "soft", wrap=True, select=True)
        self._column.addWidget(self.plot_head)
        self._column.addWidget(self.plot)
        self._column.addWidget(self.how)
        self._column.addStretch(1)
        ground = centred(inner)
        ground.setProperty("kind", "scrolled")
        self.setWidget(ground)

    def _buttons(self) -> QHBoxLayout:
        self.use = Button(self._theme, "Use it", kind="main")
        self.use.clicked.connect(self._use)
        self.off = Button(self._theme, "Switch it off")
        self.off.clicked.connect(self._off)
        self.next = Button(self._theme, "Teach something else")
        self.next.clicked.connect(self.again)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(8)
        for button in (self.use, self.off, self.next):
            row.addWidget(button)
        row.addStretch(1)
        return row

    # --- what is shown -------------------------------------------------------------------------

    def put(self, result: TeachResult, look: Live | None, *, in_use: bool) -> None:
        """A result; ``look`` is how its training went, where that is still known."""
        self.result = result
        decision = result.decision
        better = decision is not None and decision.adopt
        verdict = (BETTER if better else ASIDE) if decision is not None else UNKNOWN
        self.icon.show_icon("check-circle" if better else "archive-box",
                            "accent" if better else "soft")  # fmt: skip
        self.title.setText(f"{result.name} is {verdict}")
        self.sentence.setText(decision.reason if decision is not None else "")
        self.sentence.setVisible(bool(self.sentence.text()))
        self._table()
        self._put_samples()
        self.how.setText(words.how_it_went(result.report))
        drawn = look is not None and bool(look.losses)
        self.plot.setVisible(drawn)
        self.plot_head.setVisible(drawn or bool(self.how.text()))
        if look is not None and drawn:
            self.plot.put(look.losses, look.held_out, look.steps)
        self.show_use(in_use)
        self.say(None)
        self.verticalScrollBar().setValue(0)

    def show_use(self, in_use: bool) -> None:
        self.in_use = in_use
        result = self.result
        there = result is not None and result.file is not None
        better = result is not None and result.decision is not None and result.decision.adopt
        self.use.setVisible(there and not in_use)
        self.use.setText("Use it from now on" if better else "Use it anyway")
        self.use.setProperty("kind", "main" if better else "plain")
        self.use.style().unpolish(self.use)
        self.use.style().polish(self.use)
        self.use.setEnabled(True)
        self.off.setVisible(there and in_use)
        if in_use and result is not None:
            self.title.setText(f"{result.name} is in use")
            self.icon.show_icon("check-circle", "accent")

    def show_working(self, words_: str) -> None:
        self.use.setEnabled(False)
        self.use.setText(words_)

    def say(self, problem: Problem | None) -> None:
        self.put_notice(Notice.of(self._theme, problem) if problem is not None else None)
        if problem is not None:
            self.show_use(self.in_use)

    @Slot()
    def _clear(self) -> None:
        self.put_notice(None)

    def put_notice(self, notice: Notice | None) -> None:
        """A problem or a remark over the result, instead of the one before."""
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
        if notice is not None:
            self.notice = notice
            notice.pressed.connect(self._clear)
            self._column.insertWidget(0, notice)

    def _table(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        result = self.result
        rows = words.rows(result.decision, result.report) if result is not None else []
        self.card.setVisible(bool(rows))
        right = Qt.AlignmentFlag.AlignRight
        for column, head in enumerate(("", "Before", "After")):
            self._grid.addWidget(label(head, "head"), 0, column, right)
        for at, (what, before, after) in enumerate(rows, start=1):
            name = label(what, wrap=True)
            if at == 1 and result is not None and result.measured and "never saw" in what:
                name.setToolTip(f"Scored by {result.measured}")
            self._grid.addWidget(name, at, 0)
            self._grid.addWidget(label(before, "softbody"), at, 1, right)
            self._grid.addWidget(label(after, "strong"), at, 2, right)

    def _put_samples(self) -> None:
        while (item := self._samples.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        samples = self.result.samples if self.result is not None else ()
        self.samples_head.setVisible(bool(samples))
        for each in samples:
            card = QFrame()
            card.setProperty("kind", "card")
            grid = QGridLayout(card)
            grid.setContentsMargins(16, 12, 16, 12)
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(4)
            grid.setColumnMinimumWidth(0, 56)
            grid.setColumnStretch(1, 1)
            grid.addWidget(label(_short(each.question), "strong", wrap=True), 0, 0, 1, 2)
            for at, (name, text) in enumerate(
                (("Wanted", each.wanted), ("Before", each.before), ("After", each.after)), start=1
            ):
                up = Qt.AlignmentFlag.AlignTop
                grid.addWidget(label(name, "soft"), at, 0, up)
                kind = "softbody" if name == "Before" else ""
                said = label(_short(text) or "nothing", kind, wrap=True, select=True)
                grid.addWidget(said, at, 1)
            self._samples.addWidget(card)

    @Slot()
    def _use(self) -> None:
        if self.result is not None:
            self.use_wanted.emit(self.result)

    @Slot()
    def _off(self) -> None:
        if self.result is not None:
            self.off_wanted.emit(self.result)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHORT else plain[: SHORT - 1] + "…"
