import pytest

from engine.answer import form


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who approves trips over 400 EUR?", "who"),
        ("When does the office open?", "when"),
        ("In what year was it founded?", "when"),
        ("How many days of holiday are there?", "many"),
        ("How much does the ticket cost?", "much"),
        ("What does a lost life jacket cost?", "much"),
        ("How long is the bridge?", "long"),
        ("How thick must the lines be?", "long"),
        ("How do the boats sail?", "how"),
        ("Where is the office?", "where"),
        ("Why was it closed?", "why"),
        ("What is the name of the boat?", "what is"),
        ("Which company built it?", "name"),
        ("Name the river.", "other"),
    ],
)
def test_the_question_word_tells_what_is_asked_for(question: str, kind: str) -> None:
    assert form.read(question).type == kind


def test_a_form_keeps_the_words_around_the_question_word() -> None:
    found = form.read("The boat to Brno is run by which firm?")
    assert found.word == "which"
    assert found.before == ("boat", "brno", "run")
    assert found.after == ("firm",)


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("What does Northwind Health Plus cover?", True),
        ("How does the plan handle emergencies?", True),
        ("Explain the notice period", True),
        ("What is the process for filing a claim?", True),
        ("Does the plan cover hearing aids?", True),
        ("What is coinsurance?", True),
        ("What does a harbour master do?", True),
        ("What should members do?", True),
        ("How many days of holiday are there?", False),
        ("Who founded the university?", False),
        ("What is the capital of the region?", False),
        ("How long is the bridge?", False),
        ("How thick must mooring lines be?", False),
    ],
)
def test_some_questions_want_sentences(question: str, several: bool) -> None:
    assert form.wants_sentences(question) is several


@pytest.mark.parametrize(
    ("question", "kind", "fitting"),
    [
        ("Who founded it?", "names", True),
        ("Who founded it?", "word", False),
        ("When was it built?", "date", True),
        ("When was it built?", "words", False),
        ("How many boats are there?", "number", True),
        ("How many boats are there?", "name", False),
        ("What is it called?", "word", True),
    ],
)
def test_some_questions_need_a_certain_kind_of_words(
    question: str, kind: str, fitting: bool
) -> None:
    assert form.fits(question, kind) is fitting
