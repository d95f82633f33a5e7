"""How many threads write: found out while writing, for it depends on what else the machine does.

Every token of an answer passes a thousand barriers. With few weights a second thread gains less
than the meetings cost as soon as another program is busy, and more when none is. The result of a
token does not depend on the number of threads, so that changing it changes no answer.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

FIRST_TRIAL = 12
TRIAL_TOKENS = 5
"""The first of them is not counted: its threads are only being made."""
TRIAL_EVERY = 96
MAX_TRIAL_EVERY = 3072
CLEARLY = 0.92
"""Share of the time per token that another number must reach to be taken."""
HOPELESS = 1.6
"""A trial whose token takes this many times as long as usual is broken off."""


@dataclass(slots=True)
class WritingThreads:
    """Chooses between two numbers of threads by the time that tokens take."""

    current: int
    other: int
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=8))
    _trial: list[float] = field(default_factory=list)
    _trying: bool = False
    _until_trial: int = FIRST_TRIAL
    _interval: int = TRIAL_EVERY

    @property
    def next(self) -> int:
        """Threads for the next token."""
        return self.other if self._trying else self.current

    def took(self, seconds: float) -> None:
        """A token was written with ``next`` threads."""
        if self.current == self.other:
            return
        if self._trying:
            self._tried(seconds)
            return
        self._times.append(seconds)
        self._until_trial -= 1
        if self._until_trial <= 0 and len(self._times) >= TRIAL_TOKENS:
            self._trying = True
            self._trial = []

    def _tried(self, seconds: float) -> None:
        self._trial.append(seconds)
        usual = _median(self._times)
        counted = self._trial[1:]
        if counted and seconds > usual * HOPELESS:
            self._end(better=False)
        elif len(counted) >= TRIAL_TOKENS - 1:
            self._end(better=_median(counted) < usual * CLEARLY)

    def _end(self, *, better: bool) -> None:
        self._trying = False
        if better:
            self.current, self.other = self.other, self.current
            self._times.clear()
            self._interval = TRIAL_EVERY
        else:
            self._interval = min(MAX_TRIAL_EVERY, self._interval * 2)
        self._until_trial = self._interval


def _median(values: Iterable[float]) -> float:
    """The middle one; the module ``statistics`` would cost the model process a megabyte."""
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
