"""Facts that are changed in the text of a document."""

import pytest

from engine.evaluate import freshness
from engine.evaluate.freshness import Change
from engine.evaluate.questions import Question
from engine.types import Page


@pytest.mark.parametrize(
    "fact", ["07:40", "27 days", "1994", "12 May 2020", "1,500", "3", "0", "99"]
)
def test_another_fact_of_the_same_form(fact: str) -> None:
    new = freshness.changed(fact)
    assert new != fact
    assert len(new) == len(fact)
    assert freshness.changed(fact) == new


@pytest.mark.parametrize("number", [*range(10, 130), 150, 900, 950, 999, 9000, 9900])
def test_a_number_is_not_written_with_a_zero_before_it(number: int) -> None:
    new = freshness.changed(f"{number} days").removesuffix(" days")
    assert new[0] != "0"
    assert new != str(number)
    assert len(new) == len(str(number))


def test_hours_and_years_stay_what_they_are() -> None:
    hours, minutes = map(int, freshness.changed("07:40").split(":"))
    assert hours < 24
    assert minutes < 60
    assert freshness.changed("1994").startswith("19")


def test_a_fact_is_changed_where_it_stands_by_itself() -> None:
    made = [
        Change(Question(1, "When?"), "a.md", "07:40", "11:10"),
        Change(Question(2, "How many?"), "a.md", "27", "36"),
    ]
    text = "At 07:40. Not 107:40, 07:40:12 or 27.5, but 27 and 27."
    assert freshness.edited(text, made) == "At 11:10. Not 107:40, 07:40:12 or 27.5, but 36 and 36."
    assert freshness.edited(text, []) == text


def test_only_numbers_that_a_document_holds_are_changed() -> None:
    pages = {"/d/a.md": [Page(1, "It leaves at 07:40 from pier four.")]}
    questions = [
        Question(1, "When?", ("07:40",), documents=("a.md",)),
        Question(2, "When then?", ("07:40",), documents=("a.md",)),
        Question(3, "Where?", ("pier four",), documents=("a.md",)),
        Question(4, "Who?", ("12",), documents=("a.md",)),
        Question(5, "What?", unanswerable=True, documents=("a.md",)),
    ]
    found = freshness.changes(questions, [], list(pages), lambda path: pages[path], 9)
    [change] = found
    assert (change.path, change.old) == ("/d/a.md", "07:40")
    assert change.asked.answers == (change.new,)
    assert freshness.changes(questions, [], list(pages), lambda path: pages[path], 0) == []
    assert freshness.followed(change, "rag", f"At {change.new}.").follows
    assert freshness.followed(change, "plain", "At 07:40.").stale
    neither = freshness.followed(change, "plain", "")
    assert (neither.follows, neither.stale) == (False, False)
