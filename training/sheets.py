"""Several examples in one sequence, what they begin with only once.

Questions about the same passages, or texts to be sorted into the same classes, begin with hundreds
of tokens that are the same. They are computed once, and each example goes on from there as a branch
that sees the beginning and itself, at the positions it would have alone: the loss is that of the
examples one by one. No padding is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from training.lessons import NO_LABEL, Row

SHEET_TOKENS = 640
"""Tokens computed at once: more is no faster on a processor, and takes memory."""


@dataclass(frozen=True)
class Sheet:
    """A beginning and the branches that go on from it."""

    beginning: tuple[int, ...]
    branches: tuple[Row, ...]
    """Without the beginning."""

    @cached_property
    def input_ids(self) -> tuple[int, ...]:
        return self.beginning + tuple(token for row in self.branches for token in row.input_ids)

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """As long as ``input_ids``."""
        none = (NO_LABEL,) * len(self.beginning)
        return none + tuple(label for row in self.branches for label in row.labels)

    @cached_property
    def rehearsed(self) -> tuple[bool, ...]:
        """Of each token, whether its example is."""
        return (False,) * len(self.beginning) + tuple(
            row.rehearsed for row in self.branches for _ in row.input_ids
        )

    @cached_property
    def positions(self) -> tuple[int, ...]:
        """Of each token in its own example."""
        first = len(self.beginning)
        return tuple(range(first)) + tuple(
            first + place for row in self.branches for place in range(len(row.input_ids))
        )

    @cached_property
    def branch(self) -> tuple[int, ...]:
        """Number of each token's branch, from 1; 0 for the beginning, which all of them see."""
        return (0,) * len(self.beginning) + tuple(
            number for number, row in enumerate(self.branches, start=1) for _ in row.input_ids
        )

    @property
    def rows(self) -> tuple[Row, ...]:
        """Its examples one by one."""
        none = (NO_LABEL,) * len(self.beginning)
        return tuple(
            Row(self.beginning + row.input_ids, none + row.labels, row.rehearsed)
            for row in self.branches
        )

    @property
    def tokens(self) -> int:
        """Of its examples one by one."""
        return len(self.branches) * len(self.beginning) + sum(
            len(row.input_ids) for row in self.branches
        )


def one_by_one(units: Sequence[Row] | Sequence[Sheet]) -> list[Row]:
    """The examples of sheets, or the rows as they are."""
    return [row for unit in units for row in (unit.rows if isinstance(unit, Sheet) else (unit,))]


def sheets(rows: Sequence[Row], *, longest: int = SHEET_TOKENS, most: int = 8) -> list[Sheet]:
    """The rows in sheets of ``longest`` tokens and ``most`` examples, most alike ones together.

    A row that is longer than that has a sheet of its own.
    """
    made: list[Sheet] = []
    group: list[Row] = []
    shared = 0
    for row in sorted(rows, key=lambda each: each.input_ids):
        least = _shared(group[-1], row, shared) if group else _prompt(row)
        grown = [*group, row]
        saves = (len(grown) - 1) * least >= max(0, len(group) - 1) * shared
        if group and (len(grown) > most or _length(grown, least) > longest or not saves):
            made.append(_sheet(group, shared))
            grown, least = [row], _prompt(row)
        group, shared = grown, least
    if group:
        made.append(_sheet(group, shared))
    return made


def _prompt(row: Row) -> int:
    """Tokens that a branch may leave out: all before its last one without label.

    The first label is predicted from the token before it, which thus belongs to the branch.
    """
    first = next((at for at, label in enumerate(row.labels) if label != NO_LABEL), len(row.labels))
    return max(0, first - 1)


def _shared(one: Row, other: Row, most: int) -> int:
    """Tokens that both begin with, at most ``most`` and never a label."""
    most = min(most, _prompt(one), _prompt(other))
    pairs = zip(one.input_ids[:most], other.input_ids[:most], strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), most)


def _length(group: Sequence[Row], shared: int) -> int:
    return shared + sum(len(row.input_ids) - shared for row in group)


def _sheet(group: Sequence[Row], shared: int) -> Sheet:
    return Sheet(
        group[0].input_ids[:shared],
        tuple(Row(row.input_ids[shared:], row.labels[shared:], row.rehearsed) for row in group),
    )
