from collections.abc import Sequence
from dataclasses import replace

import pytest

from engine.answer import abstain, extract, table_lookup
from engine.answer.abstain import JUDGE, Judge
from engine.types import Hit
from tests.engine.answer.parts import Library
from tests.fakes import ScriptedChatModel

STRONG = {
    "meaning": 0.75,
    "nearness": 0.75,
    "context": 0.9,
    "names in sentence": 1.0,
    "unmet denial": 0.0,
    "likelihood": -2.5,
    "reading score": 0.3,
}


def signals(question: str, hits: Sequence[Hit]) -> abstain.Signals:
    evidence = extract.best_sentences(question, hits)
    found = abstain.signals(question, hits, evidence, rarity=extract.rarity(hits))
    assert found is not None
    return found


def test_strong_evidence_is_answered() -> None:
    assert JUDGE.probability(STRONG) > JUDGE.threshold


@pytest.mark.parametrize(
    "change",
    [
        {"meaning": 0.2},
        {"unmet denial": 1.0, "meaning": 0.5},
        {"likelihood": -8.0, "meaning": 0.4},
    ],
)
def test_weak_evidence_is_not(change: dict[str, float]) -> None:
    assert JUDGE.probability({**STRONG, **change}) < JUDGE.threshold


def test_no_evidence_no_answer() -> None:
    assert abstain.signals("Who?", (), (), rarity=extract.rarity(())) is None
    assert JUDGE.probability(None) == 0.0


def test_signals_are_counted_on_the_best_sentence() -> None:
    hits = Library().hits()
    question = "Which trips need no approval of Marta Lindqvist?"
    found = signals(question, hits)
    assert found["names"] == 1.0
    assert found["unmet denial"] == 1.0
    assert found["meaning"] == pytest.approx(0.7)
    assert 0 < found["context"] <= 1
    assert found["lift"] == abstain.LIFT  # no model was asked


def test_every_weight_names_a_signal() -> None:
    hits = Library().hits()
    names: set[str] = set()
    for question in ("Who pays?", "travel expenses"):
        names |= set(signals(question, hits))
    assert set(JUDGE.weights) <= names


def test_a_topic_has_signals_of_its_own() -> None:
    hits = Library().hits()
    found = signals("travel expenses", hits)
    assert found["topic"] == 1.0
    assert all(name == "topic" or name.startswith("topic ") for name in found)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Who pays for the trip?", False),
        ("Where is it?", False),
        ("travel expenses", True),
        ("Governing Law: Which state's law governs the contract?", True),
        ("Highlight the parts of this contract related to insurance.", True),
        ("Does the contract limit liability?", True),
    ],
)
def test_a_topic_is_told_from_a_question(question: str, topic: bool) -> None:
    assert abstain.is_topic(question) is topic


def test_a_question_too_long_to_be_weighed_has_no_prior() -> None:
    model = ScriptedChatModel()
    assert abstain.prior("Who pays?", model) < 0
    assert abstain.prior("who " * (extract.WEIGHABLE + 1), model) == 0.0


def test_a_judge_survives_being_stored() -> None:
    judge = Judge(-1.5, {"meaning": 2.0}, 0.4, fitted=True)
    assert Judge.from_row(judge.as_row()) == judge
    assert replace(judge, intercept=500.0).probability({"meaning": 1.0}) == pytest.approx(1.0)


def test_a_table_that_holds_the_question_speaks_for_itself() -> None:
    table = (
        "Prices\nBoat | First hour | Whole day\nRowing skiff | 16.00 | 64.00\n"
        "Family skiff | 20.00 | 78.00"
    )
    hits = Library({"/docs/prices.md": table}, meaning=0.35).hits()
    rarity = extract.rarity(hits)

    def judged(question: str) -> tuple[float, float]:
        found = table_lookup.evidence(question, hits, rarity)
        assert found is not None
        rows = abstain.signals(question, hits, [found], rarity=rarity)
        assert rows is not None
        return rows["table"], JUDGE.probability(rows) - JUDGE.probability({**rows, "table": 0.0})

    share, gained = judged("What are the prices of a whole day in a family skiff?")
    assert share == 1.0
    assert gained > 0.25
    weaker, less = judged("What are the prices of a whole day in a family skiff on Sunday?")
    assert 0.0 <= weaker < 1.0
    assert less < gained
