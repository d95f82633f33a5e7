"""How sure a measured mean is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 10_000
Z = 1.96
"""Of a normal distribution, for 95 %."""
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


def share(values: Sequence[float]) -> Estimate:
    """Mean of values in [0, 1] with its interval.

    Where all are 0 or all 1, resampling sees no doubt at all; then the interval is Wilson's (1927).
    Raises ValueError without values.
    """
    found = bootstrap(values)
    if found.low != found.high or found.value not in (0.0, 1.0):
        return found
    reach = Z**2 / (found.n + Z**2)
    if found.value:
        return Estimate(1.0, 1.0 - reach, 1.0, found.n)
    return Estimate(0.0, 0.0, reach, found.n)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies, between neighbours where it falls there."""
    return float(np.percentile(np.asarray(values, dtype=np.float64), 100 * share))
