"""The reranker of a vault: off, until it was measured to help on the user's own questions."""

import json
import logging
import statistics
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from engine.errors import EngineError, InputError, NotFoundError
from engine.evaluate import paired
from engine.evaluate.outcome import found_scores
from engine.evaluate.questions import Question
from engine.inference.reranker import Reranker
from engine.models import reranker_shelf
from engine.models.reranker_shelf import FoundReranker
from engine.paths import Profile
from engine.progress import CancelToken, Progress
from engine.store.connect import Vault
from engine.store.facts import RERANKER, RERANKER_MEASURED, Facts
from engine.types import SearchResult

log = logging.getLogger(__name__)

LEAST = 20
"""Questions from which on a measurement counts."""
METRIC = "mrr@10"


class Search(Protocol):
    """Searches with a reranker, or with none at all."""

    def __call__(
        self, question: str, reranker: Reranker | None, library: str | None
    ) -> SearchResult: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """The same questions searched without and with a reranker."""

    name: str
    folder: str
    questions: int
    without: dict[str, float]
    """Mean of each metric."""
    with_it: dict[str, float]
    gain: float
    """Of the mean reciprocal rank, with its 95 % interval."""
    low: float
    high: float
    seconds_without: float
    """Median of a search."""
    seconds_with: float

    @property
    def helps(self) -> bool:
        return self.questions >= LEAST and self.gain > 0.0 and self.low >= 0.0


@dataclass(frozen=True, slots=True)
class State:
    """What serves, and what was measured last."""

    serving: str = ""
    """Name of the reranker in use; empty for none."""
    missing: bool = False
    """It is to be used, and its folder is gone."""
    measured: Measured | None = None


class Rerankers:
    """Finds, measures, opens and switches rerankers. Safe from several threads."""

    def __init__(
        self,
        profile: Profile,
        vault: Vault,
        opened: Callable[[Path, str], Reranker] | None = None,
    ) -> None:
        self._profile = profile
        self._facts = Facts(vault)
        self._opened = opened or _open
        self._held: tuple[str, Reranker] | None = None
        self._opening = threading.Lock()

    def found(self) -> list[FoundReranker]:
        return reranker_shelf.found(self._profile.models)

    def state(self) -> State:
        serving, last = self._facts.get(RERANKER), self._facts.get(RERANKER_MEASURED)
        measured = Measured(**json.loads(last)) if last else None
        if not serving:
            return State(measured=measured)
        told = json.loads(serving)
        return State(told["name"], not Path(told["folder"]).is_dir(), measured)

    def serving(self) -> Reranker | None:
        """The reranker in use; None where there is none or it cannot be opened, which is logged
        and told by :meth:`state` and ``doctor``.
        """
        told = self._facts.get(RERANKER)
        if not told:
            return None
        with self._opening:
            if self._held is None or self._held[0] != told:
                values = json.loads(told)
                try:
                    opened = self._opened(Path(values["folder"]), values["name"])
                except EngineError as error:
                    log.warning("the reranker cannot be opened: %s", error.code)
                    return None
                self._held = (told, opened)
            return self._held[1]

    def named(self, name: str) -> FoundReranker:
        """A fetched reranker by its name, or a folder as it is. Raises NotFoundError."""
        found = self.found()
        for each in found:
            if name.casefold() in (each.name.casefold(), each.folder.name) or (
                name == str(each.folder)
            ):
                return each
        path = Path(name).expanduser()
        if path.is_dir():
            return FoundReranker(path.name, path.absolute())
        here = ", ".join(each.name for each in found) or "none yet"
        raise NotFoundError(
            f"There is no reranker called “{name}”.",
            f"Rerankers here: {here}. Others come with alcove models download NAME, or give a "
            "folder with an ONNX cross-encoder.",
        )

    def use(self, name: str, *, anyway: bool = False) -> FoundReranker:
        """Let a reranker read the best passages of every search.

        Raises InputError where it was not measured to help, unless ``anyway``; NotFoundError, and
        ModelError where it cannot be opened.
        """
        chosen = self.named(name)
        last = self.state().measured
        if not anyway and (last is None or last.folder != str(chosen.folder) or not last.helps):
            raise InputError(
                f"{chosen.name} was not measured to help on your questions.",
                "Measure it with alcove reranker NAME --questions FILE, or add --anyway.",
                code="not_measured",
            )
        self._opened(chosen.folder, chosen.name)
        self._facts.set(RERANKER, json.dumps({"name": chosen.name, "folder": str(chosen.folder)}))
        return chosen

    def off(self) -> None:
        self._facts.set(RERANKER, "")
        self._held = None

    def measure(
        self,
        name: str,
        questions: Sequence[Question],
        search: Search,
        *,
        library: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Measured]:
        """Search every question without and with a reranker, and keep what came of it.

        Counted are questions that name their documents. Raises InputError where none does,
        NotFoundError, ModelError, CancelledError.
        """
        chosen = self.named(name)
        usable = [each for each in questions if each.documents and not each.unanswerable]
        if not usable:
            raise InputError(
                "None of the questions names the document that answers it.",
                'Each line needs "documents"; alcove evaluate --generate 50 FILE makes such a file '
                "from a library.",
            )
        reranker = self._opened(chosen.folder, chosen.name)
        scores: dict[bool, list[dict[str, float]]] = {False: [], True: []}
        taken: dict[bool, list[float]] = {False: [], True: []}
        for number, question in enumerate(usable):
            if cancel is not None:
                cancel.check()
            yield Progress("measuring", number, len(usable), "")
            for way in (False, True):
                started = time.perf_counter()
                hits = search(question.question, reranker if way else None, library).hits
                taken[way].append(time.perf_counter() - started)
                scores[way].append(found_scores(question, hits))
        difference = paired.compared(
            [each[METRIC] for each in scores[False]], [each[METRIC] for each in scores[True]]
        )
        measured = Measured(
            name=chosen.name, folder=str(chosen.folder), questions=len(usable),
            without=_means(scores[False]), with_it=_means(scores[True]),
            gain=difference.value, low=difference.low, high=difference.high,
            seconds_without=statistics.median(taken[False]),
            seconds_with=statistics.median(taken[True]),
        )  # fmt: skip
        self._facts.set(RERANKER_MEASURED, json.dumps(asdict(measured)))
        yield Progress("measuring", len(usable), len(usable), "")
        return measured


def _means(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.mean(each[name] for each in scores) for name in scores[0]}


def _open(folder: Path, name: str) -> Reranker:
    # A quarter of a second to import, which most commands do not need.
    from engine.inference.fastembed_reranker import FastembedReranker

    return FastembedReranker(folder, name=name)
