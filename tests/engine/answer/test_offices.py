"""Who holds an office: only a sentence that names somebody tells."""

import pytest

from engine.answer import extract, offices, spans
from engine.answer.reader import Reader
from tests.engine.answer.parts import Library

CEO = "Who is the CEO?"
CHIEF = "Who is the Chief Executive Officer?"
DUTY = "The Chief Executive Officer (CEO) will be responsible for the strategy of Kestrel Paper."


@pytest.mark.parametrize(
    ("question", "office"),
    [
        (CEO, "CEO"),
        ("Who's our managing director?", "managing director"),
        ("Who was the first mayor of Sandvik?", "first mayor"),
        ("Who is Corran's sales manager at the moment?", "sales manager"),
        ("Who is treasurer?", "treasurer"),
        ("Who is eligible to be director?", ""),
        ("Who reports to the director?", ""),
        ("Who is the guest with the directors?", ""),
        ("What does the director do?", ""),
        ("Who is Anna Berg?", ""),
    ],
)
def test_the_office_that_is_asked_about(question: str, office: str) -> None:
    assert offices.asked(question) == office


@pytest.mark.parametrize(
    ("question", "sentence", "named"),
    [
        (CHIEF, DUTY, False),
        (CEO, DUTY, False),
        (CHIEF, "Position: Chief Executive Officer", False),
        (CHIEF, "Reports To: Chief Executive Officer", False),
        (CHIEF, "Chief Operating Officer", False),
        (CHIEF, "The Chief Operating Officer is Ines Vold.", False),
        (CEO, "The Chief Executive Officer (CEO) is Ines Vold.", True),
        (CHIEF, "The CEO decides on all of Kestrel Paper’s executive bonuses.", False),
        (CHIEF, "Since May, Ines Vold has been our chief executive officer.", True),
        (CHIEF, "CEO: Ines Vold", True),
        (CEO, "Ines Vold, Chief Executive Officer", True),
        (CEO, "Ines Vold: Chief Executive Officer", True),
        (
            "Who is the mayor of Sandvik?",
            "The post of mayor is held by Ines Vold.",
            True,
        ),
        ("Who is the mayor of Sandvik?", "Ines Vold became the town's first mayor.", True),
        ("Who is the mayor of Sandvik?", "The mayor of Sandvik opens the fair.", False),
        ("Who is the mayor of Sandvik?", "Sandvik lies on the lake.", None),
        ("Who opens the fair?", "The mayor of Sandvik opens the fair.", None),
    ],
)
def test_whether_a_name_stands_by_the_office(
    question: str, sentence: str, named: bool | None
) -> None:
    assert offices.named(question, sentence) is named


def test_what_says_the_question_again_is_no_answer() -> None:
    library = Library({"/roles.md": DUTY})
    hits = library.hits()
    evidence = extract.best_sentences(CHIEF, hits)
    read = Reader().read(CHIEF, evidence, extract.rarity(hits))
    told = {each.text for each in read}
    assert told
    assert not {"CEO", "Chief Executive Officer", "Officer"} & told
    assert "CEO" in {
        each.text for each in Reader().read("What is short for it?", evidence, extract.rarity(hits))
    }
    assert offices.idle("When is it?", spans.tokens(DUTY)) == frozenset()
