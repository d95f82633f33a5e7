"""The same passage in several documents is one hit that names them all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.types import Passage

LEAST_LETTERS = 120
"""Shorter passages are alike by chance, and mean what their titles say."""


@dataclass(slots=True)
class Kept:
    """A passage to show."""

    place: int
    """Where it stands in the ranking."""
    also: set[str] = field(default_factory=set)
    """Documents whose same passage stood below it."""


def merged(ranked: Sequence[Passage], top: int) -> list[Kept]:
    """The best passages, each text once, best first.

    Two are the same where their documents hold the same text at the same place of the same page,
    under the same title or long enough.
    """
    kept: list[Kept] = []
    seen: dict[tuple[str, str, int, int], Kept] = {}
    for place, passage in enumerate(ranked):
        title = "" if len(passage.text) >= LEAST_LETTERS else passage.title
        key = (passage.text, title, passage.page, passage.start)
        first = seen.get(key)
        if first is not None and ranked[first.place].document_id != passage.document_id:
            first.also.add(passage.path)
            continue
        each = Kept(place)
        seen.setdefault(key, each)
        if len(kept) < top:
            kept.append(each)
    return kept
