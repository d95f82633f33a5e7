"""Which form an adapter is asked in."""

import json

import pytest

from engine.formats.adapter import GROUNDED
from engine.formats.examples import Example
from engine.formats.taught_form import TaughtForm
from engine.model_types import Message
from engine.teach import forms, recipes

PARTS = {
    "style": {"text": "A letter to {name}"},
    "classify": {"text": "Where is my\nLabel: money?"},
    "extract": {"fields": "name, day", "text": "Ada comes on Monday."},
    "summarise": {"text": "A long text."},
    "translate": {"from": "German", "to": "English", "text": "Guten Tag: alle"},
    "abbreviations": {"term": "EOB"},
    "sql": {"schema": "guests(name)", "question": "How many?"},
}


def made(name: str, **other: str) -> Example:
    return recipes.recipe(name).example({**PARTS[name], **other}, "x", source="s", why="w")


@pytest.mark.parametrize("name", [each.name for each in recipes.all_recipes() if each.prompt])
def test_every_recipe_is_asked_byte_for_byte_as_it_is_taught(name: str) -> None:
    recipe = recipes.recipe(name)
    changing = recipe.asked.parts[-1]
    taught = [made(name, **{changing: text}) for text in ("First one", "Second {one}")]
    form = forms.of_examples(recipe, taught)
    assert form is not None
    assert form.parts == (changing,)
    assert form.messages("Second {one}") == taught[1].prompt
    assert form.alone == (name != "style")


def test_a_part_that_differs_stays_open_and_is_asked_for() -> None:
    recipe = recipes.recipe("sql")
    taught = [made("sql", schema=f"t{n}(a)", question=f"How many {n}?") for n in range(3)]
    form = forms.of_examples(recipe, taught)
    assert form == recipe.asked
    assert form.messages(taught[1].prompt[-1].content) == taught[1].prompt


def test_examples_from_elsewhere_are_asked_as_they_stand() -> None:
    plain = [Example((Message("user", f"Sort {n}"), Message("assistant", "a"))) for n in range(4)]
    assert forms.of_examples(None, plain) == TaughtForm()
    form = forms.of_examples(recipes.recipe("classify"), plain)
    assert form == TaughtForm(alone=True)
    ruled = [
        Example((Message("system", "Mine."), Message("user", json.dumps(n)),
                 Message("assistant", "a")))
        for n in range(4)
    ]  # fmt: skip
    form = forms.of_examples(None, ruled)
    assert form is not None
    assert form.messages("2") == ruled[2].prompt


def test_short_answers_from_documents_have_their_own_prompt() -> None:
    assert forms.of_examples(recipes.recipe("answer"), [made("classify")]) is None
    assert forms.of_adapters([(GROUNDED, TaughtForm())]) is None


def test_what_was_made_earlier_is_asked_in_the_form_of_its_recipe() -> None:
    assert forms.of_adapters([("classification", None)]) == recipes.recipe("classify").asked
    assert forms.of_adapters([("letters", None)]) is None
    assert forms.of_adapters([]) is None


def test_two_forms_are_none() -> None:
    own = TaughtForm("Mine.", "{text}")
    assert forms.of_adapters([("classification", own), ("classification", own)]) is not None
    assert forms.of_adapters([("classification", own), ("tone", own)]) is None
    assert forms.of_adapters([("classification", own), ("", None)]) is None
