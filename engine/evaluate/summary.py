"""Outcomes → means with intervals, latency percentiles, the risk/coverage curve and a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.evaluate.certainty import Estimate, bootstrap, percentile, share
from engine.evaluate.outcome import COUNTS, Outcome

SHARES = (0.5, 0.9, 0.95)
SAID = {
    "right": "{} of the questions are answered rightly",
    "f1": "the words of the answers meet the expected ones to {}",
    "hit@5": "the search finds the passage among its first five for {}",
    "citation_precision": "{} of the citations carry what is said",
    "wrongly_refused": "{} are refused although they have an answer",
    "rightly_refused": "{} of those without an answer are refused",
}
"""What is said of each metric, with its share."""
FEW = 20
"""Below so many questions a verdict says that they are few."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds: median with its interval, 90th and 95th percentile."""

    median: Estimate
    p50: float
    p90: float
    p95: float


@dataclass(frozen=True, slots=True)
class ModeSummary:
    """How one way of answering did."""

    mode: str
    questions: int
    failed: int
    scores: dict[str, Estimate]
    latency: dict[str, Latency]
    """``retrieve_s``, ``first_token_s``, ``total_s``."""
    abstained: Estimate | None
    """Share of the questions that were refused; None where none could be asked."""
    curve: tuple[tuple[float, float], ...]
    """Coverage and risk: of the answerable questions that are answered where the surest come first,
    the share of all given answers that are wrong."""


def summed_up(outcomes: Sequence[Outcome]) -> list[ModeSummary]:
    """One summary for each mode, in the order they came."""
    modes = dict.fromkeys(found.mode for found in outcomes)
    return [_mode(mode, [found for found in outcomes if found.mode == mode]) for mode in modes]


def _mode(mode: str, outcomes: Sequence[Outcome]) -> ModeSummary:
    whole = [found for found in outcomes if not found.error]
    names = dict.fromkeys(name for found in whole for name in found.scores)
    latency = {}
    for name in ("retrieve_s", "first_token_s", "total_s") if whole else ():
        seconds = [float(getattr(found, name)) for found in whole]
        latency[name] = Latency(
            bootstrap(seconds, median=True), *(percentile(seconds, each) for each in SHARES)
        )
    return ModeSummary(
        mode,
        len(outcomes),
        len(outcomes) - len(whole),
        {
            name: (bootstrap if name in COUNTS else share)(
                [found.scores[name] for found in whole if name in found.scores]
            )
            for name in names
        },
        latency,
        share([float(found.abstained) for found in whole]) if whole else None,
        tuple(_curve(whole)),
    )


def _curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Risk at each coverage, over the questions that were answered and whose sureness is known."""
    known = [
        (found.probability, found.question.unanswerable, _wrong(found))
        for found in outcomes
        if found.probability is not None and not found.abstained
        and (found.question.unanswerable or found.question.answers)
    ]  # fmt: skip
    total = sum(
        1 for found in outcomes if not found.question.unanswerable and found.question.answers
    )
    known.sort(key=lambda each: -each[0])
    points, wrong, answered = [], 0, 0
    for number, (_, unanswerable, bad) in enumerate(known, start=1):
        wrong += bad
        answered += not unanswerable
        if total:
            points.append((answered / total, wrong / number))
    return points


def _wrong(found: Outcome) -> bool:
    return found.question.unanswerable or not found.scores.get("right")


def verdict(summaries: Sequence[ModeSummary]) -> str:
    """What the numbers of one way say, in plain words; of several, each for itself."""
    if not summaries or not any(each.scores for each in summaries):
        return "Nothing could be judged: the questions name no answers and no documents."
    words = [_said(each, len(summaries) > 1) for each in summaries if each.scores]
    if max(each.questions for each in summaries) < FEW:
        words.append("So few questions tell little; ask twenty or more.")
    return " ".join(words)


def _said(found: ModeSummary, named: bool) -> str:
    parts = [
        words.format(_percent(found.scores[name]))
        for name, words in SAID.items()
        if name in found.scores
    ]
    told = "; ".join(parts) or "nothing to judge by"
    return f"{found.mode}: {told}." if named else f"{told[:1].upper()}{told[1:]}."


def _percent(found: Estimate) -> str:
    return f"{100 * found.value:.0f} % (95 %: {100 * found.low:.0f}–{100 * found.high:.0f})"


def as_json(summaries: Sequence[ModeSummary]) -> dict[str, Any]:
    """The ``modes`` of the terminal's JSON."""
    return {each.mode: _mode_json(each) for each in summaries}


def _mode_json(found: ModeSummary) -> dict[str, Any]:
    return {
        "citation_precision": None,
        **{name: _estimate(each) for name, each in found.scores.items()},
        "abstained": _estimate(found.abstained) if found.abstained is not None else None,
        **{
            name: {
                **_estimate(each.median),
                "p50": round(each.p50, 4),
                "p90": round(each.p90, 4),
                "p95": round(each.p95, 4),
            }
            for name, each in found.latency.items()
        },
        "questions": found.questions,
        "failed": found.failed,
        "risk_coverage": [[round(x, 4), round(y, 4)] for x, y in found.curve],
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "value": round(found.value, 4),
        "ci": [round(found.low, 4), round(found.high, 4)],
        "n": found.n,
    }
