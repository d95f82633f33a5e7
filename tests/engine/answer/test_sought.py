import pytest

from engine.answer import form, sought, spans


@pytest.mark.parametrize(
    ("question", "sentence", "holds"),
    [
        ("When was the mail boat built?", "The mail boat always has right of way.", False),
        ("When was the mail boat built?", "The mail boat was built in 1931.", True),
        ("When does it end?", "It ends three months after the notice.", None),
        ("What does a picnic basket cost?", "A picnic basket for two.", False),
        ("What does a picnic basket for 2 cost?", "A picnic basket for 2 is 34.00.", True),
        ("What does a dog jacket cost?", "Dog jacket: free of charge", True),
        ("How many jackets are there?", "Count the jackets.", False),
        ("How many jackets are there?", "Two jackets hang there.", True),
        ("What colour is the boat?", "The boat is 7.40 m long.", False),
        ("What colour is the boat?", "Her hull is green.", True),
        ("Which grease is used?", "Use the white one.", None),
        ("Who leads it?", "The crew leader does.", None),
    ],
)
def test_a_sentence_has_what_is_asked_for_or_not(
    question: str, sentence: str, holds: bool | None
) -> None:
    assert sought.holds(question, sentence) is holds


def test_words_that_the_answer_stands_for() -> None:
    assert "cost" in sought.standing_for("What does it cost?")
    assert "high" in sought.standing_for("How high is the deposit?")
    assert not sought.standing_for("Which grease is used?")


@pytest.mark.parametrize(
    ("question", "words", "could"),
    [
        ("What does a basket for two cost?", "two", False),
        ("What does a basket cost?", "two", False),
        ("What does a basket cost?", "34.00", True),
        ("How long is the break after six hours?", "six hours", False),
        ("How long is the break after six hours?", "40 minutes", True),
        ("What does a night there cost?", "6 September", False),
        ("What colour are the hulls?", "19", False),
        ("What colour are the hulls?", "white", True),
        ("Who leads it?", "two", True),
    ],
)
def test_what_the_question_says_itself_is_no_answer(question: str, words: str, could: bool) -> None:
    assert sought.could_answer(question, spans.tokens(words)) is could


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When does it leave?", "when"),
        ("Since when is it closed?", "when"),
        ("What basin was formed when the Andes rose?", "what thing"),
        ("Who taught them how they should live?", "who"),
        ("How thick must the lines be?", "long"),
    ],
)
def test_a_word_inside_a_question_does_not_make_its_form(question: str, kind: str) -> None:
    assert form.read(question).type == kind
