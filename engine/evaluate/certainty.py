"""How sure a measured mean is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 10_000
CHUNK = 2_000_000
"""Drawn values held at once."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or median with its confidence interval."""

    value: float
    low: float
    high: float
    n: int


def bootstrap(
    values: Sequence[float],
    *,
    confidence: float = 0.95,
    rounds: int = ROUNDS,
    seed: int = 0,
    median: bool = False,
) -> Estimate:
    """Mean (or median) with its percentile bootstrap interval (Efron 1979).

    The same values give the same. Raises ValueError without values.
    """
    if not values:
        raise ValueError("no values")
    found = np.asarray(values, dtype=np.float64)
    middle = np.median if median else np.mean
    n, mean = len(found), float(middle(found))
    if n == 1 or found.min() == found.max():
        return Estimate(mean, mean, mean, n)
    chance = np.random.default_rng(seed)
    step = max(1, CHUNK // n)
    means = np.concatenate(
        [
            middle(found[chance.integers(0, n, (min(step, rounds - done), n))], axis=1)
            for done in range(0, rounds, step)
        ]
    )
    cut = 100 * (1.0 - confidence) / 2.0
    low, high = np.percentile(means, (cut, 100 - cut))
    return Estimate(mean, float(low), float(high), n)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies, between neighbours where it falls there."""
    return float(np.percentile(np.asarray(values, dtype=np.float64), 100 * share))
