"""The rules of the verdict on results made by hand."""

from collections.abc import Sequence

import pytest

from engine.evaluate import considered, findings, history, trade_offs, verdict
from engine.evaluate.columns import Column, of_modes
from engine.evaluate.findings import Reason
from engine.evaluate.freshness import Followed
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import Question


def made(
    column: str, rights: Sequence[float], *, words: float = 10, seconds: float = 1.0,
    verified: float = 0.0,
) -> list[Outcome]:  # fmt: skip
    return [
        Outcome(
            Question(at, f"Question {at}?", ("x",)), column, "x", False, (),
            {"right": right, "words": words + at % 3, "verified": verified}, "", 0.1, 0.2,
            seconds, None, {},
        )
        for at, right in enumerate(rights)
    ]  # fmt: skip


def told(
    outcomes: list[Outcome], columns: Sequence[Column], fresh: Sequence[Followed] = ()
) -> tuple[dict[str, Reason], str]:
    each = considered.considered([column.name for column in columns], outcomes, {}, fresh)
    said = verdict.reasons(findings.findings(columns, outcomes, each, fresh))
    return {reason.rule: reason for reason in said}, verdict.paragraph(said)


def test_retrieval_that_helps_and_tuning_that_does_not() -> None:
    right, wrong = [1.0] * 24 + [0.0] * 6, [0.0] * 30
    outcomes = (
        made("plain", wrong) + made("rag", right, verified=0.9)
        + made("tuned", wrong) + made("both", [*right[:-1], 1.0], words=5, seconds=1.4)
    )  # fmt: skip
    columns = of_modes(["plain", "rag", "tuned", "both"])
    rules, paragraph = told(outcomes, columns)
    assert paragraph.startswith("Use retrieval.")
    assert "Retrieval adds 80 ± " in paragraph
    assert "Tuning makes no difference to correctness" in paragraph
    assert "Don't tune for it." in paragraph
    assert "Tuning halves the length." in paragraph
    assert "Both together costs 0.4 s more for an answer than retrieval." in paragraph
    assert "few" not in rules
    assert "90 %" in rules["traceability"].text
    assert "better on 24, worse on 0 of 30" in rules["retrieval"].figures


def test_no_difference_is_said_and_few_questions_are() -> None:
    outcomes = made("plain", [1.0, 0.0] * 9) + made("rag", [1.0, 1.0, 0.0] + [0.0, 1.0] * 7 + [1.0])
    _, paragraph = told(outcomes, of_modes(["plain", "rag"]))
    assert paragraph.startswith("There is no difference in correctness")
    assert "the model alone takes least" in paragraph
    assert paragraph.endswith("So few questions tell little; ask twenty or more.")


def test_a_wide_gap_over_few_questions_is_no_advice_against_who_is_ahead() -> None:
    outcomes = made("plain", [0.0] * 3) + made("rag", [1.0] * 3)
    _, paragraph = told(outcomes, of_modes(["plain", "rag"]))
    assert paragraph.startswith("These questions are too few to tell the ways apart; retrieval was")
    outcomes = made("rag", [0.0] * 3) + made("both", [1.0] * 3)
    assert "Don't tune" not in told(outcomes, of_modes(["rag", "both"]))[1]


def test_tuning_that_harms_is_said() -> None:
    outcomes = made("rag", [1.0] * 25) + made("both", [0.0] * 15 + [1.0] * 10)
    _, paragraph = told(outcomes, of_modes(["rag", "both"]))
    assert paragraph.startswith("Use retrieval.")
    assert "Tuning takes 60 ± " in paragraph
    assert "away" in paragraph


def test_columns_that_are_no_modes_are_named() -> None:
    columns = [Column("small", model="S"), Column("large", model="L")]
    outcomes = made("small", [0.0] * 20) + made("large", [1.0] * 20)
    _, paragraph = told(outcomes, columns)
    assert paragraph.startswith("Use “large”.")
    assert "“large” is 100 ± 13 points better than “small”" in paragraph


def test_changed_facts_are_told() -> None:
    columns = of_modes(["plain", "rag"])
    fresh = [Followed("plain", "q", "1", "2", "1", False, True),
             Followed("rag", "q", "1", "2", "2", True, False)]  # fmt: skip
    rules, _ = told(made("plain", [1.0]) + made("rag", [1.0]), columns, fresh)
    assert "follow 100 % of them with retrieval" in rules["freshness"].text
    assert "plain follows 0 %, stale 100 %" in rules["freshness"].figures


def test_nothing_to_judge_is_said() -> None:
    outcomes = [*made("plain", [1.0]), *made("rag", [1.0])]
    for each in outcomes:
        del each.scores["right"]
    _, paragraph = told(outcomes, of_modes(["plain", "rag"]))
    assert paragraph.startswith("Nothing could be judged")


def test_a_fall_since_the_last_time_is_found_with_what_changed() -> None:
    before, after = made("rag", [1.0] * 20), made("rag", [0.0] * 12 + [1.0] * 8)
    old = {"rag": {"model_file": ["a", 1], "documents": [1]}}
    new = {"rag": {"model_file": ["b", 1], "documents": [1]}}
    [shift] = history.shifts(before, after, old, new)
    assert shift.worse
    assert shift.because == ("the model",)
    assert shift.words.startswith("rag: correctness is 60 points worse than before.")
    assert history.shifts(before, before, old, old) == []
    slower = made("rag", [1.0] * 20, seconds=2.0)
    assert [each.metric for each in history.shifts(before, slower, old, old)] == ["total_s"]
    assert history.shifts(before, made("rag", [1.0] * 20, seconds=1.1), old, old) == []


@pytest.mark.parametrize("rule", verdict.RULES)
def test_every_rule_has_a_name(rule: verdict.Rule) -> None:
    assert rule.__name__.islower()  # type: ignore[attr-defined]


def test_the_form_is_looked_at_with_documents_and_without() -> None:
    half = [1.0, 0.0] * 15
    outcomes = (
        made("plain", half, words=50) + made("rag", half) + made("tuned", half, words=4)
        + made("both", half)
    )  # fmt: skip
    rules, paragraph = told(outcomes, of_modes(["plain", "rag", "tuned", "both"]))
    assert rules["form"].text == "Without documents, tuning cuts answers to 10 % of their length."
    assert "words 11 → 11; without documents: words 51 → 5" in rules["form"].figures
    assert rules["form"].text in paragraph
    same, _ = told(made("rag", half) + made("both", half), of_modes(["rag", "both"]))
    assert same["form"].text == trade_offs.NO_CHANGE


def test_another_column_is_set_against_the_way_it_is_a_kind_of() -> None:
    right, wrong = [1.0] * 25, [0.0] * 25
    columns = [*of_modes(["plain", "rag"]), Column("warm", "rag"), Column("hot", "plain")]
    outcomes = (
        made("plain", wrong) + made("rag", right) + made("warm", wrong) + made("hot", wrong)
    )  # fmt: skip
    rules, paragraph = told(outcomes, columns)
    assert paragraph.startswith("Use retrieval. Retrieval adds 100 ± 11 points")
    assert rules["others"].text == (
        "“warm” is 100 ± 11 points worse than “rag”; “hot” does no better or worse than "
        "“plain” that can be told from chance (0 ± 10 points)."
    )
