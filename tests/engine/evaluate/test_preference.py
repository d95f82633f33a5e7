import pytest

from engine.evaluate import preference
from engine.evaluate.outcome import Outcome, failed
from engine.evaluate.preference import tally, trials
from engine.evaluate.questions import Question
from engine.store.preferences import Preference


def outcome(number: int, mode: str, text: str) -> Outcome:
    question = Question(number, f"Which {number}?")
    return Outcome(question, mode, text, False, (), {}, "", 0.1, 0.1, 0.2, None, {})


def many(count: int) -> list[Outcome]:
    return [outcome(at, mode, f"{mode} {at}") for mode in ("rag", "both") for at in range(count)]


def test_sides_and_order_are_by_chance_and_come_again() -> None:
    found = trials(many(60), "rag", "both", seed="3")
    assert [each.key for each in found] == [
        each.key for each in trials(many(60), "rag", "both", seed="3")
    ]
    assert [each.question.id for each in found] != list(range(60))
    left = sum(each.left.mode == "rag" for each in found)
    assert 15 < left < 45
    assert [each.key for each in found] != [
        each.key for each in trials(many(60), "rag", "both", seed="4")
    ]


def test_answers_that_say_the_same_are_not_judged() -> None:
    outcomes = [
        outcome(1, "rag", "27  days"), outcome(1, "both", "27 Days"),
        outcome(2, "rag", "yes"), failed(Question(2, "Which 2?"), "both", "no"),
        outcome(3, "rag", "Größe"), outcome(3, "both", "Maß"),
        outcome(4, "rag", "alone"),
    ]  # fmt: skip
    assert [each.question.id for each in trials(outcomes, "rag", "both")] == [3]


def test_a_judgement_names_the_ways_whichever_side_they_stood_on() -> None:
    for trial in trials(many(8), "rag", "both"):
        assert trial.judged(trial.left).preferred == trial.left.mode
        assert (trial.judged(None).first, trial.judged(None).second) == ("both", "rag")
        assert trial.judged(None).preferred == ""


def test_a_tally_says_who_is_liked_and_how_sure_that_is() -> None:
    judged = [Preference(str(at), "both", "rag", "rag" if at < 18 else "both") for at in range(20)]
    judged += [Preference("x", "both", "rag", ""), Preference("y", "plain", "rag", "rag")]
    found = tally(judged, "rag", "both")
    assert (found.for_first, found.for_second, found.neither, found.n) == (18, 2, 1, 21)
    assert found.share == pytest.approx(0.1)
    assert found.p == pytest.approx(2 * (1 + 20 + 190) / 2**20)
    assert found.words == "18 of 20 choices were for “rag” (95 %: 70 to 97 %)."
    even = tally(judged[15:20], "both", "rag")
    assert "chance alone" in even.words
    assert tally([], "rag", "both").words == "Neither was liked better."


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # after Newcombe 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_intervals_as_published(hits: int, n: int, low: float, high: float) -> None:
    assert preference.wilson(hits, n) == pytest.approx((low, high), abs=1e-4)
