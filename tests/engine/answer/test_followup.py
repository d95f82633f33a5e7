import pytest

from engine.answer import followup
from engine.model_types import Message

HISTORY = [
    Message("user", "How many days of holiday do full-time staff have?"),
    Message("assistant", "27 days"),
]


@pytest.mark.parametrize(
    "question",
    ["And for part-time staff?", "What about students?", "When do they lapse?", "Why?"],
)
def test_a_leaning_question_takes_the_one_before_along(question: str) -> None:
    assert followup.standalone(question, HISTORY) == f"{HISTORY[0].content} {question}"


@pytest.mark.parametrize(
    "question",
    ["Who approves trips over 400 EUR?", "What is the name of the boat hire firm in Graz?"],
)
def test_a_whole_question_stands_alone(question: str) -> None:
    assert followup.standalone(question, HISTORY) == question


def test_a_chain_of_leaning_questions_reaches_back() -> None:
    longer = [*HISTORY, Message("user", "And part-time staff?"), Message("assistant", "Less.")]
    found = followup.standalone("And students?", longer)
    assert found == f"{HISTORY[0].content} And part-time staff? And students?"


def test_without_history_a_question_is_what_it_is() -> None:
    assert followup.standalone("And students?", []) == "And students?"
