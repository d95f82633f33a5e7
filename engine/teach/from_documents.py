"""Grounded answers from the documents themselves: their sentences are asked for their own parts."""

from collections.abc import Generator, Sequence

from engine.evaluate import generate
from engine.formats.examples import Example
from engine.progress import CancelToken, Progress
from engine.teach import grounded
from engine.teach.grounded import Asked, Find, LeftOut
from engine.teach.recipes import Recipe
from engine.types import Passage

REFUSALS = 0.25
"""Share of the examples that come without their passage."""
TRIES = 8
"""Questions made for each example that is wanted, at most."""

Kept = tuple[list[Example], list[LeftOut]]


def examples(
    recipe: Recipe,
    passages: Sequence[Passage],
    count: int,
    find: Find,
    *,
    refusals: float = REFUSALS,
    seed: int = 0,
    cancel: CancelToken | None = None,
) -> Generator[Progress, None, Kept]:
    """At most ``count`` examples from these passages, and why the others were left out.

    Every quote stands in its passage letter by letter, and every question finds its passage.
    """
    without = grounded.Share(refusals)
    kept: list[Example] = []
    left: list[LeftOut] = []
    for tried, item in enumerate(generate.made(passages, seed=seed)):
        if len(kept) >= count or tried >= TRIES * count:
            break
        yield Progress("making examples", len(kept), count, item.passage.title)
        if cancel is not None:
            cancel.check()
        if item.sentence not in " ".join(item.passage.text.split()):
            left.append(LeftOut("their quote does not stand in the passage"))
            continue
        asked = Asked(
            item.question,
            (item.answer,),
            item.passage.path,
            f"asked of a sentence on page {item.passage.page}",
            item.passage.id,
        )
        # A refusal, too, is of a question that has its answer here and finds it.
        made = grounded.answered(recipe, asked, find)
        if isinstance(made, Example) and without.takes():
            made = grounded.refused(recipe, asked, find)
        if isinstance(made, Example):
            kept.append(made)
        else:
            left.append(made)
    return kept, left
