"""What changed between two evaluations of the same questions, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.evaluate.considered import difference
from engine.evaluate.outcome import Outcome
from engine.evaluate.paired import Difference

WATCHED = ("right", "f1", "verified", "total_s")
"""Metrics in which a change is looked for; of seconds, more is worse."""
SAID = {
    "right": "correctness is",
    "f1": "F1 is",
    "verified": "the share of checked sentences is",
}
SLOWER = 0.2
"""Share by which seconds must change to be told: a machine has good and bad days."""
TOLD = {
    "model_file": "the model",
    "adapters": "the adapters",
    "documents": "the documents",
    "encoder": "the sentence encoder",
    "options": "the settings of the model",
    "refuses_below": "how sure an answer must be",
    "alcove": "Alcove itself",
}
"""Circumstances of a column that decide its answers, in the user's words."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One column and metric that changed beyond chance."""

    column: str
    metric: str
    difference: Difference
    worse: bool
    because: tuple[str, ...]
    """What is not as it was, in words; empty where nothing is known to be."""

    @property
    def words(self) -> str:
        why = f" Changed since: {', '.join(self.because)}." if self.because else ""
        if self.metric == "total_s":
            told = f"an answer takes {abs(self.difference.value):.1f} s "
            told += "longer" if self.worse else "less"
        else:
            told = f"{SAID[self.metric]} {abs(100 * self.difference.value):.0f} points "
            told += "worse" if self.worse else "better"
        return f"{self.column}: {told} than before.{why}"

    def as_row(self) -> dict[str, Any]:
        return {
            "column": self.column,
            "metric": self.metric,
            "value": round(self.difference.value, 4),
            "ci": [round(self.difference.low, 4), round(self.difference.high, 4)],
            "p": round(self.difference.p, 4),
            "worse": self.worse,
            "words": self.words,
            "because": list(self.because),
        }


def shifts(
    before: Sequence[Outcome],
    after: Sequence[Outcome],
    circumstances_before: Mapping[str, Mapping[str, Any]],
    circumstances_after: Mapping[str, Mapping[str, Any]],
) -> list[Shift]:
    """Columns of the same name, paired question by question; ``circumstances`` are by column."""
    found = []
    names = dict.fromkeys(each.mode for each in after)
    old = {each.mode for each in before}
    for name in (each for each in names if each in old):
        both = [replace(each, mode="before") for each in before if each.mode == name]
        both += [replace(each, mode="after") for each in after if each.mode == name]
        why = changed(circumstances_before.get(name, {}), circumstances_after.get(name, {}))
        for metric in WATCHED:
            change = difference(both, "before", "after", metric)
            if change is None or not change.real:
                continue
            if metric == "total_s":
                usual = sum(each.total_s for each in before if each.mode == name)
                if abs(change.value) * change.n < SLOWER * usual:
                    continue
            worse = (change.value > 0) == (metric == "total_s")
            found.append(Shift(name, metric, change, worse, why))
    return found


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """What is not as it was, in words."""
    if not before or not after:
        return ()
    return tuple(words for key, words in TOLD.items() if before.get(key) != after.get(key))
