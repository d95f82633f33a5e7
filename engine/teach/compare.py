"""Whether a new adapter is adopted: better on questions it never saw, and nothing forgotten."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from engine.evaluate import metrics
from engine.evaluate.questions import Question
from engine.types import Answer

FORGETTING = 0.03
"""Most that the share of right answers to general questions may fall."""
GENERAL_TOKENS = 48
"""Written at most for the answer to a general question."""
FEWEST = 3
"""Questions without which nothing can be said."""


@dataclass(frozen=True, slots=True)
class Scores:
    """One way of answering, measured."""

    held_out: tuple[float, ...]
    """A score in [0, 1] for each held-out question."""
    general: tuple[float, ...]
    """1 for each general question that was answered right, else 0."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done with a new adapter, and why."""

    adopt: bool
    reason: str
    """A sentence for the user."""
    before: float = 0.0
    after: float = 0.0
    general_before: float = 0.0
    general_after: float = 0.0
    questions: int = 0


@cache
def general_questions() -> tuple[Question, ...]:
    """The fixed set of plain questions, asked without documents."""
    text = resources.files("engine.teach").joinpath("general.toml").read_text(encoding="utf-8")
    return tuple(
        Question(f"general-{number}", row["ask"], tuple(row["answers"]))
        for number, row in enumerate(tomllib.loads(text)["question"], start=1)
    )


def score(question: Question, answer: Answer) -> float:
    """How right an answer is, in [0, 1]: refusing is right where there is no answer."""
    if question.unanswerable or not question.answers:
        return float(answer.abstained)
    return 0.0 if answer.abstained else metrics.f1(answer.text, question.answers)


def general_score(question: Question, written: str) -> float:
    """1 where what was written holds the answer, else 0."""
    return float(metrics.contains_answer(written, question.answers))


def decide(before: Scores, after: Scores) -> Decision:
    """Adopt what is better on the held-out questions and not worse on the general ones."""
    if len(after.held_out) < FEWEST:
        return Decision(
            False,
            f"There are only {len(after.held_out)} questions to compare on; it takes {FEWEST}. "
            "Correct or praise some more answers, or name a file of questions.",
            questions=len(after.held_out),
        )
    old, new = _mean(before.held_out), _mean(after.held_out)
    known, still = _mean(before.general), _mean(after.general)
    numbers = (old, new, known, still, len(after.held_out))
    change = f"from {old:.0%} to {new:.0%} on {len(after.held_out)} questions it never saw"
    if known - still > FORGETTING:
        return Decision(
            False,
            f"It forgets: general questions fell from {known:.0%} to {still:.0%} ({change}).",
            *numbers,
        )
    if new <= old:
        return Decision(False, f"It is not better: {change}.", *numbers)
    return Decision(True, f"It is better: {change}; nothing general was lost.", *numbers)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
