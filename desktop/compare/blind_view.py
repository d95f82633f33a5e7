"""Judging blind: two answers, shuffled and unnamed; the names come with the tally at the end."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QActionGroup, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.chat.head import choice, chosen
from desktop.compare.blind_tally import BlindTally
from desktop.compare.words import said, way_name
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button, MenuChip
from desktop.widgets.labels import label
from engine.evaluate.outcome import Outcome
from engine.evaluate.preference import Trial, tally, trials
from engine.store.preferences import Preference

SAME = "These two ways gave the same answers. There is nothing to choose between."
CARD_PX = 180
KEYS = "Keys: 1, 2, and 0 for neither."


class BlindCard(QFrame):
    """One of the two answers, without a name."""

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setMinimumHeight(CARD_PX)
        self.text = label("", wrap=True, select=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.better = Button(theme, "This one is better", kind="plain")
        self.better.setAccessibleName(f"Answer {number} is better")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(f"Answer {number}", "head"))
        column.addWidget(self.text, 1)
        column.addWidget(self.better, 0, Qt.AlignmentFlag.AlignLeft)

    def put(self, found: Outcome) -> None:
        self.text.setText(said(found))


class BlindView(QWidget):
    left = Signal()
    judged = Signal(object)
    """A :class:`Preference`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._outcomes: Sequence[Outcome] = ()
        self._seed = ""
        self._ways: list[str] = []
        self._pair = ("", "")
        self._known: list[Preference] = []
        self._left: list[Trial] = []
        self._total = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.back = Button(theme, icon="arrow-left", kind="icon", tip="Back", icon_px=20)
        self.back.clicked.connect(self.left)
        self.first = MenuChip(theme, tip="One way")
        self.second = MenuChip(theme, tip="The other way")
        self.progress = label("", "soft")
        self.question = label("", "title", wrap=True, select=True)
        self.cards = (BlindCard(theme, 1), BlindCard(theme, 2))
        self.cards[0].better.clicked.connect(self._one)
        self.cards[1].better.clicked.connect(self._other)
        self.neither = Button(theme, "Neither is better")
        self.neither.clicked.connect(self._none)
        self.enough = Button(theme, "Enough: show the tally", kind="chip")
        self.enough.clicked.connect(self.show_tally)
        self.keys = label(KEYS, "soft")
        self.tally = BlindTally(theme)
        self.tally.more.connect(self._go_on)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(26, 16, 32, 8)
        head.setSpacing(8)
        head.addWidget(self.back)
        head.addWidget(label("Judge blind", "title"))
        head.addStretch(1)
        for part in (self.progress, self.first, self.second):
            head.addWidget(part)
        self.asking = QWidget()
        pair = QHBoxLayout()
        pair.setSpacing(16)
        for card in self.cards:
            pair.addWidget(card, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.neither)
        foot.addWidget(self.keys)
        foot.addStretch(1)
        foot.addWidget(self.enough)
        asking = QVBoxLayout(self.asking)
        asking.setContentsMargins(0, 0, 0, 0)
        asking.setSpacing(16)
        asking.addWidget(self.question)
        asking.addLayout(pair)
        asking.addLayout(foot)
        inner = QWidget()
        inner.setProperty("kind", "scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(32, 12, 32, 24)
        column.setSpacing(16)
        column.addWidget(self.asking)
        column.addWidget(self.tally)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(scroll, 1)

    # --- beginning -----------------------------------------------------------------------------

    def begin(
        self, number: int, ways: Sequence[str], outcomes: Sequence[Outcome],
        known: Sequence[Preference],
    ) -> None:  # fmt: skip
        """``known`` are judgements from before; their questions are not shown again."""
        self._outcomes, self._seed = outcomes, str(number)
        self._ways, self._known = list(ways), list(known)
        usual = [each for each in ("rag", "both") if each in ways]
        self._choose(*(usual if len(usual) == 2 else list(ways)[-2:]))

    def _choose(self, first: str, second: str) -> None:
        self._pair = (first, second)
        for chip, mine, other, slot in (
            (self.first, first, second, self._pick_first),
            (self.second, second, first, self._pick_second),
        ):
            chip.choices.clear()
            group = QActionGroup(chip.choices)
            for way in self._ways:
                action = choice(chip.choices, group, way_name(way), way, way == mine)
                action.setEnabled(way != other)
                action.triggered.connect(slot)
            chip.show_choice(way_name(mine))
        done = {
            each.question for each in self._known if {each.first, each.second} == {first, second}
        }
        every = trials(self._outcomes, first, second, seed=self._seed)
        self._left = [each for each in every if each.key not in done]
        self._total = len(every)
        self._next()

    @Slot()
    def _pick_first(self) -> None:
        self._choose(chosen(self.sender()) or "", self._pair[1])

    @Slot()
    def _pick_second(self) -> None:
        self._choose(self._pair[0], chosen(self.sender()) or "")

    # --- judging -------------------------------------------------------------------------------

    @property
    def trial(self) -> Trial | None:
        """What is being judged."""
        return self._left[0] if self._left and not self.asking.isHidden() else None

    def _next(self) -> None:
        if not self._left:
            self.show_tally()
            return
        trial = self._left[0]
        self.tally.hide()
        self.asking.show()
        self.question.setText(trial.question.question)
        self.cards[0].put(trial.left)
        self.cards[1].put(trial.right)
        self.progress.setText(f"{self._total - len(self._left) + 1} of {self._total}")

    def _judge(self, preferred: Callable[[Trial], Outcome | None]) -> None:
        trial = self.trial
        if trial is None:
            return
        found = trial.judged(preferred(trial))
        self._known.append(found)
        self.judged.emit(found)
        self._left.pop(0)
        self._next()

    @Slot()
    def _one(self) -> None:
        self._judge(lambda trial: trial.left)

    @Slot()
    def _other(self) -> None:
        self._judge(lambda trial: trial.right)

    @Slot()
    def _none(self) -> None:
        self._judge(lambda _trial: None)

    @Slot()
    def show_tally(self) -> None:
        self.asking.hide()
        self.progress.setText("")
        if not self._total:
            self.tally.say(SAME)
        else:
            self.tally.put(tally(self._known, *self._pair), more=len(self._left))
        self.tally.show()

    @Slot()
    def _go_on(self) -> None:
        self._next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_1:
                self._one()
            case Qt.Key.Key_2:
                self._other()
            case Qt.Key.Key_0:
                self._none()
            case _:
                super().keyPressEvent(event)
