"""Thumbs and corrections: kept with their answers, and turned into questions."""

from pathlib import Path

from engine.assistant import Assistant
from engine.progress import drain
from tests.engine.services.test_evaluation import QUESTIONS, assistant, model

__all__ = ["assistant", "model"]


def test_thumbs_become_questions(assistant: Assistant) -> None:
    talk = assistant.create_conversation("Ferries")
    answer = drain(assistant.ask(QUESTIONS[0].question, conversation_id=talk.id))
    said = assistant.messages(talk.id)[-1]
    assert said.up is None
    assistant.feedback.rate(said.id, True)
    assert assistant.messages(talk.id)[-1].up is True
    [question] = assistant.feedback.questions()
    assert question.question == QUESTIONS[0].question
    assert question.answers == (answer.text,)
    assert [Path(name).name for name in question.documents] == ["ferry.md"]
    assistant.feedback.rate(said.id, False)
    [question] = assistant.feedback.questions()
    assert question.answers == question.documents == ()


def test_a_correction_is_what_is_expected_from_then_on(assistant: Assistant) -> None:
    talk = assistant.create_conversation("Ferries")
    drain(assistant.ask(QUESTIONS[0].question, conversation_id=talk.id))
    said = assistant.messages(talk.id)[-1]
    assistant.feedback.rate(said.id, False)
    assistant.feedback.correct(said.id, "  At 07:40, from pier four. ")
    assert assistant.messages(talk.id)[-1].correction == "At 07:40, from pier four."
    [question] = assistant.feedback.questions()
    assert question.answers == ("At 07:40, from pier four.",)
    [rated] = assistant.feedback.all()
    assert (rated.up, rated.wanted) == (False, "At 07:40, from pier four.")
    assistant.feedback.correct(said.id, "")
    assert assistant.feedback.all()[0].wanted == ""


def test_a_refusal_that_was_right_makes_an_unanswerable_question(assistant: Assistant) -> None:
    talk = assistant.create_conversation("Zebras")
    answer = drain(assistant.ask("Which zebra invented the accordion?", conversation_id=talk.id))
    assert answer.abstained
    assistant.feedback.rate(assistant.messages(talk.id)[-1].id, True)
    [question] = assistant.feedback.questions()
    assert question.unanswerable
    assert question.answers == ()
