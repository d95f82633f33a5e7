"""What an adapter learnt from and when: its knowledge stands still while documents change."""

import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Learnt:
    """Where an adapter comes from."""

    adapter: str
    """Its name."""
    at: float
    """When it was made, in seconds since 1970."""
    examples: int
    documents: int
    """Those of the library that its examples come from."""
    changed: int
    """Of these, how many were read anew since, or are gone."""

    @property
    def words(self) -> str:
        """A sentence or two."""
        day = time.strftime("%Y-%m-%d", time.localtime(self.at))
        told = f"{self.adapter} was taught on {day} from {_count(self.examples, 'example')}"
        if not self.documents:
            return f"{told}, none from a document of the library."
        told += f" out of {_count(self.documents, 'document')}"
        if not self.changed:
            return f"{told}, unchanged since."
        verb = "has" if self.changed == 1 else "have"
        return f"{told}; {self.changed} of them {verb} changed since."


def documents(found: Sequence[Learnt]) -> float | None:
    """How many documents adapters learnt from together; None without adapters that are known."""
    return float(sum(each.documents for each in found)) if found else None


def changed(found: Sequence[Learnt]) -> float | None:
    """How many of them changed since."""
    return float(sum(each.changed for each in found)) if found else None


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
