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


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("What was the revenue in 2022?", "What about 2023?", "What was the revenue in 2023?"),
        ("What was the revenue in 2022?", "And in 2023?", "What was the revenue in 2023?"),
        ("Who led sales in Q1 2024?", "and Q2?", "Who led sales in Q2 2024?"),
        ("When is the pool open in May?", "How about August?", "When is the pool open in August?"),
        ("Who is on duty on Mondays?", "And on Fridays?", "Who is on duty on Fridays?"),
    ],
)
def test_what_is_asked_about_instead_takes_its_place(
    before: str, question: str, meant: str
) -> None:
    history = [Message("user", before), Message("assistant", "So.")]
    assert followup.standalone(question, history) == meant


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("How did revenue grow from 2021 to 2022?", "And 2023?"),
        ("Who signed the lease?", "What about 2023?"),
        ("What was the revenue in 2022?", "And what did it cost in 2023?"),
    ],
)
def test_what_cannot_take_a_place_is_led_by_the_question_before(before: str, question: str) -> None:
    history = [Message("user", before), Message("assistant", "So.")]
    assert followup.standalone(question, history) == f"{before} {question}"
