"""The catalogue: models that can be fetched, by size, judged before the network opens."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import Problem
from desktop.models.offer_card import OfferCard
from desktop.models.shelf_facts import OfferFacts
from desktop.models.work import Job, ModelWork
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.column import Aligned, centred, scrolled
from desktop.widgets.labels import label
from engine.models.catalogue import Offer
from engine.models.offer_fit import OfferFit
from engine.progress import Progress

GROUPS = (
    ("Small", "Up to 1 GB. Quick on any machine; short and simple answers.", 0, 1_000_000_000),
    ("Medium", "1 to 4 GB. Good answers on a laptop of today.", 1_000_000_000, 4_000_000_000),
    ("Large", "More than 4 GB. Careful answers, slower, with much memory.", 4_000_000_000, 0),
)
"""Name, words, and from how many bytes to how many."""
SEARCH = (
    "For search",
    "They turn texts into vectors. Alcove brings its own; these are for others.",
)


class CatalogueView(QWidget):
    back = Signal()
    wanted = Signal(object)
    """An offer with what is judged of it: ask, then fetch it."""

    def __init__(self, theme: Theme, work: ModelWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._work = theme, work
        self._facts: OfferFacts | None = None
        self.cards: list[OfferCard] = []
        self.back_button = Button(
            theme, icon="arrow-left", kind="icon", tip="Back to your models (Esc)", icon_px=20
        )
        self.back_button.clicked.connect(self.back)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("Get a model", "title"))
        self.remark = label("", "soft", wrap=True)
        words.addWidget(self.remark)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 16, 0, 12)
        row.setSpacing(12)
        row.addWidget(self.back_button)
        row.addLayout(words, 1)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 4, 0, 24)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        scroll = scrolled(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        over = centred(head)
        self._aligned = Aligned(over, scroll)
        outer.addWidget(over)
        outer.addWidget(scroll, 1)

    def card(self, name: str) -> OfferCard | None:
        return next((card for card in self.cards if card.offer.name == name), None)

    @Slot(object)
    def put(self, facts: OfferFacts) -> None:
        self._facts = facts
        self.remark.setText(
            f"Nothing is fetched before you say so. Models come from {facts.host}; the network "
            "opens for that download only."
        )
        if not self.cards:
            self._build(facts)
        self.refresh()

    def refresh(self) -> None:
        """The state of every card from what is here, what came, and what runs."""
        if self._facts is None:
            return
        parts = dict(self._facts.unfinished)
        for card in self.cards:
            name = card.offer.name
            card.show_state(
                here=name in self._facts.here,
                have=parts.get(name, 0),
                running=self._work.runs("download", name),
                progress=self._work.progress.get(Job("download", name)),
            )

    def show_progress(self, name: str, progress: Progress) -> None:
        card = self.card(name)
        if card is not None:
            card.transfer.run(progress)

    def show_problem(self, name: str, problem: Problem) -> None:
        card = self.card(name)
        if card is not None:
            card.show_problem(problem)

    # --- building ------------------------------------------------------------------------------

    def _build(self, facts: OfferFacts) -> None:
        chats = [pair for pair in facts.offers if pair[0].role == "chat"]
        for name, words, low, high in GROUPS:
            of_size = [
                pair for pair in chats
                if low <= pair[1].size_bytes and (not high or pair[1].size_bytes < high)
            ]  # fmt: skip
            self._group(name, words, of_size)
        self._group(*SEARCH, [pair for pair in facts.offers if pair[0].role != "chat"])

    def _group(self, name: str, words: str, pairs: list[tuple[Offer, OfferFit]]) -> None:
        if not pairs:
            return
        title = QWidget()
        row = QVBoxLayout(title)
        row.setContentsMargins(0, 12 if self.cards else 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(label(name, "strong"))
        row.addWidget(label(words, "soft", wrap=True))
        self._put(title)
        for offer, judged in pairs:
            card = OfferCard(self._theme, offer, judged)
            card.wanted.connect(self._want)
            card.transfer.resumed.connect(self._want)
            card.transfer.stopped.connect(self._stop)
            card.transfer.discarded.connect(self._discard)
            self.cards.append(card)
            self._put(card)

    def _put(self, part: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, part)

    def _sender_card(self) -> OfferCard | None:
        sender = self.sender()
        return next((one for one in self.cards if sender in (one, one.transfer)), None)

    @Slot()
    def _want(self) -> None:
        card = self._sender_card()
        if card is not None:
            self.wanted.emit((card.offer, card.judged))

    @Slot()
    def _stop(self) -> None:
        card = self._sender_card()
        if card is not None:
            self._work.stop("download", card.offer.name)

    @Slot()
    def _discard(self) -> None:
        card = self._sender_card()
        if card is not None:
            self._work.discard(card.offer.name)
