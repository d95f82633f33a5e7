"""Examples from answers that the user corrected or praised.

Each is either an example or a question to measure on, never both: which, its question decides, so
that it stays so whenever either is made anew.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from engine.answer import brief, text
from engine.formats.examples import Example
from engine.store.ratings import Rated
from engine.teach import grounded, recipes
from engine.teach.grounded import LONGEST_ANSWER, Asked, Find, LeftOut
from engine.teach.recipes import Recipe

FREE = ("answer", "style")
"""Recipes that are learnt from answers without an adapter too."""
MEASURED = 3
"""Of ten questions, so many are kept for measuring."""


def is_measured(question: str) -> bool:
    """Whether a question is for measuring; the others may be learnt from."""
    plain = " ".join(text.words(question))
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()[0] % 10 < MEASURED


def leans(rated: Rated) -> bool:
    """Whether its question may mean something only behind the turns before it."""
    return rated.follows and not rated.answer.asked


def teaches(rated: Rated) -> bool:
    """Whether an answer may become an example: it says what was wanted, and stands by itself."""
    return bool(rated.wanted) and not leans(rated) and not is_measured(rated.question)


def about(rated: Rated) -> Recipe | None:
    """What the answer was to show: the recipe of an adapter that took part in it.

    None for an answer without one that is known.
    """
    found = (recipes.of_task(each) for each in rated.answer.tasks)
    return next((each for each in found if each is not None), None)


def concerns(rated: Rated, recipe: Recipe) -> bool:
    """Whether a recipe can be learnt from what was said of an answer.

    An answer that no adapter took part in shows facts and tone.
    """
    taught = about(rated)
    return recipe.name in FREE if taught is None else taught.name == recipe.name


def held_out(recipe: Recipe, rated: Sequence[Rated]) -> list[Example]:
    """What is kept to measure a recipe on, as examples in its form."""
    return [
        _plainly(recipe, each)
        for each in rated
        if each.wanted and not leans(each) and is_measured(each.question)
        and concerns(each, recipe)
    ]  # fmt: skip


def examples(
    recipe: Recipe, rated: Sequence[Rated], find: Find | None
) -> tuple[list[Example], list[LeftOut]]:
    """Examples from rated answers, newest first where two are of the same question.

    With the search, short answers become grounded ones. ``find`` is None for the recipes that need
    no documents: there the question is answered as it stands.
    """
    kept: list[Example] = []
    left: list[LeftOut] = []
    for each in sorted(rated, key=lambda one: -one.message_id):
        if not each.wanted:
            left.append(LeftOut("nobody said what the answer should have been"))
        elif leans(each):
            left.append(LeftOut("their question leans on the turns before"))
        elif not concerns(each, recipe):
            left.append(LeftOut("they are about an adapter that was taught something else"))
        elif is_measured(each.question):
            left.append(LeftOut("they are kept to measure on"))
        else:
            made = _made(recipe, each, find)
            (kept if isinstance(made, Example) else left).append(made)  # type: ignore[arg-type]
    return kept, left


def _plainly(recipe: Recipe, rated: Rated) -> Example:
    """The question as the adapter was asked, else in the form of the recipe."""
    asked = rated.answer.asked
    if asked:
        recipe = replace(recipe, system="")  # the rule is that which was asked with, if any
    return recipe.of(
        asked or recipe.asking(rated.question), rated.wanted, source=_source(rated),
        why=_why(rated), question=rated.question, message=rated.message_id,
    )  # fmt: skip


def _why(rated: Rated) -> str:
    return "you corrected the answer" if rated.correction else "you praised the answer"


def _source(rated: Rated) -> str:
    return f"conversation {rated.message_id}"


def _made(recipe: Recipe, rated: Rated, find: Find | None) -> Example | LeftOut:
    why, source = _why(rated), _source(rated)
    if find is None:
        return _plainly(recipe, rated)
    refusal = (rated.up and rated.answer.abstained and not rated.correction) or brief.refuses(
        rated.wanted
    )
    if refusal:
        made = grounded.refused(recipe, Asked(rated.question, (), source, why), find)
    elif len(rated.wanted.split()) > LONGEST_ANSWER:
        return LeftOut(f"their answer is longer than {LONGEST_ANSWER} words")
    else:
        made = grounded.answered(
            recipe, Asked(rated.question, (rated.wanted.rstrip(". "),), source, why), find
        )
    if isinstance(made, LeftOut):
        return made
    return Example(
        made.messages, made.recipe, made.source, made.why,
        {**made.more, "message": rated.message_id},
    )  # fmt: skip
