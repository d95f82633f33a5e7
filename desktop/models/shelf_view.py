"""The cards of all models, in groups: what is coming, what is here, what other programs have."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.models.model_card import ModelCardView
from desktop.models.shelf_facts import Entry, ShelfFacts
from desktop.models.transfer import Transfer
from desktop.models.work import Job, ModelWork
from desktop.theme.theme import Theme
from desktop.widgets.column import centred
from desktop.widgets.labels import label
from engine.model_types import LoadedModel
from engine.models.catalogue import Offer

FOUND = "Other programs brought these here. Alcove reads them in place and changes nothing."


class TransferCard(QFrame):
    """A download that runs or waits to go on."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(f"Download of {name}")
        self.name = name
        self.transfer = Transfer(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(name, "strong"))
        column.addWidget(self.transfer)


class ShelfView(QScrollArea):
    built = Signal()
    """The cards are new: whoever listens to them connects again."""

    def __init__(self, theme: Theme, work: ModelWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._work = theme, work
        self._parts: list[QWidget] = []
        self.cards: list[ModelCardView] = []
        self.transfers: list[TransferCard] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 4, 0, 24)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        ground = centred(inner)
        ground.setProperty("kind", "scrolled")
        self.setWidget(ground)

    def card(self, name: str) -> ModelCardView | None:
        return next((card for card in self.cards if card.entry.card.name == name), None)

    def put(self, facts: ShelfFacts, offers: tuple[Offer, ...], speed: float | None) -> None:
        """Draw everything anew; what was unfolded stays so, and the focus stays on its card."""
        unfolded = {view.entry.card.name for view in self.cards if view.show_details.isChecked()}
        focused = next(
            (view.entry.card.name for view in self.cards if view.isAncestorOf(self.focusWidget())),
            "",
        ) if self.focusWidget() is not None else ""  # fmt: skip
        at = self.verticalScrollBar().value()
        self._clear()
        self._put_transfers(facts, offers)
        own = [entry for entry in facts.entries if not entry.elsewhere]
        found = [entry for entry in facts.entries if entry.elsewhere]
        if own and (found or self.transfers):
            self._put(label("On this machine", "head"))
        self._put_cards(own, facts, speed)
        if found:
            self._put(label("Found on this computer", "head"))
            self._put(label(FOUND, "softbody", wrap=True))
            self._put_cards(found, facts, speed)
        if not facts.entries:
            self._put(
                label("No model is here yet. Get one, or add a file that you have.", "softbody")
            )
        for view in self.cards:
            view.show_details.setChecked(view.entry.card.name in unfolded)
            if view.entry.card.name == focused:
                view.more.setFocus()
        self.built.emit()
        self.verticalScrollBar().setValue(at)

    def _put_cards(self, entries: list[Entry], facts: ShelfFacts, speed: float | None) -> None:
        for entry in entries:
            view = ModelCardView(self._theme, entry)
            view.show_speed(speed, measuring=self._work.runs("measure", "") or not facts.measured)
            for job in self._work.running:
                if job.name == entry.card.name and job.words:
                    view.show_job(job, self._work.progress.get(job))
            self.cards.append(view)
            self._put(view)

    def _put_transfers(self, facts: ShelfFacts, offers: tuple[Offer, ...]) -> None:
        sizes = {offer.name: offer.size_bytes for offer in offers}
        parts = dict(facts.unfinished)
        running = [job.name for job in self._work.running if job.kind == "download"]
        names = [*running, *(name for name in parts if name not in running)]
        if names:
            self._put(label("Downloads", "head"))
        for name in names:
            card = TransferCard(self._theme, name)
            if name in running:
                card.transfer.run(self._work.progress.get(Job("download", name)))
            else:
                card.transfer.pause(parts[name], sizes.get(name, 0))
            self.transfers.append(card)
            self._put(card)

    def show_memory(self, loaded: LoadedModel | None) -> bool:
        """Bring what is told of memory up to date; False where the cards are out of date."""
        for view in self.cards:
            mine = loaded is not None and loaded.file == view.entry.card.file
            if mine != (view.entry.loaded is not None):
                return False
            if mine and loaded is not None:
                view.show_loaded(loaded)
        return True

    @Slot()
    def _clear(self) -> None:
        for part in self._parts:
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts, self.cards, self.transfers = [], [], []

    def _put(self, part: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, part)
        self._parts.append(part)
