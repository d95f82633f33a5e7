"""What an adapter takes part in, by its task."""

import pytest

from engine.formats import task
from engine.formats.adapter import GROUNDED
from engine.teach import recipes


def test_every_recipe_teaches_a_task_whose_part_is_known() -> None:
    taught = {each.task for each in recipes.all_recipes()}
    assert taught == set(task.TASKS)


@pytest.mark.parametrize(
    ("taught", "small", "large"),
    [
        (GROUNDED, True, True),
        ("tone", False, True),
        ("classification", False, False),
        ("text to SQL", False, False),
        ("", True, True),
        ("sea shanties", True, True),
    ],
)
def test_only_what_was_made_to_words_answers_from_documents(
    taught: str, small: bool, large: bool
) -> None:
    assert task.words_documents(taught, trusted=False) == small
    assert task.words_documents(taught, trusted=True) == large
    for trusted, words in ((False, small), (True, large)):
        assert ("left out" in task.told(taught, trusted=trusted)) == (not words)
