import pytest

from engine.retrieve import closeness
from engine.retrieve.closeness import Closeness

WEIGHT = {"harbour": 2.0, "office": 1.0, "open": 1.0}
QUESTION = ["harbour", "office", "open"]


def _close(*sentences: str) -> Closeness:
    words = " \n ".join(sentences).split(" ")
    return closeness.Asked([QUESTION], WEIGHT).closeness([], [each for each in words if each])


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
    asked = closeness.Asked([QUESTION], WEIGHT)
    found = asked.closeness(["harbour"], ["office", "\n", "open", "office"])
    assert found.sentence == 1.0
    assert found.neighbours == pytest.approx(1 / 2)


def test_nothing_in_common_is_nought() -> None:
    assert _close() == Closeness(0.0, 0.0)
    assert closeness.Asked([[]], {}).closeness([], ["harbour"]) == Closeness(0.0, 0.0)
    asked = closeness.Asked([["harbour"]], {"harbour": 2.0})
    assert asked.closeness([], ["harbour"]) == Closeness(1.0, 0.0)


def test_the_closest_wording_counts_and_words_have_several_forms() -> None:
    wordings = [["harbour", "office", "open"], ["open", "office"]]
    asked = closeness.Asked(
        wordings, WEIGHT, {"hafen": "harbour", "offic": "office", "open": "open"}
    )
    assert asked.closeness([], ["open", "the", "offic"]) == Closeness(1.0, 1.0)
    assert asked.closeness([], ["hafen", "\n", "offic"]).sentence == 0.5


def test_rare_words_weigh_more() -> None:
    weights = closeness.weights({"the": 100, "harbour": 3, "zebra": 0}, 100)
    assert weights["zebra"] > weights["harbour"] > weights["the"] > 0


def test_sentences_end_at_stops_and_lines() -> None:
    text = "It opens at nine. “Really?” Yes\nrow | 1\n\n今日は。明日は。"
    assert closeness.lines(text).split("\n") == [
        "It opens at nine",
        "“Really",
        "Yes",
        "row | 1",
        "今日は",
        "明日は",
        "",
    ]
