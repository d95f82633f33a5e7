"""What the buttons of the cards do: ask where it costs something, then hand it to the work."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QDialog, QWidget

from desktop.errors import Problem
from desktop.models import card_text
from desktop.models.faster_result import FasterResult
from desktop.models.model_card import ModelCardView
from desktop.models.options_dialog import OptionsDialog
from desktop.models.shelf_facts import ShelfFacts
from desktop.models.shelf_view import TransferCard
from desktop.models.transfer import Transfer
from desktop.models.work import Job, ModelWork
from desktop.tasks import Lanes
from desktop.theme.theme import Theme
from desktop.widgets import ask
from desktop.widgets.strengths import Held
from desktop.words import size
from engine.model_types import ModelCard
from engine.models.catalogue import Offer
from engine.models.faster import Result
from engine.models.offer_fit import OfferFit
from engine.models.options import ModelOptions

if TYPE_CHECKING:
    from engine.assistant import Assistant


class CardActions(QObject):
    def __init__(
        self,
        theme: Theme,
        lanes: Lanes,
        assistant: "Assistant",
        work: ModelWork,
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._theme, self._lanes, self._assistant = theme, lanes, assistant
        self._work, self._page = work, page
        self._problems: dict[str, Problem] = {}
        self.facts: ShelfFacts | None = None
        self.dialog: QDialog | None = None
        """The one that is open, for whoever draws or tests it."""

    def listen(self, card: ModelCardView) -> None:
        card.default_wanted.connect(self._default)
        card.load_wanted.connect(self._load)
        card.unload_wanted.connect(self._unload)
        card.options_wanted.connect(self._options)
        card.faster_wanted.connect(self._faster)
        card.remove_wanted.connect(self._remove)
        card.forgive_wanted.connect(self._forgive)
        card.adapters_wanted.connect(self._adapters)
        card.adapter_unwanted.connect(self._remove_adapter)
        card.stop_wanted.connect(self._stop)
        problem = self._problems.pop(card.entry.card.name, None)
        if problem is not None:
            card.show_problem(problem)

    def listen_to_transfer(self, card: TransferCard) -> None:
        card.transfer.stopped.connect(self._stop_transfer)
        card.transfer.resumed.connect(self._resume_transfer)
        card.transfer.discarded.connect(self._discard_transfer)

    def keep_problem(self, name: str, problem: Problem) -> None:
        """Shown on the model's card once it is drawn anew."""
        self._problems[name] = problem

    def homeless(self) -> list[Problem]:
        """Problems of models that are not on the page any more, or by another name."""
        left, self._problems = list(self._problems.values()), {}
        return left

    # --- cards ---------------------------------------------------------------------------------

    def _name(self) -> str:
        sender = self.sender()
        return sender.entry.card.name if isinstance(sender, ModelCardView) else ""

    @Slot()
    def _default(self) -> None:
        self._work.use_as_default(self._name())

    @Slot()
    def _load(self) -> None:
        self._work.load(self._name())

    @Slot()
    def _unload(self) -> None:
        self._work.unload(self._name())

    @Slot()
    def _forgive(self) -> None:
        self._work.forgive(self._name())

    @Slot(object)
    def _stop(self, job: Job) -> None:
        self._work.stop(job.kind, job.name)

    @Slot()
    def _faster(self) -> None:
        name = self._name()
        agreed = ask.sure(
            self._theme,
            self._page,
            "Make faster here",
            f"Try faster forms of {name}?",
            "Alcove makes other forms of this model and measures how fast each is on this "
            "processor and how well it still predicts a fixed text. That takes a minute or more "
            "and some disk space. The best form is kept beside your file, which is never changed; "
            "if none is better, nothing is kept.",
            yes="Measure",
        )
        if agreed:
            self._work.make_faster(name)

    @Slot()
    def _remove(self) -> None:
        sender = self.sender()
        if not isinstance(sender, ModelCardView):
            return
        card = sender.entry.card
        question, words, yes = card_text.removal(card)
        if ask.sure(self._theme, self._page, "Remove a model", question, words, yes=yes):
            self._work.remove(card.name)

    @Slot(object)
    def _adapters(self, chosen: Held) -> None:
        self._work.use_adapters(self._name(), chosen)

    @Slot(str)
    def _remove_adapter(self, file: str) -> None:
        sender = self.sender()
        if not isinstance(sender, ModelCardView):
            return
        name = next((each.name for each in sender.entry.adapters if each.file == file), file)
        agreed = ask.sure(
            self._theme,
            self._page,
            "Remove an adapter",
            f"Take {name} off the list?",
            "No model and no conversation uses it any more. A file that Alcove made or fetched is "
            f"deleted; every other stays where it is: {file}",
            yes="Remove",
        )
        if agreed:
            self._work.remove_adapter(file)

    @Slot()
    def _options(self) -> None:
        sender = self.sender()
        if not isinstance(sender, ModelCardView):
            return
        name = sender.entry.card.name
        assistant = self._assistant
        task = self._lanes.start(
            "read",
            lambda _cancel: (
                name,
                assistant.model_options(name),
                assistant.default_options(name),
            ),
        )
        task.succeeded.connect(self._open_options)
        task.failed.connect(self._options_failed)
        self._asked_for = name

    @Slot(object)
    def _open_options(self, found: tuple[str, ModelOptions, ModelOptions]) -> None:
        name, chosen, defaults = found
        dialog = OptionsDialog(self._theme, name, chosen, defaults, self._page)
        self.dialog = dialog
        dialog.saved.connect(self._save_options)
        dialog.finished.connect(self._closed)
        self._work.succeeded.connect(dialog.saved_well)
        self._work.failed.connect(dialog.refused)
        dialog.open()

    @Slot(object)
    def _options_failed(self, problem: Problem) -> None:
        self._problems[self._asked_for] = problem

    @Slot(str, object)
    def _save_options(self, name: str, options: ModelOptions) -> None:
        self._work.set_options(name, options)

    @Slot()
    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def show_faster(self, name: str, result: object) -> None:
        """Tell what was measured; the new form can become the default at once."""
        if not isinstance(result, tuple):
            return
        measured, card = result
        if not isinstance(measured, Result):
            return
        kept = card.name if isinstance(card, ModelCard) else ""
        dialog = FasterResult(self._theme, name, measured, kept, self._page)
        self.dialog = dialog
        self._made = kept
        dialog.accepted.connect(self._use_made)
        dialog.finished.connect(self._closed)
        dialog.open()

    @Slot()
    def _use_made(self) -> None:
        self._work.use_as_default(self._made)

    # --- fetching ------------------------------------------------------------------------------

    @Slot(object)
    def fetch(self, found: tuple[Offer, OfferFit]) -> None:
        """Ask, name the host, and fetch."""
        offer, judged = found
        host = self._assistant.model_jobs.download_host
        shown = size(judged.size_bytes) if judged.exact else f"About {size(judged.size_bytes)}"
        agreed = ask.sure(
            self._theme,
            self._page,
            "Get a model",
            f"Fetch {offer.name} from {host}?",
            f"{shown}, {offer.licence}. {judged.words}\n\nThe network opens for this download "
            "only. The server sees your address and which file you ask for; nothing else leaves "
            "this machine. What came is checked before it is used.",
            yes="Fetch it",
        )
        if agreed:
            self._work.download(offer.name)

    def _transfer_name(self) -> str:
        sender = self.sender()
        parent = sender.parent() if isinstance(sender, Transfer) else None
        return parent.name if isinstance(parent, TransferCard) else ""

    @Slot()
    def _stop_transfer(self) -> None:
        self._work.stop("download", self._transfer_name())

    @Slot()
    def _resume_transfer(self) -> None:
        name = self._transfer_name()
        for pair in self._assistant.model_jobs.judge_offers():
            if pair[0].name == name:
                self.fetch(pair)

    @Slot()
    def _discard_transfer(self) -> None:
        self._work.discard(self._transfer_name())
