import pytest

from engine.answer import extract, form, spans, text
from engine.answer.reader import Reader, Reading
from tests.engine.answer.parts import Library


def read(question: str) -> str:
    hits = Library().hits()
    evidence = extract.best_sentences(question, hits, top=6)
    readings = Reader().read(question, evidence, extract.rarity(hits))
    best = readings[0]
    passage = hits[evidence[best.evidence].hit].passage.text
    assert passage[best.start : best.end] == best.text
    assert sum(reading.probability for reading in readings) == pytest.approx(1.0)
    return best.text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many days of paid holiday does every employee have?", "27"),
        ("Who must approve trips over 400 EUR?", "Marta Lindqvist"),
        ("When do unused days lapse?", "31 March"),
        ("How many hours a week do full-time staff work?", "38.5"),
    ],
)
def test_short_answers_are_read_from_the_right_sentence(question: str, answer: str) -> None:
    assert answer in read(question)


def test_a_label_before_a_colon_is_no_answer() -> None:
    hits = Library({"/r.md": "Objective: the chief engineer leads the works in Halden."}).hits()
    evidence = extract.best_sentences("Who is the chief engineer?", hits, top=6)
    readings = Reader().read("Who is the chief engineer?", evidence, extract.rarity(hits))
    assert readings
    assert "Objective" not in {each.text for each in readings}


@pytest.mark.parametrize("day", ["3 May", "May 3", "3 May 2024", "3 June"])
def test_a_day_in_may_is_a_date_like_any_other(day: str) -> None:
    question = "When does the office close?"
    hits = Library({"/d.md": f"The office closes on {day}."}).hits()
    evidence = extract.best_sentences(question, hits, top=6)
    readings = Reader().read(question, evidence, extract.rarity(hits))
    assert day in {each.text for each in readings}
    assert not {"May", "3"} & {each.text for each in readings}


def test_nothing_is_read_from_nothing() -> None:
    assert Reader().read("Who?", [], extract.rarity([])) == []


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("1931", "year"),
        ("4 July 1999", "date"),
        ("07:40", "date"),
        ("31.12.2025", "date"),
        ("$3.50", "money"),
        ("400 EUR", "money"),
        ("5 percent", "percent"),
        ("seven", "number"),
        ("14 days", "number and unit"),
        ("Graz", "name"),
        ("Marta Lindqvist", "names"),
        ("Duke of York", "names"),
        ("second class", "words"),
        ("the 3rd century", "year in words"),
    ],
)
def test_words_look_like_what_they_are(words: str, kind: str) -> None:
    assert spans.kind(spans.tokens(words)) == kind


def test_numbers_stay_whole_and_leave_the_full_stop() -> None:
    words = [token.text for token in spans.tokens("At 07:40 on 1/2/2024 it cost 1,500.75 in 2007.")]
    assert words == ["At", "07:40", "on", "1/2/2024", "it", "cost", "1,500.75", "in", "2007", "."]


@pytest.mark.parametrize(
    ("passage", "end", "answer"),
    [
        ("paid with 30 per cent more", 12, "30 per cent"),
        ("has 27 days of holiday", 6, "27 days"),
        ("about 14 mm thick", 8, "14 mm"),
        ("in 1931 the bridge", 7, "1931"),
        ("Graz metres", 4, "Graz"),
        ("27", 2, "27"),
    ],
)
def test_a_number_takes_its_unit_along(passage: str, end: int, answer: str) -> None:
    assert passage[: spans.with_unit(passage, end)].endswith(answer)


def test_candidates_neither_begin_nor_end_with_function_words() -> None:
    words = spans.tokens("The office in Graz opens at 7 a.m. (on weekdays).")
    texts = {
        " ".join(token.text for token in words[first : last + 1])
        for first, last in spans.candidates(words)
    }
    assert "office in Graz" in texts
    assert not any(text.split()[0].lower() in ("the", "in", "at", "on") for text in texts)
    assert not any("(" in text for text in texts)


def test_features_need_no_known_question_form() -> None:
    words = spans.tokens("Receipts are handed in within 14 days.")
    found = spans.features(form.read("Receipts?"), words, {"receipt"}, lambda _: 1.0, 5, 6)
    assert ("number and unit", 1.0) in found


def test_no_answer_begins_with_half_of_at_least() -> None:
    words = spans.tokens("Lines are at least 14 mm thick.")
    starts = {words[first].text for first, _ in spans.candidates(words)}
    assert "14" in starts
    assert "least" not in starts


def test_a_piece_of_a_date_is_no_answer_of_its_own() -> None:
    words = spans.tokens("Keep 150 metres away between 1 April and July 15, when they breed.")
    found = {
        " ".join(token.text for token in words[first : last + 1])
        for first, last in spans.candidates(words)
    }
    assert {"150 metres", "150", "1 April", "July 15"} <= found
    assert not {"1", "15"} & found


def test_a_number_that_counts_other_things_is_no_amount() -> None:
    words = spans.tokens("The quote for two more points is 8,460, or two million with half of it.")
    found = {
        " ".join(token.text for token in words[first : last + 1])
        for first, last in spans.candidates(words)
        if not spans.counts(words, first, last)
    }
    assert {"8,460", "two million"} <= found
    assert not {"two more", "two more points"} & found


def test_in_the_likeliest_sentence_the_kind_that_is_asked_for_counts() -> None:
    readings = [
        Reading("the firm", 0, 0, 8, 2.0, 0.5),
        Reading("1 May", 1, 9, 14, 1.5, 0.3),
        Reading("31 March 2029", 0, 20, 33, 1.0, 0.2),
    ]
    best = Reader().best
    assert best("When does the agreement end?", readings) == readings[2]
    assert best("What ends?", readings) == readings[0]
    assert best("When does it end?", readings[:1]) == readings[0]
    assert best("When does it end?", []) is None


def test_numbers_in_a_list_belong_to_their_own_clause() -> None:
    words = spans.tokens("Lost oars cost 48.00, a lost life jacket 85.00, a lost key 120.00.")
    asked = set(text.content("lost life jacket cost"))
    at = [number for number, token in enumerate(words) if token.text[0].isdigit()]
    shape = form.read("What does a lost life jacket cost?")
    in_clause = [
        dict(spans.features(shape, words, asked, lambda _: 1.0, place, place))["number in clause"]
        for place in at
    ]
    assert in_clause == [0.5, 0.75, 0.25]
