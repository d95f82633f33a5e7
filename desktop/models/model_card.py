"""One model as a card: what it is good for, whether it fits, how fast it is, what can be done."""

from dataclasses import replace

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.models import card_text
from desktop.models.adapter_row import AdapterRow
from desktop.models.memory_bar import MemoryBar
from desktop.models.shelf_facts import Entry
from desktop.models.work import Job
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button, MenuChip
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import ElidedLabel, IconLabel, label
from desktop.widgets.notice import Notice
from desktop.widgets.running_row import RunningRow
from desktop.widgets.strengths import with_strength
from desktop.words import count, counted, size
from engine.model_types import LoadedModel
from engine.progress import Progress

ICONS = {
    "chat": "chat-circle-text",
    "embedding": "magnifying-glass",
    "reranking": "list-magnifying-glass",
}


class ModelCardView(QFrame):
    default_wanted = Signal()
    load_wanted = Signal()
    unload_wanted = Signal()
    options_wanted = Signal()
    faster_wanted = Signal()
    remove_wanted = Signal()
    forgive_wanted = Signal()
    adapters_wanted = Signal(object)
    """Files and strengths of exactly those that it is always to be used with."""
    adapter_unwanted = Signal(str)
    """The file of an adapter to be removed."""
    stop_wanted = Signal(object)
    """The running :class:`Job` is to end."""

    def __init__(self, theme: Theme, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.entry = entry
        self.job: Job | None = None
        self._problem: Notice | None = None
        card = entry.card
        self.setProperty("kind", "card")
        self.setAccessibleName(f"Model {card.name}")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 16, 20, 16)
        self._column.setSpacing(12)
        self._column.addLayout(self._head())
        self._unstable_notice()
        self.line = label(card_text.facts_line(card), "soft", wrap=True, select=True)
        self._column.addWidget(self.line)
        if entry.report is not None:
            report = entry.report
            self._column.addWidget(MemoryBar(theme, report.need, report.available, report.fit))
        self.verdict = label("", "softbody", wrap=True)
        self._column.addWidget(self.verdict)
        self._adapters()
        self._details()
        self._running()
        self._actions()
        self.show_speed(None, measuring=False)

    # --- parts ---------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        card = self.entry.card
        fit, icon, colour = card_text.FITS.get(card.fit, (card.fit, "question", "soft"))
        if card.source == "endpoint":
            fit, icon, colour = "On another machine", "share-network", "warn"
        self.name = ElidedLabel(card.name, "strong")
        self.tags = label(self._tags(), "tag")
        self.fit = label(fit, "soft")
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.name, 1)
        top.addSpacing(10)
        top.addWidget(self.tags)
        top.addSpacing(10)
        top.addWidget(IconLabel(self._theme, icon, colour=colour))
        top.addWidget(self.fit)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(top)
        words.addWidget(label(self.entry.purpose, "softbody", wrap=True))
        head = QHBoxLayout()
        head.setSpacing(12)
        up = Qt.AlignmentFlag.AlignTop
        head.addWidget(IconLabel(self._theme, ICONS[card.role], px=20, colour="accent"), 0, up)
        head.addLayout(words, 1)
        return head

    def _tags(self) -> str:
        entry = self.entry
        parts = ["Default"] if entry.default else []
        if entry.loaded is not None:
            parts.append(f"Loaded, {size(entry.loaded.memory_bytes)}")
        return "  ·  ".join(parts)

    def _unstable_notice(self) -> None:
        self.unstable: Notice | None = None
        if self.entry.failures:
            self.unstable = Notice(
                self._theme,
                f"It {self.entry.failures}.",
                "Use another one, or close other programs and try it once more.",
                button="Try it again",
                icon="warning",
                colour="warn",
            )
            self.unstable.pressed.connect(self.forgive_wanted)
            self._column.addWidget(self.unstable)

    def _adapters(self) -> None:
        entry = self.entry
        self.adapters: list[AdapterRow] = []
        if not entry.adapters:
            return
        used = {each.file: each for each in entry.in_use}
        attached = entry.loaded.adapters if entry.loaded is not None else ()
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(label(count(len(entry.adapters), "adapter"), "head"))
        for card in entry.adapters:
            row = AdapterRow(
                self._theme,
                card,
                used.get(card.file),
                fits=entry.card.name in card.models,
                working=card.name in attached,
            )
            row.strength_wanted.connect(self._use_adapter)
            row.remove_wanted.connect(self.adapter_unwanted)
            self.adapters.append(row)
            column.addWidget(row)
        self._column.addLayout(column)

    @Slot(str, float)
    def _use_adapter(self, file: str, scale: float) -> None:
        held = tuple((each.file, each.scale) for each in self.entry.in_use)
        self.adapters_wanted.emit(with_strength(held, file, scale))

    def _details(self) -> None:
        self.details = QWidget()
        grid = QGridLayout(self.details)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, 104)
        grid.setColumnStretch(1, 1)
        for at, (name, value) in enumerate(card_text.details(self.entry)):
            grid.addWidget(label(name, "soft"), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label(value, "soft", wrap=True, select=True), at, 1)
        self.details.hide()
        self._column.addWidget(self.details)

    def _running(self) -> None:
        self.running = RunningRow(self._theme)
        self.running.stopped.connect(self._stop)
        self._column.addWidget(self.running)

    def _actions(self) -> None:
        entry, theme = self.entry, self._theme
        row = QWidget()
        flow = FlowLayout(row)
        self.use = Button(theme, "Use as default", icon="star", kind="chip")
        self.use.setToolTip("New conversations are held with it")
        self.use.clicked.connect(self.default_wanted)
        self.use.setVisible(entry.answers and not entry.default)
        self.load = Button(theme, "Load", icon="play", kind="chip", tip="Have it ready in memory")
        self.load.clicked.connect(self.load_wanted)
        self.load.setVisible(entry.answers and entry.local and entry.loaded is None)
        self.unload = Button(theme, "Unload", icon="eject", kind="chip", tip="Free its memory")
        self.unload.clicked.connect(self.unload_wanted)
        self.unload.setVisible(entry.loaded is not None)
        self.options = Button(theme, "Options", icon="sliders-horizontal", kind="chip")
        self.options.setToolTip("How it writes and runs")
        self.options.clicked.connect(self.options_wanted)
        self.options.setVisible(entry.answers)
        self.faster = Button(theme, "Make faster here", icon="gauge", kind="chip")
        self.faster.setToolTip("Try other forms of it on this processor and keep the best")
        self.faster.clicked.connect(self.faster_wanted)
        makes_sense = entry.card.source not in ("starter", "made", "endpoint")
        self.faster.setVisible(entry.report is not None and makes_sense)
        self.more = MenuChip(theme, tip="More about this model")
        self.more.show_choice("More")
        self.show_details = self.more.choices.addAction("Details")
        self.show_details.setCheckable(True)
        self.show_details.toggled.connect(self.details.setVisible)
        self.show_folder = self.more.choices.addAction("Show folder")
        self.show_folder.triggered.connect(self._open_folder)
        self.show_folder.setVisible(entry.local)
        self.more.choices.addSeparator()
        self.remove = self.more.choices.addAction("Remove…")
        self.remove.triggered.connect(self.remove_wanted)
        self.remove.setVisible(entry.card.source not in ("starter", "endpoint"))
        buttons = (self.use, self.load, self.unload, self.options, self.faster, self.more)
        for button in buttons:
            flow.addWidget(button)
            if button is not self.more:
                button.setAccessibleName(f"{button.text().strip()}: {entry.card.name}")
        self.more.setAccessibleName(f"More: {entry.card.name}")
        self._column.addWidget(row)

    # --- what changes --------------------------------------------------------------------------

    def show_loaded(self, loaded: LoadedModel) -> None:
        """What its process holds now."""
        self.entry = replace(self.entry, loaded=loaded)
        self.tags.setText(self._tags())

    def show_speed(self, measured: float | None, *, measuring: bool) -> None:
        speed = card_text.speed_words(self.entry, measured=measured, measuring=measuring)
        self.verdict.setText(f"{card_text.fit_sentence(self.entry)} {speed}".strip())
        self.verdict.setVisible(bool(self.verdict.text()))

    def show_job(self, job: Job | None, progress: Progress | None = None) -> None:
        """What is being done to this model; None when nothing is any more."""
        if job is not None:
            self.clear_problem()
        self.job = job
        chips = (row.strength for row in self.adapters)
        for button in (self.use, self.load, self.unload, self.faster, *chips):
            button.setEnabled(job is None)
        told = f"{progress.detail} {counted(progress)}".strip() if progress else ""
        words = job.words if job is not None else ""
        self.running.put(job is not None, f"{words}: {told}" if told else f"{words}…", progress)

    def show_problem(self, problem: Problem) -> None:
        self.clear_problem()
        self._problem = Notice.of(self._theme, problem, button="Close")
        self._problem.pressed.connect(self.clear_problem)
        self._column.insertWidget(1, self._problem)

    @property
    def problem(self) -> Notice | None:
        return self._problem

    @Slot()
    def clear_problem(self) -> None:
        if self._problem is not None:
            self._problem.hide()
            self._problem.deleteLater()
            self._problem = None

    @Slot()
    def _stop(self) -> None:
        self.stop_wanted.emit(self.job)

    @Slot()
    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(card_text.place_of(self.entry.card)))
