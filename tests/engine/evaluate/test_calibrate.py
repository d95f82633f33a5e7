"""Fitting on made-up signals of which the truth is known."""

from itertools import pairwise

import numpy as np
import pytest

from engine.answer.abstain import JUDGE, SHORT, Judge
from engine.answer.written import REFUSAL
from engine.errors import InputError
from engine.evaluate import calibrate

PRIOR = Judge(0.0, {"meaning": 0.0, "noise": 0.0})


def rows(n: int, seed: int = 0) -> tuple[list[dict[str, float]], list[bool]]:
    """Half answerable; their meaning lies 2 standard deviations higher."""
    chance = np.random.default_rng(seed)
    answerable = [number % 2 == 0 for number in range(n)]
    return [
        {"meaning": chance.normal(2.0 if yes else 0.0), "noise": chance.normal()}
        for yes in answerable
    ], answerable


def test_the_known_weights_are_found() -> None:
    found = calibrate.fitted(*rows(4000), prior=PRIOR, pull=0.0)
    # Of two normal distributions the log odds are linear: weight 2, zero at the middle.
    assert found.weights["meaning"] == pytest.approx(2.0, abs=0.15)
    assert found.weights["noise"] == pytest.approx(0.0, abs=0.1)
    assert found.probability({"meaning": 1.0, "noise": 0.0}) == pytest.approx(0.5, abs=0.03)


def test_few_questions_move_the_weights_little() -> None:
    few, many = (calibrate.fitted(*rows(n), prior=PRIOR, pull=10.0) for n in (20, 2000))
    assert 0 < few.weights["meaning"] < many.weights["meaning"]


def test_a_signal_that_hardly_varies_does_not_lead_the_fit_away() -> None:
    chance = np.random.default_rng(1)
    answerable = [number % 3 == 0 for number in range(60)]
    signals = [
        {"meaning": chance.normal(0.65 if yes else 0.5, 0.1), "score": chance.normal(0.98, 0.01)}
        for yes in answerable
    ]
    prior = Judge(0.0, {"meaning": 0.0, "score": 0.0})
    found = calibrate.fitted(signals, answerable, prior=prior, pull=2.0)
    assert found.weights["meaning"] > 3.0
    sure, known = np.array([found.probability(each) for each in signals]), np.array(answerable)
    assert np.mean(sure[known][:, None] > sure[~known][None]) > 0.8
    # Each kind counts the same, so that what is believed is right in the mean of both.
    assert sure[known].mean() + sure[~known].mean() == pytest.approx(1.0, abs=0.01)


def test_what_it_costs_is_told_on_questions_not_fitted_on() -> None:
    signals, answerable = rows(400)
    named = [{"meaning": row["meaning"], "context": row["noise"]} for row in signals]
    found = calibrate.calibrated(named, answerable, coverage=0.8)
    assert (found.answerable, found.unanswerable) == (200, 200)
    assert found.refused == pytest.approx(0.2, abs=0.02)
    # P(x > quantile) for distributions 2 apart at 80 % coverage: 1 - Φ(1.158) = 0.123.
    assert found.wrong == pytest.approx(0.123, abs=0.06)
    assert found.curve[0] == (0.0, 0.0)
    assert found.curve[-1] == (1.0, 1.0)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(found.curve))
    assert found.judge.fitted
    assert "refuses 20 of 100" in found.words()
    assert set(found.judge.weights) == set(JUDGE.weights)


def test_too_few_of_either_kind_are_refused() -> None:
    with pytest.raises(InputError, match="at least 10"):
        calibrate.calibrated([{"meaning": 1.0}] * 30, [True] * 25 + [False] * 5)


def test_short_answers_are_fitted_near_the_judge_of_their_own() -> None:
    rng = np.random.default_rng(3)
    answerable = [number % 2 == 0 for number in range(60)]
    signals = [
        {REFUSAL: float(rng.normal(-6.0 if there else -0.5, 0.5)), "nearness": 0.6}
        for there in answerable
    ]
    found = calibrate.calibrated(signals, answerable, before=SHORT, prior=SHORT)
    assert found.judge.weights.keys() == SHORT.weights.keys()
    assert found.judge.weights[REFUSAL] < SHORT.weights[REFUSAL]
    assert found.wrong <= 0.1
    told = [found.judge.probability(each) >= found.judge.threshold for each in signals]
    assert sum(said == there for said, there in zip(told, answerable, strict=True)) >= 50
