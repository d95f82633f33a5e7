"""Intervals against what the normal approximation says."""

import pytest

from engine.evaluate.certainty import Estimate, bootstrap, percentile, share


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


def test_a_share_of_all_or_none_leaves_a_doubt_that_shrinks_with_the_number() -> None:
    every, none = share([1.0] * 6), share([0.0] * 6)
    # Wilson's interval of 6 in 6: 6 / (6 + 1.96²)
    assert (every.value, every.high) == (1, 1)
    assert every.low == pytest.approx(0.6097, abs=1e-3)
    assert (none.low, none.value) == (0, 0)
    assert none.high == pytest.approx(0.3903, abs=1e-3)
    assert share([1.0] * 200).low > 0.98
    assert share([0.0, 1.0] * 10) == bootstrap([0.0, 1.0] * 10)
    assert share([0.4, 0.4]) == Estimate(0.4, 0.4, 0.4, 2)
    with pytest.raises(ValueError, match="no values"):
        share([])
