"""What was found for a question, before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer import orders, table_lookup
from engine.answer.extract import Evidence, Rarity
from engine.answer.reader import Reading
from engine.types import Hit

SENTENCES = 2
"""Sentences quoted where a name, a date or a number is not enough."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a question, before anything is written."""

    about: str
    """The question made whole."""
    hits: tuple[Hit, ...]
    evidence: list[Evidence]
    """In the order of the words' score, weighed by the model where it is small."""
    readings: list[Reading]
    """Short answers in the evidence, best first."""
    rarity: Rarity
    """How much each word tells among the hits."""
    table: Evidence | None = None
    """The table that meets the question better than any sentence."""

    def text(self, item: Evidence) -> str:
        """The passage that a sentence stands in, as it may be read."""
        return orders.readable(self.hits[item.hit].passage.text)


def with_table(
    about: str, hits: Sequence[Hit], evidence: Sequence[Evidence], rarity: Rarity
) -> list[Evidence]:
    """The evidence, and the table that may hold the answer where there is one."""
    table = table_lookup.evidence(about, hits, rarity)
    return [*evidence, table] if table is not None else list(evidence)


def together(best: Sequence[Evidence]) -> list[Evidence]:
    """The best sentence and the next best one of its passage, as they stand there.

    A second sentence from elsewhere is off the point more often than it helps.
    """
    same = [item for item in best if item.hit == best[0].hit][:SENTENCES]
    return sorted(same, key=lambda item: item.start)
