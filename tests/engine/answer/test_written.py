import math
from dataclasses import replace

import pytest

from engine.answer import abstain, brief, extract, written
from engine.answer.quoting import Quoting
from engine.answer.reader import Reader
from engine.answer.written import REFUSAL, Written
from tests.engine.answer.parts import Library
from tests.fakes import HashingEmbedder, ScriptedChatModel

QUESTION = "How much holiday does an employee have?"
LIBRARY = Library(meaning=0.9)
HITS = LIBRARY.hits()
EVIDENCE = extract.compared(
    QUESTION, HITS, extract.best_sentences(QUESTION, HITS, top=9), HashingEmbedder()
)
RARITY = extract.rarity(HITS)
READINGS = Reader().read(QUESTION, EVIDENCE, RARITY)
MESSAGES = brief.messages(QUESTION, HITS, EVIDENCE)
SENTENCE = "Every employee has 27 days of paid holiday a year."


def chosen(text: str, count: int = 5) -> Written:
    # The scripted model rates a text of n letters -n/20 a token.
    return written.chosen(
        QUESTION, text, READINGS[:count], MESSAGES, HITS, EVIDENCE, ScriptedChatModel()
    )


def test_the_model_is_asked_how_likely_its_refusal_and_the_words_are() -> None:
    said = chosen(" 27 days ")
    assert said.text == "27 days"
    assert said.refusal == pytest.approx(-10 / 20 * 3)
    assert said.likelihood == pytest.approx(-7 / 20 * 2)
    assert said.belief == max(each.probability for each in READINGS if each.text == "27 days")
    assert said.place is not None
    assert said.place[0].sentence == SENTENCE


@pytest.mark.parametrize("text", ["Not found.", " ", "41 days"])
def test_what_stands_nowhere_gives_way_to_the_likeliest_reading(text: str) -> None:
    said = chosen(text)
    assert said.text in {each.text for each in READINGS[:5]}
    assert said.place is not None
    assert said.text in said.place[0].sentence


def test_the_words_of_the_model_stand_before_readings_that_are_hardly_likelier() -> None:
    reading = next(each for each in READINGS if each.text == "27 days")
    own = written.chosen(
        QUESTION, "14 days", [reading], MESSAGES, HITS, EVIDENCE, ScriptedChatModel()
    )
    assert (own.text, own.belief) == ("27 days", reading.probability)
    unsure = [replace(reading, probability=0.03)]
    own = written.chosen(QUESTION, "14 days", unsure, MESSAGES, HITS, EVIDENCE, ScriptedChatModel())
    assert (own.text, own.belief) == ("14 days", 0.0)
    assert own.place is not None
    assert own.place[0].sentence == "Receipts are handed in within 14 days."


def test_without_words_the_best_sentence_is_quoted() -> None:
    said = chosen("Not found.", count=0)
    assert (said.text, said.place) == ("", None)
    quoting = Quoting(LIBRARY)
    found = quoting.found(QUESTION, HITS, EVIDENCE, RARITY)
    assert quoting.said(said, found).text == extract.judged(EVIDENCE)[0].sentence
    short = quoting.said(chosen("27 DAYS"), found)
    assert short.text == "27 days"
    assert [each.quote for each in short.citations] == [SENTENCE]


def test_signals_are_those_of_the_sentence_that_holds_the_words() -> None:
    said = chosen("27 days")
    found = said.signals()
    assert said.place is not None
    own = said.place[0]
    assert found["answer context"] == pytest.approx(own.overlap + own.context_overlap)
    assert found["answer nearness"] == own.nearness
    assert found["answer belief"] == pytest.approx(math.log(said.belief))
    assert 0.0 < found["answer sentence"] <= 1.0
    none = Written("", -99.0).signals()
    assert none[REFUSAL] == written.LEAST_REFUSAL
    assert none["answer likelihood"] == written.LEAST_LIKELIHOOD
    assert (none["answer context"], none["answer nearness"]) == (0.0, 0.0)


def test_the_surer_the_refusal_the_less_it_is_answered() -> None:
    said = chosen("27 days")

    def certain(refusal: float) -> float:
        found = abstain.signals(
            QUESTION, HITS, EVIDENCE, READINGS, rarity=RARITY,
            written=replace(said, refusal=refusal),
        )  # fmt: skip
        return abstain.SHORT.probability(found)

    steps = [certain(math.log(share)) for share in (0.001, 0.1, 0.5, 0.99)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > steps[-1]


def test_signals_of_written_answers_stand_beside_those_of_the_evidence() -> None:
    plain = abstain.signals(QUESTION, HITS, EVIDENCE, READINGS, rarity=RARITY)
    said = chosen("27 days")
    both = abstain.signals(QUESTION, HITS, EVIDENCE, READINGS, rarity=RARITY, written=said)
    assert plain is not None and both is not None
    assert REFUSAL not in plain
    assert both == {**plain, **said.signals()}
    topic = abstain.signals(
        "travel expenses", HITS, EVIDENCE, READINGS, rarity=RARITY, written=said
    )
    assert topic is not None
    assert topic["topic"] == 1.0
    assert "topic meaning" not in topic


def test_the_head_of_a_list_is_not_what_stands_in_it() -> None:
    question = "What are the house rules?"
    paper = "House rules:\n1. Quiet after ten.\n2. Dogs stay on the lead."
    hits = Library({"/rules.md": paper}).hits()
    evidence = extract.best_sentences(question, hits)
    assert any(each.sentence.startswith("House rules:") for each in evidence)
    readings = Reader().read(question, evidence, extract.rarity(hits))
    assert not {"House rules", "House", "rules"} & {each.text for each in readings}
    messages = brief.messages(question, hits, evidence)
    model = ScriptedChatModel()
    made = written.chosen(question, "House rules", readings, messages, hits, evidence, model)
    assert made.text
    assert "House rules" not in made.text
    dated = Library({"/dates.md": "Closing date for entries: 3 May."}).hits()
    asked = "What is the closing date for entries?"
    found = extract.best_sentences(asked, dated)
    assert "3 May" in {each.text for each in Reader().read(asked, found, extract.rarity(dated))}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The Chief Executive Officer (CEO) leads the board of Kestrel Paper.", ""),
        ("The Chief Executive Officer (CEO) is Ines Vold.", "Ines Vold"),
    ],
)
def test_the_name_of_an_office_is_nobody(text: str, told: str) -> None:
    question = "Who is the Chief Executive Officer?"
    hits = Library({"/roles.md": text}).hits()
    evidence = extract.best_sentences(question, hits)
    readings = Reader().read(question, evidence, extract.rarity(hits))
    messages = brief.messages(question, hits, evidence)
    for said in ("Chief Executive Officer", "CEO"):
        made = written.chosen(
            question, said, readings, messages, hits, evidence, ScriptedChatModel()
        )
        assert made.text == told
