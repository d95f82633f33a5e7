from dataclasses import replace

from engine.answer import extract
from engine.answer.draft import Desk
from tests.engine.answer.parts import HANDBOOK, Library

QUESTION = "How many days of paid holiday does an employee have?"


def desk_and_evidence() -> tuple[Desk, list[extract.Evidence]]:
    library = Library()
    hits = library.hits()
    return Desk(hits, library), extract.best_sentences(QUESTION, hits)


def test_overlapping_and_equal_sentences_are_quoted_once() -> None:
    desk, (best, other, *_) = desk_and_evidence()
    wider = replace(best, start=0, sentence=HANDBOOK[: best.end])
    draft = desk.quoted([wider, best])
    assert len(draft.citations) == len(draft.sentences) == 1
    assert len(desk.quoted([best, other, best]).sentences) == 2


def test_a_short_answer_is_quoted_with_its_sentence() -> None:
    desk, (best, *_) = desk_and_evidence()
    start = HANDBOOK.index("27 days")
    draft = desk.read_out(best, start, start + len("27 days"))
    assert draft.text == "27 days"
    assert draft.citations[0].quote == "Every employee has 27 days of paid holiday a year."
    assert draft.quotation
    assert draft.supported_share == 1.0


def test_a_text_that_no_page_holds_is_not_cited() -> None:
    library = Library()
    hits = library.hits()
    moved = tuple(replace(hit, passage=replace(hit.passage, start=0)) for hit in hits)
    draft = Desk(moved, library).quoted(extract.best_sentences(QUESTION, hits)[:1])
    assert draft.citations == ()
    assert draft.text == ""
    assert draft.supported_share == 0.0
