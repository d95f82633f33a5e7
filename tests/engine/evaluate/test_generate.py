"""Questions made of sentences, by eye."""

import pytest

from engine.answer import text
from engine.evaluate import generate
from engine.evaluate.generate import ELSEWHERE, Made
from engine.types import Passage


def passage(words: str, number: int = 1) -> Passage:
    return Passage(number, 1, f"/a/{number}.txt", "Yard", 1, 0, len(words), "", words)


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "Maren Tolvey founded the yard at Hollin Quay with two apprentices in 1987.",
            "Who or what founded the yard at Hollin Quay with two apprentices in 1987?",
            "Maren Tolvey",
        ),
        (
            "Maren Tolvey founded the yard at Hollin Quay with two apprentices in 1987.",
            "Maren Tolvey founded the yard at Hollin Quay with two apprentices when?",
            "1987",
        ),
        (
            "The fuel store beside the jetty may hold 400 litres of diesel at most.",
            "The fuel store beside the jetty may hold how many litres of diesel at most?",
            "400",
        ),
    ],
)
def test_parts_give_way_to_question_words(sentence: str, question: str, answer: str) -> None:
    found = {each.answer: each.question for each in generate.of_sentence(sentence, passage("x"))}
    assert found[answer] == question


@pytest.mark.parametrize(
    "sentence",
    [
        "He founded the yard at Hollin Quay with two apprentices in 1987.",
        "Founded in 1987.",
        "| Year | 1987 | founded by Maren Tolvey with two apprentices of hers.",
        "the yard at Hollin Quay was founded by Maren Tolvey in 1987.",
        "Was the yard at Hollin Quay founded by Maren Tolvey in 1987?",
    ],
)
def test_what_leans_on_others_or_is_no_sentence_is_left(sentence: str) -> None:
    assert generate.of_sentence(sentence, passage(sentence)) == []


def test_the_same_library_gives_the_same_questions() -> None:
    passages = [
        passage(f"The yard at Hollin Quay built {n} boats for the harbour of Odell.", n)
        for n in range(11, 31)
    ]
    first = list(generate.made(passages))
    assert [each.question for each in first] == [each.question for each in generate.made(passages)]
    assert len({each.passage.id for each in first}) == len(first) == 20


def test_swapped_questions_ask_for_what_their_passage_does_not_say() -> None:
    items = [
        Made(f"The yard in {place} was founded when?", "1987", "", passage(f"In {place} in 1987."))
        for place in ("Odell", "Tarrow", "Venn")
    ]
    for item, other in zip(items, generate.swapped(items), strict=True):
        assert other.question != item.question
        changed = set(text.words(other.question)) - set(text.words(item.question))
        assert changed
        assert not changed & set(text.words(item.passage.text))


def test_questions_about_something_else_are_questions() -> None:
    assert len(set(ELSEWHERE)) == len(ELSEWHERE)
    assert all(question.endswith("?") for question in ELSEWHERE)
