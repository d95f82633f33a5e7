"""The six things that decide a choice, for each column, out of what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from engine.evaluate.certainty import Estimate, bootstrap, share
from engine.evaluate.freshness import Followed
from engine.evaluate.learnt import Learnt
from engine.evaluate.outcome import COUNTS, Outcome
from engine.evaluate.paired import Difference, compared

CORRECT = ("right", "em", "f1", "numeric")
FORM = ("words", "format", "style", "usual_length")
TRACE = ("citations_each", "verified", "citation_precision", "citation_recall")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a column takes beside the seconds of its answers; None where it could not be told."""

    model_bytes: int = 0
    adapter_bytes: int = 0
    library_bytes: int = 0
    """Of the vault, for columns that read documents."""
    memory_bytes: int = 0
    """Most that the model's process held."""
    training_s: float | None = None
    """Of the adapters, from the reports beside them; 0 without adapters."""
    indexing_s: float | None = None
    """Of embedding all passages, reckoned from a few; 0 without documents."""
    joules: float | None = None
    """For one answer, of the whole machine."""

    @property
    def disk_bytes(self) -> int:
        return self.model_bytes + self.adapter_bytes + self.library_bytes

    @property
    def setup_minutes(self) -> float | None:
        if self.training_s is None or self.indexing_s is None:
            return None
        return (self.training_s + self.indexing_s) / 60


@dataclass(frozen=True, slots=True)
class Considered:
    """One column under the six considerations."""

    column: str
    correctness: dict[str, dict[str, Estimate]]
    """By type of question, ``all`` first; then by metric."""
    form: dict[str, Estimate]
    traceability: dict[str, Estimate]
    freshness: dict[str, Estimate]
    """``follows`` and ``stale``, over the facts that were changed; empty where none was."""
    speed: dict[str, Estimate]
    cost: Cost
    tokens: dict[str, float] = field(default_factory=dict)
    """Read, reused and written for one answer."""
    learnt: tuple[Learnt, ...] = ()
    """What its adapters learnt from, as far as that is known."""


def considered(
    columns: Sequence[str],
    outcomes: Sequence[Outcome],
    costs: Mapping[str, Cost],
    fresh: Sequence[Followed] = (),
    learnt: Mapping[str, tuple[Learnt, ...]] | None = None,
) -> list[Considered]:
    """Every column, in the order given."""
    return [
        _column(
            name,
            [each for each in outcomes if each.mode == name and not each.error],
            costs.get(name, Cost()),
            [each for each in fresh if each.column == name],
            (learnt or {}).get(name, ()),
        )
        for name in columns
    ]


def difference(
    outcomes: Sequence[Outcome], first: str, second: str, metric: str
) -> Difference | None:
    """Second minus first on the questions where both have the metric; None without any.

    ``metric`` is a score, or ``total_s`` or ``first_token_s``.
    """
    one, other = (_values(outcomes, name, metric) for name in (first, second))
    both = [key for key in one if key in other]
    if not both:
        return None
    return compared([one[key] for key in both], [other[key] for key in both])


def as_json(found: Sequence[Considered]) -> dict[str, Any]:
    return {
        each.column: {
            "correctness": {
                kind: {name: _estimate(one) for name, one in scores.items()}
                for kind, scores in each.correctness.items()
            },
            "form": {name: _estimate(one) for name, one in each.form.items()},
            "traceability": {name: _estimate(one) for name, one in each.traceability.items()},
            "freshness": {
                **{name: _estimate(one) for name, one in each.freshness.items()},
                **({"learnt": [asdict(one) for one in each.learnt]} if each.learnt else {}),
            },
            "speed": {
                **{name: _estimate(one) for name, one in each.speed.items()},
                "tokens": {name: round(one, 1) for name, one in each.tokens.items()},
            },
            "cost": {
                "disk_bytes": each.cost.disk_bytes,
                "memory_bytes": each.cost.memory_bytes,
                "training_s": _rounded(each.cost.training_s),
                "indexing_s": _rounded(each.cost.indexing_s),
                "setup_minutes": _rounded(each.cost.setup_minutes),
                "joules_each": _rounded(each.cost.joules),
            },
        }
        for each in found
    }


def _column(
    name: str,
    outcomes: Sequence[Outcome],
    cost: Cost,
    fresh: Sequence[Followed],
    learnt: tuple[Learnt, ...],
) -> Considered:
    kinds = dict.fromkeys(each.question.kind for each in outcomes)
    groups = {"all": outcomes} | {
        kind: [each for each in outcomes if each.question.kind == kind] for kind in kinds
    }
    correctness = {kind: _means(group, CORRECT) for kind, group in groups.items()}
    speed: dict[str, Estimate] = {}
    tokens: dict[str, float] = {}
    if outcomes:
        for of in ("first_token_s", "total_s"):
            speed[of] = bootstrap([float(getattr(each, of)) for each in outcomes], median=True)
        timed = [each for each in outcomes if each.total_s > 0]
        if timed:
            shares = [min(1.0, each.retrieve_s / each.total_s) for each in timed]
            speed["retrieval_share"] = bootstrap(shares)
        for of in ("read_tokens", "reused_tokens", "written_tokens"):
            tokens[of.removesuffix("_tokens")] = sum(getattr(e, of) for e in outcomes) / len(
                outcomes
            )
        rates = [each.tokens_per_s for each in outcomes if each.tokens_per_s]
        tokens["written_per_s"] = median(rates) if rates else 0.0
    freshness = (
        {
            "follows": share([float(each.follows) for each in fresh]),
            "stale": share([float(each.stale) for each in fresh]),
        }
        if fresh
        else {}
    )
    return Considered(
        name, {kind: found for kind, found in correctness.items() if found},
        _means(outcomes, FORM), _means(outcomes, TRACE), freshness, speed, cost, tokens,
        learnt,
    )  # fmt: skip


def _means(outcomes: Sequence[Outcome], names: Sequence[str]) -> dict[str, Estimate]:
    values = {
        name: [each.scores[name] for each in outcomes if name in each.scores] for name in names
    }
    return {
        name: bootstrap(found) if name in COUNTS else share(found)
        for name, found in values.items()
        if found
    }


def _values(outcomes: Sequence[Outcome], column: str, metric: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for each in outcomes:
        if each.mode != column or each.error:
            continue
        key = f"{each.question.id} {each.question.question}"
        if metric in ("total_s", "first_token_s", "retrieve_s"):
            found[key] = float(getattr(each, metric))
        elif metric in each.scores:
            found[key] = each.scores[metric]
    return found


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "value": round(found.value, 4),
        "ci": [round(found.low, 4), round(found.high, 4)],
        "n": found.n,
    }


def _rounded(value: float | None) -> float | None:
    return round(value, 3) if value is not None else None
