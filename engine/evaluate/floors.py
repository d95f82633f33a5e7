"""The least that a metric may be, for scripts that fail below it."""

from collections.abc import Mapping, Sequence

from engine.errors import InputError
from engine.evaluate import report
from engine.evaluate.columns import Column
from engine.evaluate.considered_tables import METRICS
from engine.evaluate.summary import ModeSummary


def parsed(texts: Sequence[str]) -> dict[str, float]:
    """``METRIC=VALUE`` or ``COLUMN.METRIC=VALUE``, several times. Raises InputError."""
    floors = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            floors[name.strip()] = float(value)
        except ValueError as error:
            raise InputError(
                f"“{text}” is not METRIC=VALUE.", "Write it like right=0.8 or rag.right=0.8."
            ) from error
    return floors


def check(floors: Mapping[str, float], columns: Sequence[Column]) -> None:
    """Whether each is for a metric and a column that there are. Raises InputError."""
    shares = [name for name, (_, unit) in METRICS.items() if unit in ("share", "")]
    metrics = sorted({*shares, *(name for _, names in report.GROUPS for name in names)})
    known = [each.name for each in columns]
    for name in floors:
        column, dot, metric = name.rpartition(".")
        if dot and column not in known:
            raise InputError(
                f"“{name}” is for a way that is not asked.", f"Asked: {', '.join(known)}."
            )
        if metric not in metrics:
            raise InputError(
                f"“{metric}” is nothing that is measured.", f"There are {', '.join(metrics)}."
            )


def fallen_under(summaries: Sequence[ModeSummary], floors: Mapping[str, float]) -> list[str]:
    """What is below its floor, in sentences. A floor is for ``METRIC`` or ``COLUMN.METRIC``.

    Raises InputError for a metric that was not measured.
    """
    found = []
    for name, floor in floors.items():
        column, dot, metric = name.rpartition(".")
        known = [
            (each.mode, each.scores[metric])
            for each in summaries
            if (not dot or each.mode == column) and metric in each.scores
        ]
        if not known:
            every = sorted({each for one in summaries for each in one.scores})
            raise InputError(f"“{name}” was not measured.", f"There are {', '.join(every)}.")
        found += [
            f"{mode}: {metric} is {each.value:.3f}, under {floor:g}."
            for mode, each in known
            if each.value < floor
        ]
    return found
