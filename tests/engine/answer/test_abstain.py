from dataclasses import replace

import pytest

from engine.answer import abstain, extract
from engine.answer.abstain import Signals
from tests.engine.answer.parts import Library

STRONG = Signals(meaning=0.75, context=0.9, names=1.0, unmet_denial=False, likelihood=-2.5)


def test_strong_evidence_is_answered() -> None:
    assert abstain.probability(STRONG) > abstain.THRESHOLD


@pytest.mark.parametrize(
    "change",
    [
        {"meaning": 0.2},
        {"unmet_denial": True, "meaning": 0.6},
        {"likelihood": -8.0, "meaning": 0.5},
    ],
)
def test_weak_evidence_is_not(change: dict[str, float]) -> None:
    assert abstain.probability(replace(STRONG, **change)) < abstain.THRESHOLD  # type: ignore[arg-type]


def test_no_evidence_no_answer() -> None:
    assert abstain.signals("Who?", (), ()) is None
    assert abstain.probability(None) == 0.0


def test_signals_are_counted_on_the_best_sentence() -> None:
    hits = Library().hits()
    question = "Which trips need no approval of Marta Lindqvist?"
    found = abstain.signals(question, hits, extract.best_sentences(question, hits))
    assert found is not None
    assert found.names == 1.0
    assert found.unmet_denial
    assert found.meaning == pytest.approx(0.7)
    assert 0 < found.context <= 1
