"""Intervals against what the normal approximation says."""

import pytest

from engine.evaluate.certainty import Estimate, bootstrap, percentile


def test_bootstrap() -> None:
    values = [0.0, 1.0] * 100
    estimate = bootstrap(values)
    assert estimate == bootstrap(values)
    assert estimate.value == 0.5
    assert estimate.n == 200
    # The standard error of this mean is 0.0354; its normal interval reaches 0.069 to each side.
    assert estimate.low == pytest.approx(0.431, abs=0.006)
    assert estimate.high == pytest.approx(0.569, abs=0.006)


def test_one_value_and_equal_values_have_no_width() -> None:
    assert bootstrap([0.25]) == Estimate(0.25, 0.25, 0.25, 1)
    assert bootstrap([1.0] * 7) == Estimate(1.0, 1.0, 1.0, 7)
    with pytest.raises(ValueError, match="no values"):
        bootstrap([])


def test_percentile() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0, 5.0], 0.5) == 3.0
    assert percentile([1.0, 2.0], 0.5) == 1.5
    assert percentile([4.0], 0.95) == 4.0
