"""A new comparison: which questions, in which ways, and how long it will take."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.chat.head import choice, chosen
from desktop.compare.facts import CompareFacts
from desktop.compare.set_row import SetRow
from desktop.compare.ways_panel import WaysPanel
from desktop.compare.words import answers_line, duration
from desktop.compare.work import Plan
from desktop.errors import Problem
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button, MenuChip
from desktop.widgets.check import CheckBox
from desktop.widgets.column import centred
from desktop.widgets.flow import FlowLayout
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from desktop.widgets.progress import ProgressBar
from desktop.words import counted
from engine.progress import Progress

FACTS = 10
"""Facts that are changed where that is wanted."""
CHANGE = "Change some facts in a copy and ask again"
CHANGE_TIP = "Shows which ways follow when documents change. Your own documents are left alone."
ALL = "All libraries"


class SetupView(QScrollArea):
    left = Signal()
    started = Signal(object)
    """The :class:`Plan`."""
    changed = Signal()
    write_wanted = Signal()
    file_wanted = Signal()
    library_wanted = Signal(str)
    thumbs_wanted = Signal()
    making_stopped = Signal()
    set_shown = Signal(int)
    set_saved = Signal(int)
    set_removed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._facts: CompareFacts | None = None
        self._chosen = 0
        self._library = ""
        self.rows: list[SetRow] = []
        self.notice: Notice | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.back = Button(theme, icon="arrow-left", kind="icon", tip="Back", icon_px=20)
        self.back.clicked.connect(self.left)
        self.libraries = MenuChip(theme, tip="Library to ask")
        self.none = label("There are no questions yet. Write some, or have them made.", "softbody")
        self.sources: dict[str, Button] = {}
        for key, words, icon, signal in (
            ("write", "Write questions", "pencil-simple", self.write_wanted),
            ("file", "From a file…", "file-text", self.file_wanted),
            ("thumbs", "From thumbs and corrections", "thumbs-up", self.thumbs_wanted),
        ):
            button = Button(theme, words, icon=icon, kind="chip")
            button.clicked.connect(signal)
            self.sources[key] = button
        made = Button(theme, "Make from the library", icon="magic-wand", kind="chip")
        made.clicked.connect(self._make)
        self.sources["library"] = made
        self.making = QWidget()
        self.making_bar = ProgressBar("Making questions")
        self.making_words = label("Making questions", "soft")
        self.making_stop = Button(theme, "Stop", icon="stop", kind="chip")
        self.making_stop.clicked.connect(self.making_stopped)
        self.ways = WaysPanel(theme)
        self.ways.changed.connect(self._tell)
        self.facts_box = CheckBox(theme, CHANGE)
        self.facts_box.setToolTip(CHANGE_TIP)
        self.estimate = label("", "softbody", wrap=True)
        self.start = Button(theme, "Start", kind="main")
        self.start.clicked.connect(self._start)
        self._lay_out()
        self.show_making(None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.back)
        head.addWidget(label("New comparison", "title"), 1)
        head.addWidget(self.libraries)
        making = QHBoxLayout(self.making)
        making.setContentsMargins(0, 0, 0, 0)
        making.setSpacing(12)
        making.addWidget(self.making_words)
        making.addWidget(self.making_bar, 1)
        making.addWidget(self.making_stop)
        chips = QWidget()
        flow = FlowLayout(chips)
        for key in ("write", "library", "file", "thumbs"):
            flow.addWidget(self.sources[key])
        foot = QHBoxLayout()
        foot.setSpacing(16)
        foot.addWidget(self.estimate, 1)
        foot.addWidget(self.start)
        self._sets = QVBoxLayout()
        self._sets.setSpacing(8)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 16, 0, 24)
        self._column.setSpacing(12)
        self._column.addLayout(head)
        self._column.addSpacing(4)
        self._column.addWidget(label("Questions", "head"))
        self._column.addWidget(self.none)
        self._column.addLayout(self._sets)
        self._column.addWidget(self.making)
        self._column.addWidget(chips)
        self._column.addSpacing(12)
        self._column.addWidget(label("Ways of asking", "head"))
        self._column.addWidget(self.ways)
        self._column.addSpacing(8)
        self._column.addWidget(self.facts_box)
        self._column.addSpacing(12)
        self._column.addLayout(foot)
        self._column.addStretch(1)
        ground = centred(inner)
        ground.setProperty("kind", "scrolled")
        self.setWidget(ground)

    # --- showing -------------------------------------------------------------------------------

    def put(self, facts: CompareFacts) -> None:
        self._facts = facts
        if self._library not in facts.libraries:
            self._library = ""
        self._fill_libraries()
        self.ways.put(facts)
        self.sources["thumbs"].setVisible(facts.rated > 0)
        self.sources["library"].setEnabled(bool(facts.libraries))
        for row in self.rows:
            self._sets.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [SetRow(self._theme, each) for each in facts.sets]
        for row in self.rows:
            row.chosen.connect(self.choose)
            row.shown.connect(self.set_shown)
            row.saved.connect(self.set_saved)
            row.removed.connect(self.set_removed)
            self._sets.addWidget(row)
        self.none.setVisible(not self.rows)
        if self._chosen not in {each.id for each in facts.sets}:
            self._chosen = facts.sets[0].id if facts.sets else 0
        self.choose(self._chosen)

    @Slot(int)
    def choose(self, set_id: int) -> None:
        self._chosen = set_id
        libraries = self._facts.libraries if self._facts else ()
        for row in self.rows:
            row.mark_chosen(row.set.id == set_id)
            if row.set.id == set_id and row.set.library in libraries:
                self._library = row.set.library
        self._fill_libraries()
        self._tell()

    def _fill_libraries(self) -> None:
        names = self._facts.libraries if self._facts else ()
        menu = self.libraries.choices
        menu.clear()
        group = QActionGroup(menu)
        for name in ("", *names):
            action = choice(menu, group, name or ALL, name, name == self._library)
            action.triggered.connect(self._choose_library)
        self.libraries.setVisible(bool(names))
        self.libraries.show_choice(self._library or (names[0] if len(names) == 1 else ALL))

    @Slot()
    def _choose_library(self) -> None:
        self._library = chosen(self.sender()) or ""
        self._fill_libraries()

    @property
    def plan(self) -> Plan | None:
        row = next((each for each in self.rows if each.set.id == self._chosen), None)
        if row is None or not self.ways.columns:
            return None
        changed = FACTS if self.facts_box.isChecked() else 0
        return Plan(row.set, self.ways.columns, self._library, changed)

    @Slot()
    def _tell(self) -> None:
        self.start.setEnabled(self.plan is not None)
        self.show_estimate(None)
        self.changed.emit()

    def show_estimate(self, seconds: float | None) -> None:
        plan = self.plan
        if plan is None:
            self.estimate.setText("Choose questions and at least one way of asking.")
            return
        line = answers_line(len(plan.set.questions), len(plan.columns))
        told = f"It will take {duration(seconds)}." if seconds is not None else ""
        self.estimate.setText(
            f"{line}. {told} What was asked before in the same way is not asked again, and you can "
            "stop at any time.".replace(".  ", ". ")
        )

    def show_making(self, progress: Progress | None) -> None:
        """Questions are being made; None when they are not."""
        self.making.setVisible(progress is not None)
        self.sources["library"].setVisible(progress is None)
        if progress is not None:
            self.making_words.setText(f"Making questions  {counted(progress)}".strip())
            self.making_bar.show_progress(progress)

    @Slot()
    def _make(self) -> None:
        self.library_wanted.emit(self._library)

    @Slot()
    def _start(self) -> None:
        plan = self.plan
        if plan is not None:
            self.started.emit(plan)

    def tell(self, problem: Problem) -> None:
        self.clear_notice()
        self.notice = Notice.of(self._theme, problem, button="Close")
        self.notice.pressed.connect(self.clear_notice)
        self._column.insertWidget(1, self.notice)

    @Slot()
    def clear_notice(self) -> None:
        if self.notice is not None:
            self._column.removeWidget(self.notice)
            self.notice.hide()
            self.notice.deleteLater()
            self.notice = None
