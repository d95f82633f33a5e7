"""The six considerations as tables, one column a way of asking, for whoever shows them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.evaluate import learnt
from engine.evaluate.certainty import Estimate
from engine.evaluate.considered import Considered, Cost
from engine.evaluate.learnt import Learnt

Unit = Literal["share", "s", "min", "MB", "J", "count", ""]
METRICS: dict[str, tuple[str, Unit]] = {
    "right": ("right", "share"),
    "em": ("exact match", "share"),
    "f1": ("F1", "share"),
    "numeric": ("numbers are right", "share"),
    "words": ("words", ""),
    "format": ("keeps the format", "share"),
    "style": ("near to the samples", "share"),
    "usual_length": ("as long as the samples", "share"),
    "citations_each": ("citations for a sentence", ""),
    "verified": ("sentences on a checked quote", "share"),
    "citation_precision": ("citations that carry", "share"),
    "citation_recall": ("places that are cited", "share"),
    "follows": ("follows a changed fact", "share"),
    "stale": ("says the old fact", "share"),
    "first_token_s": ("first word", "s"),
    "total_s": ("whole answer", "s"),
    "retrieval_share": ("of that searching", "share"),
}
"""What each metric is called, and what it is counted in."""
PARTS = (
    ("Form and tone", "form"), ("Traceability", "traceability"), ("Freshness", "freshness"),
    ("Speed", "speed"),
)  # fmt: skip
COSTS: tuple[tuple[str, Unit, Callable[[Cost], float | None]], ...] = (
    ("set-up", "min", lambda each: each.setup_minutes),
    ("of that training", "s", lambda each: each.training_s),
    ("on disk", "MB", lambda each: each.disk_bytes / 1e6),
    ("in memory", "MB", lambda each: each.memory_bytes / 1e6 or None),
    ("energy of an answer", "J", lambda each: each.joules),
)

LEARNT: tuple[tuple[str, Callable[[Sequence[Learnt]], float | None]], ...] = (
    ("documents learnt from", learnt.documents),
    ("of those changed since", learnt.changed),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of every way of asking; None where it was not measured."""

    name: str
    unit: Unit
    values: tuple[Estimate | float | None, ...]

    def words(self) -> list[str]:
        """The values as they are shown, without their intervals."""
        return [figure(each, self.unit) for each in self.values]


@dataclass(frozen=True, slots=True)
class Table:
    """One consideration."""

    title: str
    rows: tuple[Row, ...]


def tables(found: Sequence[Considered]) -> list[Table]:
    """Correctness, form, traceability, freshness, speed, cost; rows without any value are left out.

    A consideration that was not measured has no rows.
    """
    kinds = list(dict.fromkeys(kind for each in found for kind in each.correctness))
    if len(kinds) == 2:
        kinds = kinds[:1]  # all are of one type
    correct = [
        Row(
            METRICS[name][0] if kind == "all" else f"{kind}: {METRICS[name][0]}",
            METRICS[name][1],
            tuple(each.correctness.get(kind, {}).get(name) for each in found),
        )
        for kind in kinds
        for name in ("right", "em", "f1", "numeric")
    ]
    made = [("Correctness", correct)]
    for title, part in PARTS:
        names = dict.fromkeys(name for each in found for name in getattr(each, part))
        made.append(
            (title, [Row(*METRICS[name], tuple(getattr(each, part).get(name) for each in found))
                     for name in names])
        )  # fmt: skip
    if any(each.learnt for each in found):
        of_freshness = next(rows for title, rows in made if title == "Freshness")
        of_freshness += [
            Row(name, "count", tuple(of(each.learnt) for each in found)) for name, of in LEARNT
        ]
    made[-1][1].extend(
        Row(f"tokens {name} for an answer", "", tuple(each.tokens.get(name) for each in found))
        for name in ("read", "reused", "written")
    )
    made.append(
        ("Cost", [Row(name, unit, tuple(of(each.cost) for each in found))
                  for name, unit, of in COSTS])
    )  # fmt: skip
    return [
        Table(title, tuple(row for row in rows if any(each is not None for each in row.values)))
        for title, rows in made
    ]


def figure(found: Estimate | float | None, unit: Unit) -> str:
    """``74 %``, ``1.3 s``; a dash where there is none."""
    if found is None:
        return "–"
    value = found.value if isinstance(found, Estimate) else found
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "count":
        return f"{value:,.0f}"
    digits = 0 if abs(value) >= 100 else 2 if unit == "s" and abs(value) < 10 else 1
    return f"{value:.{digits}f} {unit}".rstrip()


def interval(found: Estimate | float | None, unit: Unit) -> str:
    """``61 – 85``; empty for what is no estimate or has no width."""
    if not isinstance(found, Estimate) or found.low == found.high:
        return ""
    factor, digits = (
        (100, 0) if unit == "share" else (1, 2 if unit == "s" and found.high < 10 else 1)
    )
    return f"{factor * found.low:.{digits}f} – {factor * found.high:.{digits}f}"
