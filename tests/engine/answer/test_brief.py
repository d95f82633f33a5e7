import pytest

from engine.answer import brief, extract
from tests.engine.answer.parts import Library

QUESTION = "How much holiday does an employee have?"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("27 days", "27 days"),
        ("27 DAYS of paid  holiday.", "27 days of paid holiday"),
        ("about 27 days of holiday", None),
        ("exactly 27 days of paid holiday", "27 days of paid holiday"),
        ("a year of rest", None),
        ("41 days", None),
    ],
)
def test_what_is_written_is_found_in_the_documents(written: str, shown: str | None) -> None:
    hits = Library(meaning=0.9).hits()
    evidence = extract.best_sentences(QUESTION, hits, top=4)
    place = brief.place(written, hits, evidence)
    if shown is None:
        assert place is None
        return
    assert place is not None
    item, start, end = place
    assert " ".join(hits[item.hit].passage.text[start:end].split()) == shown
    assert item.sentence == "Every employee has 27 days of paid holiday a year."


def test_a_refusal_is_told_from_an_answer() -> None:
    assert all(brief.refuses(written) for written in ("Not found.", "not found", " "))
    assert not brief.refuses("27 days")
