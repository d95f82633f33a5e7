"""What the Compare page shows before anything is asked, read in one go off the GUI thread."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import NotFoundError
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.questions import Question
from engine.model_types import AdapterCard
from engine.services.past_comparisons import columns_of, questions_of
from engine.services.question_sets import QuestionSet
from engine.store.evaluations import StoredEvaluation

if TYPE_CHECKING:
    from engine.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier run as its card tells it."""

    number: int
    source: str
    questions: int
    ways: tuple[str, ...]
    at: float
    finished: bool
    verdict: str
    worse: tuple[str, ...]
    """What is worse than the time before, in sentences."""
    better: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompareFacts:
    past: tuple[Past, ...]
    sets: tuple[QuestionSet, ...]
    libraries: tuple[str, ...]
    models: tuple[str, ...]
    """Names of the models that write answers."""
    default: str
    adapters: tuple[AdapterCard, ...]
    """Those that fit the default model."""
    in_use: tuple[str, ...]
    """Names of the adapters that the default model is used with."""
    rated: int
    """Answers with a thumb or a correction that can be asked again."""


def read(assistant: "Assistant") -> CompareFacts:
    models = tuple(card.name for card in assistant.models() if card.role == "chat")
    default = assistant.model_use.default or next(iter(models), "")
    adapters = assistant.adapters
    return CompareFacts(
        tuple(_past(each) for each in assistant.comparison.history() if _asked(each)),
        tuple(assistant.evaluation.sets.all()),
        tuple(each.name for each in assistant.libraries()),
        models,
        default,
        adapters.list(default) if default in models else (),
        tuple(each.name for each in adapters.in_use(default)) if default in models else (),
        len(assistant.feedback.thumbs().questions),
    )


def opened(assistant: "Assistant", number: int | None) -> tuple[str, list[Question], Evaluated]:
    """Name, questions and results of an earlier run; without a number, of the newest."""
    every = [each for each in assistant.comparison.history() if _asked(each)]
    stored = next((each for each in every if number in (None, each.id)), None)
    if stored is None:
        raise NotFoundError("This comparison is gone.", "Choose another.")
    name = str(stored.setting.get("questions_from", "")).rsplit("/", 1)[-1] or "Questions"
    return name, questions_of(stored), assistant.comparison.opened(stored.id)


def _asked(stored: StoredEvaluation) -> bool:
    return stored.setting.get("questions_from") != "calibration"


def _past(stored: StoredEvaluation) -> Past:
    told = stored.report or {}
    shifts = told.get("shifts", ())
    return Past(
        stored.id,
        str(stored.setting.get("questions_from", "")),
        len(stored.questions),
        tuple(each.name for each in columns_of(stored)),
        stored.finished_at or stored.started_at,
        stored.finished_at is not None,
        str(told.get("verdict", "")),
        tuple(each.get("words", "") for each in shifts if each.get("worse") and each.get("words")),
        tuple(each.get("words", "") for each in shifts
              if not each.get("worse") and each.get("words")),
    )  # fmt: skip
