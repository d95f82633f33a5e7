"""The sentences that are weighed for a question: what was found, and what the user pinned."""

from collections.abc import Sequence
from dataclasses import replace

from engine.answer import extract
from engine.answer.extract import Evidence
from engine.answer.talk import Pinned
from engine.types import Hit

PINNED_TOP = 3
"""Sentences of pinned documents that are weighed for every question."""
PINNED_SCORE = 0.15
"""Added to theirs: the user says that the answer is likely to stand there."""
MAX_PASSAGES = 400
"""Looked at in all pinned documents; of longer ones, what retrieval finds counts."""


def chosen(
    about: str, hits: Sequence[Hit], pinned: Sequence[Pinned], *, top: int
) -> tuple[tuple[Hit, ...], list[Evidence]]:
    """The hits, with the passages of pinned documents behind them, and the sentences to weigh."""
    if not pinned:
        return tuple(hits), extract.best_sentences(about, hits, top=top)
    known = {hit.passage.id for hit in hits}
    passages = [passage for document in pinned for passage in document.passages][:MAX_PASSAGES]
    more = [Hit(0, each, 0.0, 0.0, 0.0) for each in passages if each.id not in known]
    every = (*hits, *more)
    paths = {document.path for document in pinned}
    ranked = [
        replace(item, score=item.score + PINNED_SCORE)
        if every[item.hit].passage.path in paths
        else item
        for item in extract.best_sentences(about, every, top=MAX_PASSAGES * 40)
    ]
    ranked.sort(key=lambda item: -item.score)
    first = [item for item in ranked if every[item.hit].passage.path in paths][:PINNED_TOP]
    rest = [item for item in ranked if item not in first]
    evidence = [*first, *rest[: top - len(first)]]
    # Only passages that matter stay, the found ones in their places.
    used = {item.hit for item in evidence if item.hit >= len(hits)}
    kept = [*range(len(hits)), *sorted(used)]
    places = {index: place for place, index in enumerate(kept)}
    return (
        tuple(every[index] for index in kept),
        [replace(item, hit=places[item.hit]) for item in evidence],
    )
