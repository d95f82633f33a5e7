"""What the rules of a verdict look at: the ways that were asked, their figures and how they differ.

Chance is told from a difference by a paired test at 5 %, raised for the number of pairs that are
looked at (Holm).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.evaluate.columns import Column
from engine.evaluate.considered import Considered, difference
from engine.evaluate.freshness import Followed
from engine.evaluate.outcome import Outcome
from engine.evaluate.paired import Difference, holm

WIDE = 0.1
"""Difference of right answers that may be there although chance could have made it."""
SIMPLEST = ("plain", "rag", "tuned", "both")
"""Ways of asking, the one that takes least to keep first."""
NAMES = {
    "plain": "the model alone",
    "rag": "retrieval",
    "tuned": "tuning",
    "both": "retrieval and tuning together",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, the rule that made it and what it rests on."""

    rule: str
    text: str
    figures: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules look at."""

    columns: tuple[Column, ...]
    outcomes: tuple[Outcome, ...]
    considered: tuple[Considered, ...]
    pairs: dict[tuple[str, str], Difference]
    """Of right answers, second minus first, p raised for their number."""
    fresh: tuple[Followed, ...] = ()

    def of(self, name: str) -> Considered:
        return next(each for each in self.considered if each.column == name)

    def by_mode(self, mode: str) -> Column | None:
        """The column of a mode: the only one, or the one that is named after it; else None."""
        found = [each for each in self.columns if each.mode == mode]
        if len(found) > 1:
            found = [each for each in found if each.name == mode]
        return found[0] if len(found) == 1 else None

    def named(self, column: Column) -> str:
        usual = self.by_mode(column.mode) == column
        return NAMES[column.mode] if usual else f"“{column.name}”"

    def right(self, name: str) -> float:
        found = self.of(name).correctness.get("all", {}).get("right")
        return found.value if found is not None else 0.0

    def pair(self, first: Column, second: Column) -> Difference | None:
        return self.pairs.get((first.name, second.name))

    @property
    def judged(self) -> list[Column]:
        """Columns whose answers could be set against others."""
        known = {name for pair in self.pairs for name in pair}
        return [each for each in self.columns if each.name in known]

    @property
    def differ(self) -> bool:
        """Whether any two differ beyond chance."""
        return any(each.real for each in self.pairs.values())

    @property
    def gap(self) -> float:
        """Between the column that is right most often and the one that is least."""
        shares = [self.right(each.name) for each in self.judged]
        return max(shares, default=0.0) - min(shares, default=0.0)

    def best(self) -> Column:
        """The simplest column that no other beats beyond chance."""
        columns = self.judged or list(self.columns)
        unbeaten = [
            each
            for each in columns
            if not any(
                (found := self.pair(each, other)) is not None and found.real and found.value > 0
                for other in columns
            )
        ]
        return min(
            unbeaten or columns, key=lambda each: (*self.takes(each), -self.right(each.name))
        )

    def takes(self, column: Column) -> tuple[int, int, int]:
        """What a column takes to keep, for comparing."""
        disk = self.of(column.name).cost.disk_bytes
        return SIMPLEST.index(column.mode), len(column.adapters), disk

    def takes_least(self, column: Column) -> bool:
        """Whether every other column takes more to keep."""
        own = self.takes(column)
        others = [self.takes(each) for each in self.columns if each != column]
        return all(own < each and own[2] <= each[2] for each in others)

    @property
    def advised(self) -> Column | None:
        """The column that the verdict speaks for; None where the questions are too few to say."""
        if not self.pairs or (not self.differ and self.gap >= WIDE):
            return None
        return self.best()

    @property
    def questions(self) -> int:
        return len({(str(each.question.id), each.question.question) for each in self.outcomes})


def findings(
    columns: Sequence[Column],
    outcomes: Sequence[Outcome],
    considered: Sequence[Considered],
    fresh: Sequence[Followed] = (),
) -> Findings:
    names = [
        each.name
        for each in columns
        if any("right" in one.scores for one in outcomes if one.mode == each.name)
    ]
    both = [
        (pair, found)
        for pair in combinations(names, 2)
        if (found := difference(outcomes, *pair, "right")) is not None
    ]
    pairs: dict[tuple[str, str], Difference] = {}
    for (pair, found), p in zip(both, holm([each.p for _, each in both]), strict=True):
        pairs[pair] = Difference(
            found.value, found.low, found.high, found.n, p, found.higher, found.lower
        )
        pairs[pair[1], pair[0]] = Difference(
            -found.value, -found.high, -found.low, found.n, p, found.lower, found.higher
        )
    return Findings(tuple(columns), tuple(outcomes), tuple(considered), pairs, tuple(fresh))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def listed(parts: Sequence[str]) -> str:
    """``a, b and c``; with a comma before the last where a part has an “and” of its own."""
    if len(parts) == 1:
        return parts[0]
    comma = "," if any(" and " in each for each in parts) else ""
    return f"{', '.join(parts[:-1])}{comma} and {parts[-1]}"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"
