"""What the Teach page shows before anything is begun, read in one go on the read lane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.errors import Problem, problem
from engine.errors import TeachError
from engine.services.teach_adapters import Taught
from engine.services.teach_jobs import JobCard
from engine.services.teach_loop import LoopWaiting
from engine.teach.recipes import Recipe

if TYPE_CHECKING:
    from engine.assistant import Assistant


@dataclass(frozen=True, slots=True)
class TeachFacts:
    recipes: Sequence[Recipe]
    waiting: LoopWaiting
    jobs: tuple[JobCard, ...]
    """Trainings, oldest first."""
    taught: tuple[Taught, ...]
    """Adapters that were made here, newest first."""
    can_go_back: bool
    libraries: tuple[tuple[str, int], ...]
    """Names, each with its number of documents."""
    terms: int
    """In all glossaries."""
    models: tuple[str, ...]
    """Names of the models on this machine that can be trained on; the first one answers now."""
    missing: Problem | None
    """Why nothing can be trained yet."""
    corrections: Mapping[str, int] = field(default_factory=dict)
    """By recipe: how many answers, corrected or praised, it can be learnt from."""
    looped: tuple[JobCard, ...] = ()
    """Trainings of the loop that are done and were not compared, as when no window was open."""

    @property
    def documents(self) -> int:
        return sum(number for _, number in self.libraries)


def read(assistant: "Assistant") -> TeachFacts:
    teaching = assistant.teaching
    libraries = assistant.libraries()
    jobs = tuple(teaching.jobs.jobs())
    made = [each for each in teaching.adapters.list() if each.made is not None]
    missing = None
    try:
        teaching.jobs.python()
    except TeachError as error:
        missing = problem(error)
    return TeachFacts(
        teaching.recipes(),
        teaching.loop.waiting(),
        jobs,
        tuple(sorted(made, key=_made_at, reverse=True)),
        bool(made) and teaching.adapters.can_go_back(),
        tuple((each.name, each.documents) for each in libraries),
        sum(len(assistant.glossary.all(each.name)) for each in libraries),
        _models(assistant),
        missing,
        {each.name: assistant.feedback.taught(each) for each in teaching.recipes()},
        tuple(
            each
            for each in jobs
            if each.state == "trained" and not each.compared
            and teaching.jobs.told(each.job).get("looped")
        ),
    )  # fmt: skip


def _made_at(each: Taught) -> float:
    return each.made.made_at if each.made is not None else 0.0


def _models(assistant: "Assistant") -> tuple[str, ...]:
    """Chat models in files of this machine, the one that answers first."""
    cards = [
        card
        for card in assistant.models()
        if card.role == "chat" and card.context > 0 and card.source != "endpoint"
    ]
    default = assistant.model_use.default
    cards.sort(key=lambda card: card.name != default)
    return tuple(card.name for card in cards)
