import pytest

from engine.answer import extract, pack
from engine.answer.talk import Talk
from engine.errors import InputError
from engine.types import Message
from tests.engine.answer.parts import Library
from tests.fakes import ScriptedChatModel

QUESTION = "How many days of paid holiday does an employee have?"


def test_the_best_passage_stands_next_to_the_question() -> None:
    hits = Library().hits()
    evidence = extract.best_sentences(QUESTION, hits)
    packed = pack.pack_rag(QUESTION, hits, evidence, Talk(), ScriptedChatModel(), max_tokens=100)
    assert packed.hits[-1].passage.path == "/docs/handbook.md"
    assert packed.messages[-1].content.endswith(f"Question: {QUESTION}")


def test_a_passage_that_does_not_fit_is_trimmed_around_its_evidence() -> None:
    texts = {"/a.md": "Filler words stand here in a row. " * 60 + "An employee has 27 days of "
             "paid holiday. " + "More words follow in a row. " * 60}  # fmt: skip
    hits = Library(texts).hits()
    evidence = extract.best_sentences(QUESTION, hits)
    model = ScriptedChatModel(n_ctx=400)
    packed = pack.pack_rag(QUESTION, hits, evidence, Talk(), model, max_tokens=100)
    assert "27 days" in packed.messages[-1].content
    assert model.count_prompt(packed.messages) + 100 <= 400


def test_the_oldest_turns_are_dropped_first_and_none_is_halved() -> None:
    history = [
        message
        for number in range(20)
        for message in (
            Message("user", f"Question {number} " + "word " * 20),
            Message("assistant", f"Answer {number} " + "word " * 20),
        )
    ]
    model = ScriptedChatModel(n_ctx=600)
    packed = pack.pack_plain("Last question?", Talk.of(history), model, max_tokens=100)
    turns = packed.messages[1:-1]
    assert 0 < len(turns) < len(history)
    assert turns[0].role == "user"
    assert list(turns) == history[-len(turns) :]
    assert model.count_prompt(packed.messages) + 100 <= 600


def test_the_question_must_fit() -> None:
    with pytest.raises(InputError, match="too long"):
        pack.check_question("word " * 500, ScriptedChatModel(n_ctx=400), max_tokens=100)


def test_white_space_around_a_question_is_no_matter() -> None:
    assert pack.checked("  Why? \n") == "Why?"
    with pytest.raises(InputError, match="empty"):
        pack.checked(" \n")
