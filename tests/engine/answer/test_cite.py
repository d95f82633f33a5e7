import pytest

from engine.answer import cite
from tests.engine.answer.parts import HANDBOOK, TRAVEL

PASSAGES = [HANDBOOK, TRAVEL]


def quote(sentence: str, **context: str) -> str | None:
    support = cite.align(sentence, PASSAGES, **context)
    return PASSAGES[support.passage][support.start : support.end] if support else None


def test_a_literal_sentence_is_quoted_whole() -> None:
    assert quote("part-time  staff have HOLIDAY") == (
        "Part-time staff have holiday in proportion to their hours."
    )


def test_a_short_answer_is_quoted_with_its_sentence() -> None:
    assert quote("27 days") == "Every employee has 27 days of paid holiday a year."


def test_a_reworded_sentence_is_aligned_by_its_words() -> None:
    assert quote("Each employee gets 27 paid holidays a year.") == (
        "Every employee has 27 days of paid holiday a year."
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Every employee has 28 days of paid holiday a year.",
        "Every employee has no 27 days of paid holiday a year.",
        "Unused days lapse on 31 May of the following year.",
        "Trips over 400 EUR need the approval of Peter Lindqvist.",
        "The moon is made of cheese.",
        "",
    ],
)
def test_a_wrong_number_name_date_or_denial_has_no_support(sentence: str) -> None:
    assert quote(sentence) is None


def test_names_may_come_from_title_and_headings() -> None:
    sentence = "At Contoso train tickets are booked in second class."
    assert cite.align(sentence, [TRAVEL]) is None
    assert cite.align(sentence, [TRAVEL], contexts=["Contoso travel rules"]) is not None


def test_the_question_chooses_between_equal_places() -> None:
    passages = ["The bridge opened in 1931. The tunnel closed in 1931."]
    support = cite.align("1931", passages, about="When did the tunnel close?")
    assert support is not None
    assert passages[0][support.start : support.end] == "The tunnel closed in 1931."


@pytest.mark.parametrize(
    ("needle", "source", "found"),
    [
        ("final co-pay", "The ﬁnal copay is due.", "ﬁnal copay"),
        ("“long-term” care", 'With "long-\nterm" care', '"long-\nterm" care'),
        ("cafe", "The Café opens", "Café"),
        ("12", "Room 3125 or 12.", "12"),
        ("上海", "他住在上海。", "上海"),
    ],
)
def test_literal_matches_survive_how_pages_are_set(needle: str, source: str, found: str) -> None:
    spans = cite.find_all(needle, source)
    assert found.strip('"') in [source[start:end].strip('"') for start, end in spans]


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("It opens at 7 [1].", "It opens at 7."),
        ("It opens [1, 2] at 7 [3][4].", "It opens at 7."),
        ("The answer is: 27 days", "27 days"),
        ("Answer: 27 days", "27 days"),
        ("Answers differ.", "Answers differ."),
    ],
)
def test_marks_of_the_model_are_only_hints(written: str, clean: str) -> None:
    assert cite.without_marks(written) == clean
