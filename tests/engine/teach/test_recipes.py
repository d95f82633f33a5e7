"""Recipes and their defaults, which are data."""

from dataclasses import replace

import pytest

from engine.errors import NotFoundError
from engine.teach import defaults, recipes
from engine.teach.defaults import TrainingMachine

LAPTOP = TrainingMachine(16 << 30, 4, graphics=False)


def test_there_are_eight_purposes_and_each_is_whole() -> None:
    every = recipes.all_recipes()
    assert [each.purpose for each in every] == [
        "answer from my documents", "speak like us", "classify", "extract fields", "summarise",
        "translate with our terms", "expand our abbreviations", "turn questions into SQL",
    ]  # fmt: skip
    for each in every:
        assert each.about.endswith(".")
        assert each.sources
        assert each.metric in ("em", "f1", "rouge_l")
        assert bool(each.prompt) == (each.name != "answer")


def test_a_recipe_is_found_by_name_and_by_purpose() -> None:
    assert recipes.recipe("SQL").name == "sql"
    assert recipes.recipe("Answer  from my documents").name == "answer"
    with pytest.raises(NotFoundError) as raised:
        recipes.recipe("cook")
    assert "classify" in raised.value.hint


def test_an_example_stands_in_the_form_of_its_recipe() -> None:
    recipe = replace(recipes.recipe("classify"), system="One word.")
    made = recipe.example({"text": "{braces} stay"}, " billing ", source="t.csv", why="yours")
    assert [turn.role for turn in made.messages] == ["system", "user", "assistant"]
    assert made.messages[0].content == "One word."
    assert made.messages[1].content == "Text: {braces} stay\nLabel:"
    assert made.answer == "billing"
    assert made.more["state"] == "new"


def test_defaults_follow_model_machine_and_number() -> None:
    recipe = recipes.recipe("classify")
    small = defaults.settings(recipe, parameters=135_000_000, examples=80, machine=LAPTOP)
    large = defaults.settings(recipe, parameters=8_000_000_000, examples=80, machine=LAPTOP)
    assert small["learning_rate"] > large["learning_rate"]
    assert small["steps"] == 30  # three times 80 examples, 8 a step
    assert small["threads"] == 3
    assert "epochs" not in small
    many = defaults.settings(recipe, parameters=0, examples=10_000, machine=LAPTOP)
    assert many["steps"] == defaults.MOST_STEPS_CPU
    card = replace(LAPTOP, graphics=True)
    assert defaults.settings(recipe, parameters=0, examples=10_000, machine=card)["steps"] == 3000
    poor = replace(LAPTOP, memory_bytes=4 << 30)
    tight = defaults.settings(recipe, parameters=0, examples=80, longest=100, machine=poor)
    assert (tight["checkpointing"], tight["max_tokens"]) == ("on", 125)
