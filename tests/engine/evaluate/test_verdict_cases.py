"""Verdicts on whole results made by hand: true to their numbers, short and plain."""

import re
from collections.abc import Sequence

import pytest

from engine.evaluate import considered, findings, verdict
from engine.evaluate.columns import Column, of_modes
from engine.evaluate.considered import Cost
from engine.evaluate.freshness import Followed
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import Question

FOUR = ("plain", "rag", "tuned", "both")
JARGON = re.compile(r"\b(p-value|p [0-9.]+|bootstrap|McNemar|F1|EM|RAG|token|median|significant)\b")


def right(count: int, of: int = 30) -> list[float]:
    return [1.0] * count + [0.0] * (of - count)


def way(
    name: str,
    rights: Sequence[float],
    *,
    seconds: float = 1.0,
    words: float = 10,
    verified: float | None = None,
    refused: Sequence[float] = (),
    form: float | None = None,
    exact: float | None = None,
    unanswerable: int = 0,
    answered: int = 0,
    failed: int = 0,
) -> list[Outcome]:
    """Answers of one way: the last ones have no answer, so many of which were ``answered``."""
    made = []
    for at, value in enumerate(rights):
        scores = {"right": value, "words": words + at % 3}
        if verified is not None:
            scores["verified"] = verified
        if refused:
            scores["wrongly_refused"] = refused[at]
        if form is not None:
            scores["format"] = 1.0 if at < form * len(rights) else 0.0
        if exact is not None:
            scores["em"] = 1.0 if at < exact * len(rights) else 0.0
        made.append(
            Outcome(Question(at, f"Question {at}?", ("x",)), name, "x", False, (), scores, "", 0.1,
                    0.2, seconds + at % 2 / 50, None, {})
        )  # fmt: skip
    for at in range(unanswerable):
        good = float(at >= answered)
        made.append(
            Outcome(Question(f"u{at}", f"None {at}?", unanswerable=True), name, "", bool(good), (),
                    {"right": good, "rightly_refused": good}, "", 0.1, 0.2, seconds, None, {})
        )  # fmt: skip
    return [
        each if at >= failed else
        Outcome(each.question, name, "", False, (), {}, "No", 0, 0, 0, None, {}, "No")
        for at, each in enumerate(made)
    ]  # fmt: skip


def said(
    *ways: list[Outcome],
    columns: Sequence[Column] = (),
    costs: dict[str, Cost] | None = None,
    fresh: Sequence[Followed] = (),
) -> str:
    names = [each[0].mode for each in ways]
    columns = columns or of_modes([each for each in FOUR if each in names])
    outcomes = [one for each in ways for one in each]
    summed = considered.considered([each.name for each in columns], outcomes, costs or {}, fresh)
    found = verdict.reasons(findings.findings(columns, outcomes, summed, fresh))
    text = verdict.paragraph(found)
    assert len(text) < 900
    assert len({each.rule for each in found}) == len(found)
    assert not JARGON.search(text)
    assert "!" not in text
    assert "  " not in text
    for sentence in re.split(r"(?<=[.])\s", text):
        assert len(sentence.split()) <= 34
        assert sentence[0].isupper() or sentence[0] == "“"
        assert sentence.endswith(".")
    return text


def followed(column: str, follows: int, count: int = 20) -> list[Followed]:
    return [
        Followed(column, f"q{at}", "1", "2", "2" if at < follows else "1", at < follows,
                 at >= follows)
        for at in range(count)
    ]  # fmt: skip


def test_retrieval_alone_helps() -> None:
    text = said(way("plain", right(2)), way("rag", right(24)), way("tuned", right(2)),
                way("both", right(24)))  # fmt: skip
    assert text.startswith("Use retrieval. Retrieval adds 73 ± ")
    assert "Tuning makes no difference to correctness that can be told from chance (0 ± 9 p" in text
    assert "Don't tune for it." in text


def test_tuning_alone_helps() -> None:
    text = said(way("plain", right(2)), way("rag", right(2)), way("tuned", right(25)),
                way("both", right(25)))  # fmt: skip
    assert text.startswith("Use tuning.")
    assert "Retrieval makes no difference" in text
    assert "Tuning adds 77 ± " in text
    assert "Don't tune" not in text


def test_both_help_and_add_up() -> None:
    text = said(way("plain", right(2, 60)), way("rag", right(25, 60)), way("tuned", right(20, 60)),
                way("both", right(50, 60), seconds=1.5))  # fmt: skip
    assert text.startswith("Use retrieval and tuning together.")
    assert "Retrieval adds 38 ± " in text
    assert "Tuning adds 42 ± " in text
    assert "Both together costs 0.5 s more for an answer than retrieval." in text


def test_nothing_helps() -> None:
    text = said(*(way(name, right(1)) for name in FOUR))
    assert text.startswith(
        "No way answers these questions well: the best is right on 3 %. "
        "All ways are right equally often; the model alone takes least."
    )
    assert "Use " not in text


def test_no_difference_is_said_with_its_interval() -> None:
    text = said(way("plain", right(60, 100)), way("rag", right(63, 100)))
    assert text.startswith(
        "There is no difference in correctness that chance would not make too; "
        "the model alone takes least."
    )
    assert re.search(r"Retrieval makes no difference .* \(\+3 ± \d points\)", text)


def test_ties_are_ties() -> None:
    text = said(way("plain", right(30)), way("rag", right(30)))
    assert text.startswith("Both ways are right equally often, on 100 %;")
    assert "(0 ± 9 points)" in text


def test_two_models_that_tie_are_not_said_to_take_less_than_they_do() -> None:
    columns = [Column("large", model="L"), Column("small", model="S")]
    ways = way("large", right(20)), way("small", right(20))
    assert "either will do" in said(*ways, columns=columns)
    costs = {"large": Cost(model_bytes=7_000_000_000), "small": Cost(model_bytes=100_000_000)}
    assert "“small” takes least" in said(*ways, columns=columns, costs=costs)
    mixed = [Column("large", "plain", model="L"), Column("small", "rag", model="S")]
    assert "either will do" in said(*ways, columns=mixed, costs=costs)


def test_another_column_that_only_seems_better_is_not_called_equal() -> None:
    columns = [Column("cold", model="S"), Column("warm", model="S")]
    text = said(way("cold", right(1, 4)), way("warm", right(3, 4)), columns=columns)
    assert "“warm” seems 50 ± 50 points better than “cold”, but chance alone could do that" in text


def test_better_but_much_slower() -> None:
    text = said(way("plain", right(5)), way("rag", right(25), seconds=6.0))
    assert text.startswith("Use retrieval.")
    assert (
        "Retrieval takes 6 times as long as the model alone: 6.0 s for an answer instead of 1.0 s."
        in text
    )


def test_seconds_that_chance_could_make_are_not_told_as_certain() -> None:
    one_slow = [*way("both", right(3, 4))[:3], *way("both", right(4, 4), seconds=90)[3:]]
    assert "about as long as" in said(way("plain", right(1, 4)), one_slow)
    few = said(way("plain", right(1, 4)), way("both", right(1, 4), seconds=3.0))
    assert "Both together seems to take 2.0 s more for an answer than the model alone." in few


def test_better_but_not_traceable() -> None:
    text = said(way("rag", right(5), verified=0.95), way("tuned", right(28), verified=0.0))
    assert text.startswith(
        "Use tuning. Only 0 % of the sentences of tuning rest on a checked quote, "
        "of retrieval 95 %."
    )
    assert "Tuning adds 77 ± " in text
    assert "over retrieval" in text


def test_refuses_too_much() -> None:
    text = said(
        way("plain", right(2), refused=[0.0] * 30),
        way("rag", right(16), refused=[0.0] * 16 + [1.0] * 14),
    )
    assert text.startswith("Use retrieval. Retrieval adds 47 ± ")
    assert "Retrieval refuses 47 % of the questions that have an answer." in text


def test_answers_what_has_no_answer() -> None:
    text = said(
        way("plain", right(2), unanswerable=10, answered=10),
        way("rag", right(20), unanswerable=10, answered=8),
    )
    assert "Retrieval answers 80 % of the questions that have no answer." in text


def test_too_few_questions_to_say() -> None:
    text = said(way("plain", right(0, 4)), way("rag", right(4, 4)), way("tuned", right(2, 4)))
    assert text.startswith(
        "These questions are too few to tell the ways apart; retrieval was ahead."
    )
    level = said(way("plain", right(0, 4)), way("rag", right(4, 4)), way("both", right(4, 4)))
    assert "; retrieval and retrieval and tuning together were ahead." not in level
    assert "Use " not in text
    assert "Don't tune" not in text + level
    assert "100 ± 0" not in text
    assert text.endswith("Ask twenty questions or more.")


def test_one_question_says_nothing_for_certain() -> None:
    text = said(way("plain", right(0, 1)), way("rag", right(1, 1)))
    assert text.startswith("These questions are too few to tell the ways apart")
    assert "± 0 " not in text


def test_format_is_kept_only_by_tuning() -> None:
    half = [1.0, 0.0] * 15
    text = said(way("rag", half, form=0.1), way("both", half, form=0.9))
    assert text.startswith("Both ways are right equally often, on 50 %; retrieval takes least.")
    assert "Tuning keeps your format more often (10 % → 90 %)." in text


def test_answers_become_exact_that_were_right_before() -> None:
    half = [1.0] * 15 + [0.0] * 15
    text = said(way("rag", half, exact=0.1), way("both", half, exact=0.5))
    assert "Don't tune for it." in text
    assert "Tuning gives exactly the expected words more often (10 % → 50 %)." in text
    worse = said(way("rag", half, exact=0.5), way("both", half, exact=0.1))
    assert "Tuning gives exactly the expected words less often (50 % → 10 %)." in worse
    same = said(way("rag", half, exact=0.5), way("both", half, exact=0.47))
    assert "exactly the expected words" not in same


def test_freshness_is_lost_by_tuning() -> None:
    text = said(
        way("rag", right(10)), way("tuned", right(29)),
        fresh=[*followed("rag", 19), *followed("tuned", 1)],
    )  # fmt: skip
    assert text.startswith("Use tuning.")
    assert "When facts change, tuning follows 5 % of them, retrieval 95 %." in text
    same = said(
        way("rag", right(10)), way("tuned", right(29)),
        fresh=[*followed("rag", 2, 3), *followed("tuned", 1, 3)],
    )  # fmt: skip
    assert "When facts change" not in same


def test_tuning_harms() -> None:
    text = said(way("rag", right(28)), way("both", right(8)))
    assert text.startswith("Use retrieval. Tuning takes 67 ± ")
    assert "points of correctness away." in text


def test_one_that_was_ahead_is_named_beside_the_simplest() -> None:
    plain = [1.0] * 14 + [0.0] * 16
    rag = [0.0] * 4 + [1.0] * 18 + [0.0] * 8
    text = said(way("plain", plain), way("rag", rag), way("tuned", right(0)))
    assert text.startswith(
        "Use the model alone. Retrieval was 13 points ahead of it, but chance alone could do that "
        "too. Retrieval seems to add 13 ± "
    )


def test_a_poor_best_is_called_poor() -> None:
    text = said(way("plain", right(0, 60)), way("rag", right(12, 60)))
    assert text.startswith("Use retrieval, but it is right on only 20 % of these questions.")


def test_questions_that_could_not_be_asked_are_counted() -> None:
    text = said(way("plain", right(2)), way("rag", right(26), failed=4))
    assert "Questions that could not be asked are left out: 4 of 30 with retrieval." in text


@pytest.mark.parametrize("count", [1, 2, 5, 19, 20, 200])
def test_the_verdict_never_claims_a_gain_whose_interval_holds_none(count: int) -> None:
    for better in (0, 1, count // 2, count):
        text = said(way("plain", right(0, count)), way("rag", right(better, count)))
        _, _, rest = text.partition("Retrieval adds ")
        if rest:
            value, margin = map(int, re.match(r"(\d+) ± (\d+)", rest).groups())  # type: ignore[union-attr]
            assert value > margin
