import pytest

from engine.answer import extract, parallels, spans, text
from engine.answer.reader import Reader
from tests.engine.answer.parts import Library

LOST = "Lost oars cost 48.00, a lost life jacket 85.00, a lost launch key 120.00."
WIND = (
    "At a mean wind of 11 knots no more dinghies go out; at 15 knots no more skiffs; at 18 knots, "
    "or with any thunder heard, the red ball is hoisted and all boats are called in."
)
BREAKS = "After four hours there is a break of 20 minutes, after six hours one of 40 minutes."
TRIP = (
    "From 1 June to 6 September a launch leaves at 20:15 every Saturday for the Heron Islands and "
    "is back at 22:00."
)


@pytest.mark.parametrize(
    ("question", "sentence", "figure"),
    [
        ("What does a lost life jacket cost?", LOST, "85.00"),
        ("What do lost oars cost?", LOST, "48.00"),
        ("What does a lost launch key cost?", LOST, "120.00"),
        ("At what mean wind are all boats called in?", WIND, "18"),
        ("How long is the break after six hours?", BREAKS, "40"),
    ],
)
def test_the_part_that_holds_the_question_is_not_behind(
    question: str, sentence: str, figure: str
) -> None:
    words = spans.tokens(sentence)
    behind = parallels.shortfalls(words, set(text.content(question)), lambda stem: 1.0)
    least = min(
        value
        for token, value in zip(words, behind, strict=True)
        if token.text[0].isdigit() or token.lower in text.NUMBER_WORDS
    )
    found = next(value for token, value in zip(words, behind, strict=True) if token.text == figure)
    assert found == least == 0.0
    assert max(behind) > 0.0


def test_a_sentence_in_one_part_and_one_without_figures_prefer_nothing() -> None:
    for sentence in ("A charge takes seven hours of 8.", "Nobody lives aboard."):
        words = spans.tokens(sentence)
        assert parallels.shortfalls(words, {"charg"}, lambda stem: 1.0) == [0.0] * len(words)


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("What does a lost life jacket cost?", LOST, "85.00"),
        ("What do lost oars cost?", LOST, "48.00"),
        ("How long is the break after six hours?", BREAKS, "40 minutes"),
        ("When does the trip to the Heron Islands leave?", TRIP, "20:15"),
        (
            "What does a picnic basket for two cost?",
            "Picnic basket for two, ordered by 17:00 the day before: 34.00",
            "34.00",
        ),
    ],
)
def test_the_figure_of_the_right_part_is_read(question: str, sentence: str, answer: str) -> None:
    hits = Library({"/a.md": sentence}).hits()
    evidence = extract.best_sentences(question, hits)
    reader = Reader()
    best = reader.best(question, reader.read(question, evidence, extract.rarity(hits)))
    assert best is not None
    assert answer.startswith(best.text) or best.text.startswith(answer)
