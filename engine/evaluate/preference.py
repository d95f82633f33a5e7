"""Judging blind: two answers side by side, shuffled and unnamed, and what the choices come to."""

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from engine.evaluate.measure import question_hash
from engine.evaluate.outcome import Outcome
from engine.evaluate.paired import mcnemar
from engine.evaluate.questions import Question
from engine.store.preferences import Preference

Z = 1.96
"""Standard deviations of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Two answers to judge, in the order they are shown."""

    question: Question
    left: Outcome
    right: Outcome

    @property
    def key(self) -> str:
        return question_hash(self.question)

    def judged(self, preferred: Outcome | None) -> Preference:
        """The judgement; None where neither is better."""
        first, second = sorted((self.left.mode, self.right.mode))
        return Preference(self.key, first, second, preferred.mode if preferred else "")


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one of two ways was preferred."""

    first: str
    second: str
    for_first: int
    for_second: int
    neither: int
    share: float
    """Of the choices for one of them, those for the second; 0.5 without any."""
    low: float
    high: float
    p: float
    """Two-sided: how often chance alone chooses as unevenly."""

    @property
    def n(self) -> int:
        return self.for_first + self.for_second + self.neither

    @property
    def words(self) -> str:
        """In a sentence."""
        chosen = self.for_first + self.for_second
        if not chosen:
            return "Neither was liked better."
        ahead, count = (
            (self.second, self.for_second)
            if self.for_second >= self.for_first
            else (self.first, self.for_first)
        )
        told = f"{count} of {chosen} choices were for “{ahead}”"
        if self.p >= 0.05:
            return f"{told}; chance alone does as much."
        low, high = (self.low, self.high) if ahead == self.second else (1 - self.high, 1 - self.low)
        return f"{told} (95 %: {100 * low:.0f} to {100 * high:.0f} %)."


def trials(outcomes: Sequence[Outcome], first: str, second: str, *, seed: str = "") -> list[Trial]:
    """Questions to which both ways gave different answers, in an order and on sides by chance.

    The same ``seed`` gives the same order, so that judging can be gone on with.
    """
    one = {question_hash(each.question): each for each in outcomes if each.mode == first}
    other = {question_hash(each.question): each for each in outcomes if each.mode == second}
    found = []
    for key, here in one.items():
        there = other.get(key)
        if there is None or here.error or there.error or _said(here) == _said(there):
            continue
        chance = random.Random(hashlib.sha256(f"{seed} {key}".encode()).digest())
        left, right = (here, there) if chance.random() < 0.5 else (there, here)
        found.append((chance.random(), Trial(here.question, left, right)))
    return [trial for _, trial in sorted(found, key=lambda each: each[0])]


def tally(found: Iterable[Preference], first: str, second: str) -> Tally:
    """Of these two ways, whichever way round they were judged."""
    mine = [each for each in found if {each.first, each.second} == {first, second}]
    for_first = sum(each.preferred == first for each in mine)
    for_second = sum(each.preferred == second for each in mine)
    low, high = wilson(for_second, for_first + for_second)
    chosen = for_first + for_second
    return Tally(
        first, second, for_first, for_second, len(mine) - chosen,
        for_second / chosen if chosen else 0.5, low, high, mcnemar(for_first, for_second),
    )  # fmt: skip


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); all there is without any."""
    if not n:
        return 0.0, 1.0
    share, square = hits / n, Z * Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = Z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _said(found: Outcome) -> str:
    return "" if found.abstained else " ".join(found.text.split()).casefold()
