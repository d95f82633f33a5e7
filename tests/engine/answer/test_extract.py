from dataclasses import replace

from engine.answer import extract
from engine.model_types import Scores, Usage
from engine.progress import CancelToken
from tests.engine.answer.parts import Library
from tests.fakes import HashingEmbedder, ScriptedChatModel

QUESTION = "How many days of paid holiday does an employee have?"


def test_the_sentence_that_meets_the_question_comes_first() -> None:
    hits = Library().hits()
    evidence = extract.best_sentences(QUESTION, hits)
    assert evidence[0].sentence == "Every employee has 27 days of paid holiday a year."
    for item in evidence:
        assert hits[item.hit].passage.text[item.start : item.end] == item.sentence
        assert 0 <= item.overlap <= 1


def test_headings_and_questions_make_no_evidence() -> None:
    texts = {
        "/a.md": "Paid holiday\nHow many days of paid holiday are there?\n"
        "There are 27 days for all."
    }
    evidence = extract.best_sentences(QUESTION, Library(texts).hits())
    assert evidence[0].sentence == "There are 27 days for all."


def test_a_line_that_repeats_its_headings_stands_behind_what_is_below() -> None:
    text = (
        "Halden Works chief harbour engineer\n\n"
        "The chief harbour engineer is responsible for the cranes."
    )
    (hit,) = Library({"/roles.md": text}).hits()
    heading = "Roles at Halden Works › Chief harbour engineer"
    hits = [replace(hit, passage=replace(hit.passage, heading=heading))]
    evidence = extract.best_sentences("What does the chief harbour engineer do?", hits)
    assert evidence[0].sentence == "The chief harbour engineer is responsible for the cranes."


def test_the_model_weighs_and_the_order_by_words_stays() -> None:
    class Prefers27(ScriptedChatModel):
        def score(self, messages, continuations):  # type: ignore[no-untyped-def]
            liked = "27 days" in messages[-1].content
            return Scores(tuple(-1.0 if liked else -9.0 for _ in continuations), Usage(100, 0, 40))

    hits = Library().hits()
    evidence = extract.best_sentences("Which staff rules are there?", hits)
    weighed, usage = extract.weighed("Which staff rules are there?", hits, evidence, Prefers27())
    assert [item.sentence for item in weighed] == [item.sentence for item in evidence]
    assert "27 days" in extract.judged(weighed)[0].sentence
    assert usage == Usage(100 * len(evidence), 0, 40 * len(evidence))


def test_weighing_that_is_stopped_leaves_the_evidence_as_it_was() -> None:
    hits = Library().hits()
    evidence = extract.best_sentences(QUESTION, hits)
    cancel = CancelToken()
    cancel.cancel()
    left = extract.weighed(QUESTION, hits, evidence, ScriptedChatModel(), cancel)
    assert left == (evidence, Usage())


def test_a_very_long_question_is_not_weighed() -> None:
    hits = Library().hits()
    evidence = extract.best_sentences(QUESTION * 30, hits)
    same = extract.weighed(QUESTION * 30, hits, evidence, ScriptedChatModel())
    assert same == (evidence, Usage())


def test_no_hits_no_evidence() -> None:
    assert extract.best_sentences(QUESTION, []) == []


def test_a_sentence_that_announces_a_list_brings_it_along() -> None:
    passage = "The plan covers:\n- hearing tests\n- hearing aids\nAsk for more."
    (first, *_) = extract.best_sentences(
        "What does the plan cover?", Library({"/a.md": passage}).hits()
    )
    assert first.sentence == "The plan covers:"
    whole = extract.with_list(first, passage)
    assert whole.sentence == passage[whole.start : whole.end] == passage
    other = replace(first, sentence="Ask for more.")
    assert extract.with_list(other, passage) == other


def test_a_made_up_case_stands_behind_the_rule() -> None:
    rule = "The deductible for the Standard plan is 2,000 per person."
    case = "For example, if the Standard plan has a 500 deductible, only that is paid."
    hits = Library({"/a.md": f"{case}\n{rule}"}).hits()
    evidence = extract.best_sentences("What is the deductible of the Standard plan?", hits)
    assert evidence[0].sentence == rule
    assert evidence[1].sentence == case


def test_a_short_sentence_about_it_is_weighed_behind_the_one_before() -> None:
    passage = "The harbour office takes bookings. Rasmus Ekholt leads it."
    hits = Library({"/a.md": passage}).hits()
    evidence = extract.best_sentences("Who leads the harbour office?", hits)
    leads = next(item for item in evidence if "Rasmus" in item.sentence)
    assert extract.in_context(leads, hits) == passage
    other = next(item for item in evidence if "bookings" in item.sentence)
    assert extract.in_context(other, hits) == other.sentence


def test_sentences_are_compared_in_meaning_under_their_title() -> None:
    hits = Library().hits()
    evidence = extract.best_sentences(QUESTION, hits)
    compared = extract.compared(QUESTION, hits, evidence, HashingEmbedder())
    assert [item.sentence for item in compared] == [item.sentence for item in evidence]
    assert all(item.nearness is not None and -1 <= item.nearness <= 1.001 for item in compared)
    assert extract.compared(QUESTION, hits, [], HashingEmbedder()) == []


def test_a_sentence_without_a_date_stands_behind_one_with_it() -> None:
    texts = {"/a.md": "The mail boat was loud. In 1931 the mail boat left."}
    hits = Library(texts).hits()
    evidence = extract.best_sentences("When was the mail boat there?", hits)
    assert evidence[0].sentence == "In 1931 the mail boat left."
