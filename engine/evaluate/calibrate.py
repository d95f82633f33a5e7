"""How sure an answer must be: fitted on questions of which it is known whether they have one.

Logistic regression with the weights for everyone as its prior, so that a few questions move them a
little and many move them far. What it costs is told on questions that were not fitted on (five
folds), because a fit always looks better on its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.answer.abstain import JUDGE, Judge, Signals
from engine.errors import InputError

Floats = NDArray[np.float64]

COVERAGE = 0.8
"""Share of the answerable questions that shall be answered where nothing else is asked."""
PULL = 10.0
"""Weight of the prior, in questions."""
FOLDS = 5
LEAST = 10
"""Questions of either kind without which nothing is fitted."""
ROUNDS = 200
LONGEST_STEP = 1.0
"""How far one round may move a weight: from afar, a whole step would lead away."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted judge and what it costs."""

    judge: Judge
    answerable: int
    unanswerable: int
    refused: float
    """Share of the answerable questions that it refuses."""
    wrong: float
    """Share of the unanswerable questions that it answers."""
    before: tuple[float, float]
    """The same two with the judge that was there before."""
    curve: tuple[tuple[float, float], ...]
    """For every threshold: share of the answerable that is answered, and of the unanswerable."""
    model: str = ""
    """The chat model that it was fitted for."""
    adapters: tuple[str, ...] = ()
    """With which it wrote the answers that were judged; empty where it wrote none with any."""
    left_out: int = 0
    """Questions that were answered in another way, which this judge does not decide."""
    notes: tuple[str, ...] = ()
    """What else is to be known of the measurement."""

    @property
    def told_for(self) -> str:
        return " + ".join((self.model, *self.adapters))

    def words(self) -> str:
        """What it costs, in words."""
        return (
            f"It refuses {round(100 * self.refused)} of 100 answerable questions and answers "
            f"{round(100 * self.wrong)} of 100 that have no answer "
            f"(before: {round(100 * self.before[0])} and {round(100 * self.before[1])})."
        )


def check_enough(answerable: Sequence[bool]) -> None:
    """Raises InputError where there are too few questions of either kind."""
    with_answer = sum(answerable)
    without = len(answerable) - with_answer
    if min(with_answer, without) < LEAST:
        raise InputError(
            f"Fitting takes at least {LEAST} questions with an answer in the documents and "
            f"{LEAST} without; there are {with_answer} and {without}.",
            "Give more questions in a file, or none, so that they are made from the library.",
        )


def calibrated(
    rows: Sequence[Signals],
    answerable: Sequence[bool],
    *,
    coverage: float = COVERAGE,
    before: Judge = JUDGE,
    prior: Judge = JUDGE,
) -> Calibration:
    """Fit a judge near ``prior``. Raises InputError where there are too few of either kind."""
    check_enough(answerable)
    known = np.array(answerable, dtype=bool)
    unseen = np.zeros(len(rows))
    folds = np.arange(len(rows)) % FOLDS
    order = np.random.default_rng(0).permutation(len(rows))
    for fold in range(FOLDS):
        held = order[folds == fold]
        kept = order[folds != fold]
        judge = fitted([rows[at] for at in kept], known[kept], prior=prior)
        unseen[held] = [judge.probability(rows[at]) for at in held]
    threshold = float(np.quantile(unseen[known], 1.0 - coverage))
    judge = fitted(rows, known, prior=prior, threshold=threshold)
    earlier = np.array([before.probability(row) for row in rows])
    return Calibration(
        judge,
        int(known.sum()),
        int((~known).sum()),
        *_costs(unseen, known, threshold),
        _costs(earlier, known, before.threshold),
        tuple(curve(unseen, known)),
    )


def fitted(
    rows: Sequence[Signals],
    answerable: Sequence[bool] | NDArray[np.bool_],
    *,
    prior: Judge = JUDGE,
    pull: float = PULL,
    threshold: float = 0.5,
) -> Judge:
    """The weights that make the known answers likeliest, near those of ``prior``."""
    names = sorted(prior.weights)
    values = np.array([[row.get(name, 0.0) for name in names] for row in rows])
    wanted = np.asarray(answerable, dtype=np.float64)
    spread = np.maximum(values.std(axis=0), 1e-3)
    # One row per question, the constant first; a question counts the same whichever kind is rarer.
    # Signals are taken from their mean: one that hardly varies would stand for the constant.
    centre = values.mean(axis=0)
    matrix = np.c_[np.ones(len(rows)), (values - centre) / spread]
    share = float(wanted.mean())
    weight = np.where(wanted > 0, 0.5 / share, 0.5 / (1.0 - share))
    known = np.array([prior.weights[name] for name in names])
    start = np.r_[prior.intercept + float(known @ centre), known * spread]
    hold = np.full(len(start), pull)
    hold[0] = 1e-3
    found = start.copy()
    for _ in range(ROUNDS):
        belief = 1.0 / (1.0 + np.exp(-np.clip(matrix @ found, -50, 50)))
        slope = matrix.T @ (weight * (belief - wanted)) + hold * (found - start)
        bend = (matrix * (weight * belief * (1 - belief))[:, None]).T @ matrix + np.diag(hold)
        step = np.linalg.solve(bend, slope)
        step *= min(1.0, LONGEST_STEP / float(np.abs(step).max() + 1e-12))
        found -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    scaled = found[1:] / spread
    weights = dict(zip(names, scaled.tolist(), strict=True))
    return Judge(float(found[0] - scaled @ centre), weights, threshold, fitted=True)


def curve(probabilities: Floats, answerable: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Shares of the answerable and of the unanswerable that are answered, for every threshold."""
    points = [(0.0, 0.0)]
    for threshold in sorted(set(probabilities.tolist()), reverse=True):
        refused, wrong = _costs(probabilities, answerable, threshold)
        points.append((1.0 - refused, wrong))
    return points


def _costs(
    probabilities: Floats, answerable: NDArray[np.bool_], threshold: float
) -> tuple[float, float]:
    answered = probabilities >= threshold
    return float((~answered[answerable]).mean()), float(answered[~answerable].mean())
