"""Short documents that are read as a whole, in their order, instead of torn passages.

Where most of what meets a question stands in one document, or very few, and these are short, a
model understands a contract or a mail better from its beginning to its end.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from engine.answer.draft import Pages
from engine.answer.extract import Evidence
from engine.types import Hit, Passage

SHARE = 0.5
"""Least share of the evidence that the documents hold together."""
MOST_DOCUMENTS = 3
MOST_PASSAGES = 60
"""Of documents read as a whole; a longer one would not fit any budget."""
FAINT = 0.05
"""Least weight of a sentence, so that each counts where all scores are poor."""

Guarded = Callable[[Sequence[Hit]], tuple[Hit, ...]]
"""The passages without the orders in them, positions as they are."""


class Documents(Pages, Protocol):
    """What answering needs of the store: ``engine.store.documents.Documents``, or a test's."""

    def passages(self, path: str, /) -> list[Passage]: ...


def paths(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> list[str]:
    """The few documents that hold most of the evidence, the one with most of it first.

    Empty where the evidence is scattered over more.
    """
    weights: dict[str, float] = {}
    for item in evidence:
        path = hits[item.hit].passage.path
        weights[path] = weights.get(path, 0.0) + max(item.score, FAINT)
    most = sum(weights.values()) * SHARE
    if not evidence:
        return []
    # The best sentence's document comes first whatever else is said elsewhere.
    best = hits[evidence[0].hit].passage.path
    chosen, held = [best], weights.pop(best)
    for path, weight in sorted(weights.items(), key=lambda each: -each[1]):
        if held >= most:
            break
        chosen.append(path)
        held += weight
    return chosen if held >= most and len(chosen) <= MOST_DOCUMENTS else []


def documents(
    hits: Sequence[Hit],
    evidence: Sequence[Evidence],
    stored: Documents,
    guarded: Guarded,
    *,
    longest: int,
) -> tuple[tuple[Hit, ...], ...]:
    """All passages of each of these documents in reading order, the best document first.

    Found ones keep their place and scores, the others have rank 0. Empty where together they have
    more than ``longest`` characters, or where each was found whole anyway as a single passage.
    """
    known = {hit.passage.id: hit for hit in hits}
    read: list[tuple[Hit, ...]] = []
    left = longest
    for path in paths(hits, evidence):
        left -= sum(len(page.text) for page in stored.pages(path))
        if left < 0:
            return ()
        passages = stored.passages(path)
        if len(passages) > MOST_PASSAGES or not any(each.id in known for each in passages):
            return ()
        unknown = [Hit(0, each, 0.0, 0.0, 0.0) for each in passages if each.id not in known]
        more = {hit.passage.id: hit for hit in guarded(unknown)}
        read.append(tuple(known.get(each.id) or more[each.id] for each in passages))
    return tuple(read) if any(len(each) > 1 for each in read) else ()
