"""What the Models page shows, read in one go off the GUI thread."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.model_types import AdapterCard, AdapterInUse, LoadedModel, ModelCard
from engine.models.calibration import Calibration
from engine.models.catalogue import Offer
from engine.models.fit import FitReport
from engine.models.offer_fit import OfferFit

if TYPE_CHECKING:
    from engine.assistant import Assistant

OWN_SOURCES = frozenset({"starter", "added", "downloaded", "made", "models folder", "endpoint", ""})
"""Everything else is a program in whose folder the file was found."""
STARTER_PURPOSE = {
    "chat": "Short answers from your documents at once, on any machine.",
    "embedding": "Finds passages by meaning. Every search in your documents uses it.",
    "reranking": "Reads the best passages together with the question.",
}
ROLE_PURPOSE = {
    "chat": "Writes answers.",
    "embedding": "Turns texts into vectors, for search.",
    "reranking": "Reads the best passages together with the question.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One model with everything that its card shows."""

    card: ModelCard
    purpose: str
    """What it is good for, in a sentence."""
    report: FitReport | None
    """How it would run here; None for what is no chat model on this machine."""
    default: bool
    loaded: LoadedModel | None
    """Set where this is the one in memory."""
    failures: str = ""
    """Why it is not to be relied on here, as a sentence without its subject; mostly empty."""
    adapters: tuple[AdapterCard, ...] = ()
    """Those that lie beside it or were made for it."""
    in_use: tuple[AdapterInUse, ...] = ()
    """Those that it is always used with."""

    @property
    def answers(self) -> bool:
        return self.report is not None or self.card.source == "endpoint"

    @property
    def local(self) -> bool:
        return self.card.source != "endpoint"

    @property
    def elsewhere(self) -> bool:
        """Whether another program brought it here."""
        return self.card.source not in OWN_SOURCES


@dataclass(frozen=True, slots=True)
class ShelfFacts:
    entries: tuple[Entry, ...]
    unfinished: tuple[tuple[str, int], ...]
    """Downloads of which a part has come: name and bytes."""
    measured: bool
    """Whether the speed of this machine is known."""


@dataclass(frozen=True, slots=True)
class OfferFacts:
    offers: tuple[tuple[Offer, OfferFit], ...]
    here: frozenset[str]
    """Names of offers whose file is on this machine already."""
    unfinished: tuple[tuple[str, int], ...]
    host: str


def read(assistant: "Assistant") -> ShelfFacts:
    """Quick: headers are kept, and nothing is measured."""
    offers = assistant.model_jobs.offers()
    loaded, default = assistant.model_use.loaded(), assistant.model_use.default
    entries, cards = [], assistant.models()
    adapters = assistant.adapters.list() if any(card.adapters for card in cards) else ()
    for card in cards:
        mine = loaded is not None and loaded.file == card.file
        entries.append(
            Entry(
                card=card,
                purpose=purpose(card, offers),
                report=_report(assistant, card),
                default=card.role == "chat"
                and (card.name == default if default else card.source == "starter"),
                loaded=loaded if mine else None,
                failures=assistant.model_use.failures(card.file),
                adapters=tuple(each for each in adapters if each.file in card.adapters),
                in_use=assistant.adapters.in_use(card.name) if card.adapters else (),
            )
        )
    unfinished = tuple(assistant.model_jobs.unfinished().items())
    return ShelfFacts(tuple(entries), unfinished, Calibration.read() is not None)


def read_offers(assistant: "Assistant") -> OfferFacts:
    jobs = assistant.model_jobs
    cards = assistant.models()
    files = {Path(card.file).name.casefold() for card in cards}
    fetched = {card.name for card in cards if card.role == "embedding"}
    judged = jobs.judge_offers()
    here = frozenset(
        offer.name
        for offer, _ in judged
        if offer.file.rpartition("/")[2].casefold() in files
        or (offer.role == "embedding" and offer.name in fetched)
    )
    return OfferFacts(judged, here, tuple(jobs.unfinished().items()), jobs.download_host)


def purpose(card: ModelCard, offers: tuple[Offer, ...]) -> str:
    """The catalogue's words for a file that it knows, else what its role says."""
    if card.source == "starter":
        return STARTER_PURPOSE[card.role]
    file = Path(card.file).name.casefold()
    for offer in offers:
        if file == offer.file.rpartition("/")[2].casefold() or card.name == offer.name:
            return offer.purpose
    return ROLE_PURPOSE[card.role]


def _report(assistant: "Assistant", card: ModelCard) -> FitReport | None:
    if card.role != "chat" or card.source == "endpoint":
        return None
    try:
        return assistant.model_jobs.examine(card.file)
    except EngineError:
        return None  # its card says why it cannot be used
