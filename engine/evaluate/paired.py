"""Whether two ways of asking the same questions differ, or chance alone would do as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, sqrt

import numpy as np

from engine.evaluate.certainty import Z, bootstrap

LEVEL = 0.05
EXACT_UP_TO = 14
"""Differences up to which every flip of signs is counted rather than drawn."""
FLIPS = 10_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Second minus first, over the questions that both have."""

    value: float
    low: float
    high: float
    n: int
    p: float
    """Two-sided: how often chance alone differs as much."""
    higher: int
    """Questions on which the second is higher."""
    lower: int

    @property
    def real(self) -> bool:
        return self.p < LEVEL and not self.low <= 0 <= self.high

    @property
    def margin(self) -> float:
        """Half the interval."""
        return (self.high - self.low) / 2


def compared(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Pairs, question by question. Raises ValueError without any.

    The interval is a paired bootstrap of the mean difference; where all are 0 or 1 and every pair
    differs alike, which resampling takes for certain, that of Bonett and Price (2012). The test is
    McNemar's exact one (1947) where every value is 0 or 1, else a permutation of signs (Fisher
    1935): all of them where they are few, 10,000 drawn ones otherwise.
    """
    differences = [b - a for a, b in zip(first, second, strict=True)]
    found = bootstrap(differences)
    higher = sum(each > 0 for each in differences)
    lower = sum(each < 0 for each in differences)
    binary = all(each in (0.0, 1.0) for each in (*first, *second))
    p = mcnemar(higher, lower) if binary else permutation(differences)
    low, high = found.low, found.high
    if binary and low == high:
        low, high = _interval(higher, lower, found.n)
    return Difference(found.value, low, high, found.n, p, higher, lower)


def mcnemar(higher: int, lower: int) -> float:
    """Two-sided exact p of so many changes for the better and for the worse."""
    n = higher + lower
    if n == 0:
        return 1.0
    tail = sum(comb(n, k) for k in range(min(higher, lower) + 1)) * 0.5**n
    return min(1.0, 2 * tail)


def _interval(higher: int, lower: int, n: int) -> tuple[float, float]:
    up, down = (higher + 1) / (n + 2), (lower + 1) / (n + 2)
    middle = up - down
    reach = Z * sqrt((up + down - middle**2) / (n + 2))
    seen = (higher - lower) / n
    return max(-1.0, min(seen, middle - reach)), min(1.0, max(seen, middle + reach))


def permutation(differences: Sequence[float]) -> float:
    """Two-sided p of a mean difference that is as far from 0 when signs are flipped."""
    moved = np.asarray([each for each in differences if each != 0.0])
    if not len(moved):
        return 1.0
    seen: float = abs(float(moved.sum())) - 1e-12
    if len(moved) <= EXACT_UP_TO:
        signs = np.asarray(list(product((-1.0, 1.0), repeat=len(moved))))
        return float(np.mean(np.abs(signs @ moved) >= seen))
    chance = np.random.default_rng(0)
    drawn = chance.choice((-1.0, 1.0), size=(FLIPS, len(moved)))
    # The one that was seen counts as well (Phipson and Smyth 2010).
    as_far = int(np.count_nonzero(np.abs(drawn @ moved) >= seen))
    return (1 + as_far) / (FLIPS + 1)


def holm(values: Sequence[float]) -> list[float]:
    """p-values raised for being many (Holm 1979), in the order they came."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    raised, so_far = [1.0] * len(values), 0.0
    for rank, at in enumerate(order):
        so_far = max(so_far, min(1.0, (len(values) - rank) * values[at]))
        raised[at] = so_far
    return raised
