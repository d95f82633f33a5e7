import pytest

from engine.answer import brief, extract
from tests.engine.answer.parts import Library

QUESTION = "How much holiday does an employee have?"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("27 days", "27 days"),
        ("27 DAYS of paid  holiday.", "27 days of paid holiday"),
        ("about 27 days of holiday", "Every employee has 27 days of paid holiday a year."),
        ("exactly 27 days of paid holiday", "27 days of paid holiday"),
        ("a year of rest", "Every employee has 27 days of paid holiday a year."),
        ("41 days", "Every employee has 27 days of paid holiday a year."),
    ],
)
def test_what_is_shown_stands_in_the_documents(written: str, shown: str) -> None:
    library = Library(meaning=0.9)
    hits = library.hits()
    evidence = extract.best_sentences(QUESTION, hits, top=4)
    draft = brief.draft(written, hits, evidence, library)
    assert draft.text == shown
    assert draft.citations[0].quote == "Every employee has 27 days of paid holiday a year."


def test_a_refusal_shows_nothing() -> None:
    library = Library()
    hits = library.hits()
    evidence = extract.best_sentences(QUESTION, hits, top=4)
    for written in ("Not found.", "not found", " "):
        assert brief.draft(written, hits, evidence, library).text == ""
