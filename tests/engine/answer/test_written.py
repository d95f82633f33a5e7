import math

import pytest

from engine.answer import abstain, brief, extract, written
from engine.answer.reader import Reader
from engine.answer.written import REFUSAL, Written
from tests.engine.answer.parts import Library
from tests.fakes import HashingEmbedder, ScriptedChatModel

QUESTION = "How much holiday does an employee have?"
HITS = Library(meaning=0.9).hits()
EVIDENCE = extract.compared(
    QUESTION, HITS, extract.best_sentences(QUESTION, HITS, top=4), HashingEmbedder()
)
READINGS = Reader().read(QUESTION, EVIDENCE, extract.rarity(HITS))
MESSAGES = brief.messages(QUESTION, HITS, EVIDENCE)


def weighed(text: str) -> Written:
    return written.weighed(text, MESSAGES, HITS, EVIDENCE, ScriptedChatModel())


def test_the_model_is_asked_how_likely_its_refusal_and_its_words_are() -> None:
    said = weighed(" 27 days ")
    # The scripted model gives a text of n letters -n/20 a token; "Not found." has three tokens.
    assert said.text == "27 days"
    assert said.refusal == pytest.approx(-10 / 20 * 3)
    assert said.likelihood == pytest.approx(-7 / 20)
    assert said.place is not None
    assert said.place[0].sentence == "Every employee has 27 days of paid holiday a year."


def test_signals_are_those_of_the_sentence_that_holds_the_words() -> None:
    said = weighed("27 days")
    found = said.signals(READINGS)
    assert said.place is not None
    own = said.place[0]
    assert found["own context"] == pytest.approx(own.overlap + own.context_overlap)
    assert found["own nearness"] == own.nearness
    assert 0.0 < found["agreement"] <= 1.0
    assert weighed("14 days").signals(READINGS)["agreement"] < found["agreement"]


def test_words_that_stand_nowhere_have_no_sentence_and_no_agreement() -> None:
    found = weighed("a sabbatical").signals(READINGS)
    assert (found["own context"], found["own nearness"], found["agreement"]) == (0.0, 0.0, 0.0)


def test_a_model_that_says_nothing_is_weighed_by_its_refusal_alone() -> None:
    said = weighed("  ")
    assert (said.text, said.place) == ("", None)
    assert said.likelihood == written.LEAST_LIKELIHOOD
    assert said.signals(READINGS)["agreement"] == 0.0


def test_the_surer_the_refusal_the_less_it_is_answered() -> None:
    rarity = extract.rarity(HITS)

    def certain(refusal: float) -> float:
        said = Written("27 days", refusal, -0.2, weighed("27 days").place)
        found = abstain.signals(QUESTION, HITS, EVIDENCE, READINGS, rarity=rarity, written=said)
        assert found is not None
        assert found[REFUSAL] == max(refusal, written.LEAST_REFUSAL)
        return abstain.SHORT.probability(found)

    steps = [certain(math.log(share)) for share in (0.001, 0.1, 0.5, 0.99)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] - steps[-1] > 0.05


def test_signals_of_written_answers_stand_beside_those_of_the_evidence() -> None:
    rarity = extract.rarity(HITS)
    plain = abstain.signals(QUESTION, HITS, EVIDENCE, READINGS, rarity=rarity)
    both = abstain.signals(
        QUESTION, HITS, EVIDENCE, READINGS, rarity=rarity, written=weighed("27 days")
    )
    assert plain is not None and both is not None
    assert REFUSAL not in plain
    assert {name: both[name] for name in plain} == dict(plain)
    topic = abstain.signals(
        "travel expenses", HITS, EVIDENCE, READINGS, rarity=rarity, written=weighed("27 days")
    )
    assert topic is not None
    assert topic["topic"] == 1.0
    assert "topic meaning" not in topic
