"""The form of a question, which is the same function in an example and in use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formats.taught_form import LONGEST, TaughtForm

LABELS = TaughtForm("One label.", "Text: {text}\nLabel:", alone=True)
QUERY = TaughtForm("One query.", "{schema}\nQuestion: {question}")


def test_a_text_is_put_into_its_form_and_one_that_stands_in_it_stays() -> None:
    (rule, turn) = LABELS.messages("  Where is my {money}? ")
    assert (rule.role, rule.content) == ("system", "One label.")
    assert turn.content == "Text: Where is my {money}?\nLabel:"
    assert LABELS.turn(turn.content) == turn.content
    assert LABELS.words == ""


@given(st.text(min_size=1).filter(lambda text: bool(text.strip())))
def test_what_is_filled_in_is_found_again(text: str) -> None:
    made = LABELS.filled({"text": text.strip()})
    found = LABELS.taken(made)
    assert found is not None
    assert LABELS.filled(found) == made


def test_a_form_of_several_parts_wants_them_all() -> None:
    assert not QUERY.suits("How many guests came?")
    assert QUERY.turn("How many guests came?") == "How many guests came?"
    assert "{schema} Question: {question}" in QUERY.words
    assert QUERY.suits("guests(name, day)\nQuestion: How many came?")


def test_a_part_that_never_changes_stands_in_the_form() -> None:
    form = QUERY.with_fixed({"schema": "guests(name, {day})"})
    assert form.parts == ("question",)
    assert form.turn("How many came?") == "guests(name, {day})\nQuestion: How many came?"
    assert form.suits("anything")


def test_a_form_without_a_rule_begins_with_the_question() -> None:
    assert [each.role for each in TaughtForm().messages("Hello")] == ["user"]


@pytest.mark.parametrize(
    "prompt",
    ["", "no part", "{text", "{text.__class__}", "{text!r}", "{text:>9}", "{0}", "x" * LONGEST * 2],
)
def test_a_form_of_a_stranger_that_cannot_be_filled_is_none(prompt: str) -> None:
    assert TaughtForm.read("rule", prompt) is None


def test_a_form_that_can_be_filled_is_read() -> None:
    assert TaughtForm.read("rule", "{text}\n{text}") == TaughtForm("rule", "{text}\n{text}")
