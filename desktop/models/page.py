"""The Models page: what is here and found, what can be fetched, and what is done to them."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import Problem
from desktop.facts import Facts
from desktop.models import shelf_facts
from desktop.models.card_actions import CardActions
from desktop.models.catalogue_view import CatalogueView
from desktop.models.model_card import ModelCardView
from desktop.models.shelf_facts import OfferFacts, ShelfFacts
from desktop.models.shelf_view import ShelfView
from desktop.models.work import Job, ModelWork
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets.buttons import Button
from desktop.widgets.column import Aligned, centred
from desktop.widgets.drop import DropTarget
from desktop.widgets.labels import label
from desktop.widgets.notice import Notice
from engine.model_types import ModelCard
from engine.progress import Progress

if TYPE_CHECKING:
    from engine.assistant import Assistant

MODEL_FILES = "Model files (*.gguf)"
ON_CARDS = frozenset(
    {"adapters", "default", "faster", "forgive", "load", "options", "remove", "unload"}
)
"""Kinds of work whose errors stand on the model's own card."""


class ModelsPage(QWidget):
    changed = Signal()
    """The models, or which of them is in use, are not what they were."""

    def __init__(
        self, theme: Theme, lanes: Lanes, assistant: "Assistant", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "paper")
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self._facts: Facts | None = None
        self._notice: Notice | None = None
        self._measure_tried = False
        self.shown: ShelfFacts | None = None
        self.work = ModelWork(lanes, assistant, self)
        self.shelf = ShelfView(theme, self.work)
        self.shelf.built.connect(self._listen)
        self.catalogue = CatalogueView(theme, self.work)
        self.card_actions = CardActions(theme, lanes, assistant, self.work, self)
        self.catalogue.back.connect(self.show_shelf)
        self.catalogue.wanted.connect(self.card_actions.fetch)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._shelf_page())
        self.stack.addWidget(self.catalogue)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.drop = DropTarget(theme, self)
        self.drop.name("your models")
        self.drop.dropped.connect(self.add)
        self.work.begun.connect(self._begun)
        self.work.progressed.connect(self._progressed)
        self.work.succeeded.connect(self._succeeded)
        self.work.failed.connect(self._failed)
        self.work.ended.connect(self._ended)

    def _shelf_page(self) -> QWidget:
        self.file_button = Button(self._theme, "Add a file", icon="file-plus")
        self.file_button.setToolTip("A GGUF file that you have; it stays where it is")
        self.file_button.clicked.connect(self.choose_file)
        self.get_button = Button(self._theme, "Get a model", icon="download-simple", kind="main")
        self.get_button.clicked.connect(self.show_catalogue)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("Models", "title"))
        words.addWidget(label("They run on this machine, without a network.", "soft", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(words, 1)
        row.addWidget(self.file_button)
        row.addWidget(self.get_button)
        head = QWidget()
        self._head = QVBoxLayout(head)
        self._head.setContentsMargins(0, 16, 0, 12)
        self._head.setSpacing(12)
        self._head.addLayout(row)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        over = centred(head)
        self._aligned = Aligned(over, self.shelf)
        column.addWidget(over)
        column.addWidget(self.shelf, 1)
        return page

    @property
    def cards(self) -> list[ModelCardView]:
        return self.shelf.cards

    # --- reading -------------------------------------------------------------------------------

    @Slot()
    def reload(self) -> None:
        assistant = self._assistant
        task = self._lanes.start("read", lambda _cancel: shelf_facts.read(assistant))
        task.succeeded.connect(self._show)
        task.failed.connect(self._unreadable)

    def set_facts(self, facts: Facts) -> None:
        """Memory and speed of the model in use, every few seconds while the page is open."""
        self._facts = facts
        if not self.isVisible() or self.shown is None:
            return
        if not self.shelf.show_memory(facts.loaded):
            self.reload()
            return
        for card in self.shelf.cards:
            card.show_speed(facts.tokens_per_s, measuring=self.work.runs("measure", ""))

    @Slot(object)
    def _show(self, facts: ShelfFacts) -> None:
        self.shown = facts
        speed = self._facts.tokens_per_s if self._facts else None
        self.shelf.put(facts, self._assistant.model_jobs.offers(), speed)
        self.card_actions.facts = facts
        runnable = [one for one in facts.entries if one.report is not None]
        if not facts.measured and runnable and not self._measure_tried and self.isVisible():
            self._measure_tried = True
            self.work.measure(runnable[0].card.file)

    @Slot(object)
    def _unreadable(self, problem: Problem) -> None:
        self._say(Notice.of(self._theme, problem, button="Try again"))
        if self._notice is not None:
            self._notice.pressed.connect(self.reload)

    # --- going to the catalogue and back -------------------------------------------------------

    @Slot()
    def show_catalogue(self) -> None:
        assistant = self._assistant
        self.stack.setCurrentWidget(self.catalogue)
        self.catalogue.back_button.setFocus()
        task = self._lanes.start("read", lambda _cancel: shelf_facts.read_offers(assistant))
        task.succeeded.connect(self._offers)
        task.failed.connect(self._unreadable)

    @Slot(object)
    def _offers(self, facts: OfferFacts) -> None:
        self.catalogue.put(facts)

    @Slot()
    def show_shelf(self) -> None:
        self.stack.setCurrentIndex(0)
        self.get_button.setFocus()
        self.reload()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.stack.currentWidget() is self.catalogue:
            self.show_shelf()
            return
        super().keyPressEvent(event)

    # --- adding --------------------------------------------------------------------------------

    @Slot()
    def choose_file(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(self, "Add a model", str(Path.home()), MODEL_FILES)
        if files:
            self.add([Path(file) for file in files])

    @Slot(list)
    def add(self, paths: list[Path]) -> None:
        self.stack.setCurrentIndex(0)
        self.work.add(paths)

    # --- work ----------------------------------------------------------------------------------

    @Slot()
    def _listen(self) -> None:
        """The cards were drawn anew."""
        for card in self.shelf.cards:
            self.card_actions.listen(card)
        for transfer in self.shelf.transfers:
            self.card_actions.listen_to_transfer(transfer)
        for problem in self.card_actions.homeless():
            self._say(Notice.of(self._theme, problem, button="Close"))

    @Slot(object)
    def _begun(self, job: Job) -> None:
        self._clear_notice()
        if job.kind == "download":
            self.catalogue.refresh()
            self.reload()
        card = self.shelf.card(job.name)
        if card is not None and job.words:
            card.show_job(job)

    @Slot(object, object)
    def _progressed(self, job: Job, progress: Progress) -> None:
        if job.kind == "download":
            self.catalogue.show_progress(job.name, progress)
            for transfer in self.shelf.transfers:
                if transfer.name == job.name:
                    transfer.transfer.run(progress)
            return
        card = self.shelf.card(job.name)
        if card is not None:
            card.show_job(job, progress)

    @Slot(object, object)
    def _succeeded(self, job: Job, result: object) -> None:
        if job.kind == "download" and isinstance(result, ModelCard):
            self._say(_good(self._theme, f"{result.name} is here.", result.words))
        elif job.kind == "add" and isinstance(result, list):
            what = result[0] if len(result) == 1 else f"{len(result)} models"
            verb = "is" if len(result) == 1 else "are"
            told = "The file stays where it is." if len(result) == 1 else "They stay in place."
            self._say(_good(self._theme, f"{what} {verb} on the list.", told))
        elif job.kind == "faster":
            self.card_actions.show_faster(job.name, result)

    @Slot(object, object)
    def _failed(self, job: Job, problem: Problem) -> None:
        if job.kind == "download":
            self.catalogue.show_problem(job.name, problem)
            if self.stack.currentWidget() is self.catalogue:
                return
        card = self.shelf.card(job.name) if job.kind in ON_CARDS else None
        if card is not None:
            self.card_actions.keep_problem(job.name, problem)
            return
        button = "Try again" if job.kind == "download" else "Close"
        self._say(Notice.of(self._theme, problem, button=button))
        if self._notice is not None and job.kind == "download":
            self._notice.pressed.connect(lambda: self.work.download(job.name))

    @Slot(object)
    def _ended(self, job: Job) -> None:
        if job.kind in ("download", "discard"):
            assistant = self._assistant
            task = self._lanes.start("read", lambda _cancel: shelf_facts.read_offers(assistant))
            task.succeeded.connect(self._offers)
        self.reload()
        self.changed.emit()

    # --- telling -------------------------------------------------------------------------------

    def _say(self, notice: Notice) -> None:
        self._clear_notice()
        self._notice = notice
        notice.pressed.connect(self._clear_notice)
        self._head.addWidget(notice)

    @property
    def notice(self) -> Notice | None:
        return self._notice

    @Slot()
    def _clear_notice(self) -> None:
        if self._notice is not None:
            self._head.removeWidget(self._notice)
            self._notice.hide()
            self._notice.deleteLater()
            self._notice = None


def _good(theme: Theme, message: str, hint: str) -> Notice:
    return Notice(theme, message, hint, button="Close", icon="check-circle", colour="accent")
