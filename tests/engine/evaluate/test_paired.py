"""Paired tests against values worked out by hand."""

from itertools import product

import pytest

from engine.evaluate.paired import compared, holm, mcnemar, permutation


@pytest.mark.parametrize(
    ("higher", "lower", "p"),
    [(0, 0, 1.0), (5, 0, 2 / 32), (6, 0, 2 / 64), (1, 1, 1.0), (8, 2, 2 * (1 + 10 + 45) / 1024)],
)
def test_mcnemar_is_the_exact_binomial_test(higher: int, lower: int, p: float) -> None:
    assert mcnemar(higher, lower) == pytest.approx(p)
    assert mcnemar(lower, higher) == pytest.approx(p)


def test_a_permutation_counts_every_flip_of_signs() -> None:
    found = [0.5, 0.25, -0.1, 0.3]
    sums = [abs(sum(s * x for s, x in zip(signs, found, strict=True)))
            for signs in product((-1, 1), repeat=4)]  # fmt: skip
    expected = sum(each >= sum(found) - 1e-9 for each in sums) / 16
    assert permutation([*found, 0.0]) == pytest.approx(expected)
    assert permutation([0.0, 0.0]) == 1.0


def test_many_differences_are_drawn_and_the_same_each_time() -> None:
    clear = [0.2 + 0.01 * at for at in range(30)]
    assert permutation(clear) == permutation(clear) < 0.001
    assert permutation([(-1) ** at * 0.3 for at in range(30)]) > 0.5


def test_a_difference_is_real_only_beyond_chance() -> None:
    better = compared([0.0] * 12, [1.0] * 10 + [0.0] * 2)
    assert (better.higher, better.lower, better.n) == (10, 0, 12)
    assert better.value == pytest.approx(10 / 12)
    assert better.real
    assert not compared([0.0, 1.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]).real
    same = compared([1.0, 0.0], [1.0, 0.0])
    assert (same.value, same.p, same.real) == (0, 1, False)
    with pytest.raises(ValueError, match="no values"):
        compared([], [])


def test_holm_raises_the_least_most_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_pairs_that_all_differ_alike_leave_a_doubt_that_shrinks_with_their_number() -> None:
    few, many = compared([0.0] * 6, [1.0] * 6), compared([0.0] * 200, [1.0] * 200)
    assert (few.value, few.high) == (1, 1)
    # By hand: (7/8 - 1/8) - 1.96 * sqrt((7/8 + 1/8 - 0.75²) / 8)
    assert few.low == pytest.approx(0.2917, abs=1e-3)
    assert many.low > 0.97
    none = compared([1.0] * 30, [1.0] * 30)
    assert (none.low, none.high) == (
        pytest.approx(-0.0866, abs=1e-3),
        pytest.approx(0.0866, abs=1e-3),
    )
    assert compared([2.0, 3.0], [3.0, 4.0]).margin == 0
