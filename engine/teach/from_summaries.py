"""Examples of summaries: documents that carry one of their own, as papers and minutes do."""

import re
from collections.abc import Iterable

from engine.formats.examples import Example
from engine.teach.grounded import LeftOut
from engine.teach.recipes import Recipe
from engine.types import Passage

HEADING = re.compile(
    r"\b(?:abstract|summary|executive summary|in short|key points|zusammenfassung|kurzfassung|"
    r"résumé|resumen|sommario)\b",
    re.IGNORECASE,
)
MOST_WORDS = 900
"""Of the text that is summed up; the beginning of a longer one is taken."""
SHORTEST = 15
"""Words of a summary."""


def examples(
    recipe: Recipe, documents: Iterable[tuple[str, list[Passage]]]
) -> tuple[list[Example], list[LeftOut]]:
    """One example for each document with a section that sums it up."""
    kept: list[Example] = []
    left: list[LeftOut] = []
    for path, passages in documents:
        sums = [each for each in passages if HEADING.search(each.heading)]
        rest = [each for each in passages if each not in sums]
        summary = _joined(sums)
        text = " ".join(_joined(rest).split()[:MOST_WORDS])
        if len(summary.split()) < SHORTEST:
            left.append(LeftOut("their document holds no summary of its own"))
        elif len(text) <= len(summary):
            left.append(LeftOut("their summary is no shorter than the text"))
        else:
            kept.append(
                recipe.example(
                    {"text": text}, summary, source=path,
                    why=f"its own section “{sums[0].heading}”", question=text[:200],
                )
            )  # fmt: skip
    return kept, left


def _joined(passages: list[Passage]) -> str:
    """The text of passages in their order, without what two of them share."""
    parts: list[str] = []
    reached: tuple[int, int] = (0, 0)
    for each in sorted(passages, key=lambda one: (one.page, one.start)):
        begin = max(each.start, reached[1]) if each.page == reached[0] else each.start
        if begin < each.end:
            parts.append(each.text[begin - each.start :])
            reached = each.page, each.end
    return " ".join(" ".join(parts).split())
