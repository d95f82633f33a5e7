"""Which form an adapter is asked in: read from what it is taught on, found again in use."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.formats import task as task_names
from engine.formats.adapter import GROUNDED
from engine.formats.examples import Example
from engine.formats.taught_form import TaughtForm
from engine.teach import recipes
from engine.teach.recipes import Recipe

FEWEST = 2
"""Examples that must share a part before it is taken for one of the form's own."""


def of_examples(recipe: Recipe | None, examples: Sequence[Example]) -> TaughtForm | None:
    """The form that most of these are in; None for short answers from documents.

    A part of the recipe's prompt that is the same in all of them, such as the names of the fields,
    stands in the form for good, so that a text alone can be put into it.
    """
    if not examples or (recipe is not None and recipe.task == GROUNDED):
        return None
    systems = Counter(
        each.prompt[0].content if each.prompt[0].role == "system" else "" for each in examples
    )
    plain = TaughtForm(systems.most_common(1)[0][0])
    if recipe is None:
        return plain
    plain = replace(plain, alone=recipe.asked.alone)
    whole = replace(recipe.asked, system=plain.system)
    found = [parts for each in examples if (parts := whole.taken(each.prompt[-1].content))]
    if 2 * len(found) <= len(examples):
        return plain
    fixed = {
        name: found[0][name]
        for name in whole.parts
        if len(found) >= FEWEST and len({parts[name] for parts in found}) == 1
    }
    return whole.with_fixed(fixed) if len(fixed) < len(whole.parts) else whole


def of_adapters(taught: Iterable[tuple[str, TaughtForm | None]]) -> TaughtForm | None:
    """The form that all of these were taught, each named by its task and what it says of its form.

    None where there is no one such. One that does not say, as it was made earlier, was taught in
    the form of its recipe.
    """
    found = {_of(*each) for each in taught}
    return found.pop() if len(found) == 1 else None


def _of(task: str, form: TaughtForm | None) -> TaughtForm | None:
    if task == GROUNDED:
        return None
    if form is None:
        recipe = recipes.of_task(task)
        return recipe.asked if recipe is not None else None
    return replace(form, alone=task_names.is_alone(task))
