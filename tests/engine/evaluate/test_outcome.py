import json

import pytest

from engine.evaluate import outcome
from engine.evaluate.questions import Question
from engine.model_types import Usage
from engine.types import Answer, Citation, Hit, Passage, Sentence, Timings

WHERE = "/home/a/Staff handbook.pdf"


def answer(text: str, *citations: Citation, abstained: bool = False) -> Answer:
    sentences = (Sentence(text, tuple(range(1, len(citations) + 1)), bool(citations)),)
    return Answer(
        "q", text, abstained, sentences, citations, Timings(0.1, 0.2, 0.3), Usage(), mode="rag"
    )


def hit(rank: int, path: str, page: int) -> Hit:
    return Hit(rank, Passage(rank, 1, path, "t", page, 0, 4, "", "text"), 1 / rank, 0.5, 0.5)


def test_a_right_answer_with_its_page() -> None:
    question = Question(1, "How long?", ("27 days",), documents=("Staff handbook.pdf",), page=3)
    found = outcome.judged(
        question,
        answer("27 days", Citation(WHERE, 3, 0, 7, "carries 27 days")),
        [hit(1, WHERE, 2), hit(2, WHERE, 3)],
        "rag",
    )
    assert found.fault == ""
    assert found.scores["em"] == found.scores["numeric"] == 1
    assert found.scores["hit@1"] == 0  # the right document, another page
    assert found.scores["hit@5"] == found.scores["recall@5"] == 1
    assert found.scores["mrr@10"] == 0.5
    assert found.scores["citation_precision"] == found.scores["citation_recall"] == 1
    assert found.scores["wrongly_refused"] == 0
    assert outcome.from_row(json.loads(json.dumps(found.as_row()))) == found


def test_citations_are_judged_one_by_one() -> None:
    question = Question(1, "Who?", ("Ada",), documents=("a.txt", "b.txt"))
    cited = Citation("/x/a.txt", 1, 0, 3, "Bob"), Citation("/x/c.txt", 1, 0, 3, "Eve")
    found = outcome.judged(question, answer("Ada", *cited), [], "rag")
    assert found.scores["citation_precision"] == 0.5
    assert found.scores["citation_recall"] == 0.5


@pytest.mark.parametrize(
    ("unanswerable", "abstained", "scores", "fault"),
    [
        (True, True, {"rightly_refused": 1, "em": 1}, ""),
        (
            True,
            False,
            {"rightly_refused": 0, "em": 0},
            "Answered, though the documents do not say it.",
        ),
        (False, True, {"wrongly_refused": 1, "em": 0, "f1": 0}, "Refused, though it is there."),
        (False, False, {"answered": 1, "em": 0}, "Not what was expected."),
    ],
)
def test_refusals_count_both_ways(
    unanswerable: bool, abstained: bool, scores: dict[str, float], fault: str
) -> None:
    question = Question(1, "Who?", () if unanswerable else ("Ada",), unanswerable)
    found = outcome.judged(question, answer("Eve", abstained=abstained), [], "rag")
    assert {name: found.scores[name] for name in scores} == scores
    assert found.fault == fault


def test_a_question_without_expectations_has_only_what_can_be_known() -> None:
    found = outcome.judged(Question(1, "Who?"), answer("Ada"), [], "rag")
    assert found.scores == {
        "answered": 1, "wrongly_refused": 0, "supported": 0, "words": 1, "citations_each": 0,
        "verified": 0,
    }  # fmt: skip
    plain = outcome.judged(Question(1, "Who?"), answer("Ada"), [], "plain")
    assert "hit@1" not in plain.scores


@pytest.mark.parametrize(
    ("path", "wanted", "same"),
    [
        (WHERE, "Staff handbook.pdf", True),
        (WHERE, WHERE, True),
        (WHERE, "a/Staff handbook.pdf", True),
        (WHERE, "handbook.pdf", False),
        (WHERE, "", False),
    ],
)
def test_documents_are_known_by_their_last_parts(path: str, wanted: str, same: bool) -> None:
    assert outcome.is_document(path, wanted) is same


@pytest.mark.parametrize(
    ("said", "expected", "right"),
    [
        ("Isolde Tolvey", "Maren Tolvey", 0),  # half of the words, and another person
        ("11 knots", "18 knots", 0),
        ("27 working days", "27 days", 1),
        ("27 working days off in a year", "29 working days off in a year", 0),
        ("Maren Tolvey of Hollin", "Maren Tolvey", 1),
        ("in the year 1987", "1987", 1),
    ],
)
def test_what_is_right_shares_more_than_half_and_every_number(
    said: str, expected: str, right: float
) -> None:
    found = outcome.judged(Question(1, "Who or how much?", (expected,)), answer(said), [], "rag")
    assert found.scores["right"] == right


def test_what_was_kept_is_judged_by_the_rule_of_now() -> None:
    question = Question(1, "At what wind?", ("18 knots",))
    row = outcome.judged(question, answer("11 knots"), [], "rag").as_row()
    row["scores"]["right"], row["fault"] = 1.0, ""
    found = outcome.from_row(json.loads(json.dumps(row)))
    assert found.scores["right"] == 0
    assert found.fault == "Not what was expected."
