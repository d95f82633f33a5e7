import pytest

from engine.retrieve import closeness
from engine.retrieve.closeness import Closeness

WEIGHT = {"harbour": 2.0, "office": 1.0, "open": 1.0}
QUESTION = ["harbour", "office", "open"]


def _close(*sentences: str) -> Closeness:
    return closeness.closeness(QUESTION, WEIGHT, [], [sentence.split() for sentence in sentences])


def test_words_in_one_sentence_count_more_than_scattered_ones() -> None:
    together = _close("the harbour office is open", "at nine")
    scattered = _close("the harbour is deep", "an office " + "x " * 20, "open sea")
    assert together.sentence == 1.0
    assert scattered.sentence == 0.5
    assert together.neighbours > scattered.neighbours


def test_neighbours_count_by_their_distance() -> None:
    assert _close("harbour office open").neighbours == 1.0
    assert _close("harbour x x x office open").neighbours == 0.75
    assert _close("harbour " + "x " * 30 + "office open").neighbours == 0.5
    assert _close("office").neighbours == 0.0


def test_title_and_heading_stand_over_every_sentence() -> None:
    found = closeness.closeness(QUESTION, WEIGHT, ["harbour"], [["office"], ["open", "office"]])
    assert found.sentence == 1.0
    assert found.neighbours == pytest.approx(1 / 2)


def test_nothing_in_common_is_nought() -> None:
    assert _close() == Closeness(0.0, 0.0)
    assert closeness.closeness([], {}, [], [["harbour"]]) == Closeness(0.0, 0.0)
    assert closeness.closeness(["harbour"], {"harbour": 2.0}, [], [["harbour"]]) == Closeness(
        1.0, 0.0
    )


def test_rare_words_weigh_more() -> None:
    weights = closeness.weights({"the": 100, "harbour": 3, "zebra": 0}, 100)
    assert weights["zebra"] > weights["harbour"] > weights["the"] > 0


def test_sentences_end_at_stops_and_lines() -> None:
    text = "It opens at nine. “Really?” Yes\nrow | 1\n\n今日は。明日は。"
    assert closeness.sentences(text) == [
        "It opens at nine.",
        "“Really?",
        "Yes",
        "row | 1",
        "今日は。",
        "明日は。",
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "  "])
def test_no_text_has_no_sentences(text: str) -> None:
    assert closeness.sentences(text) == []
