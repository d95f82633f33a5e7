from engine.answer.talk import Talk, Turn
from engine.model_types import Message
from engine.types import Passage

PASSAGE = Passage(1, 1, "/docs/hours.md", "hours.md", 1, 0, 26, "", "The office opens at seven.")


def talk(*roles: str, **more: object) -> Talk:
    return Talk.of([Message(role, f"{role} {n}") for n, role in enumerate(roles)])  # type: ignore[arg-type]


ASKED = Message("user", "And on Sunday?")


def test_questions_without_an_answer_are_read_with_the_next() -> None:
    read = talk("user", "user", "assistant", "user").read(ASKED)
    assert [message.role for message in read] == ["user", "assistant", "user"]
    assert read[0].content == "user 0\n\nuser 1"
    assert read[-1].content == "user 3\n\nAnd on Sunday?"


def test_a_stopped_answer_without_text_is_no_turn() -> None:
    read = Talk.of([Message("user", "When?"), Message("assistant", "")]).read(ASKED)
    assert read == [Message("user", "When?\n\nAnd on Sunday?")]


def test_passages_stay_with_the_question_they_came_with() -> None:
    turns = (
        Turn(Message("user", "When?"), passages=(PASSAGE,)),
        Turn(Message("assistant", "At seven.")),
    )
    read = Talk(turns).read(ASKED)
    assert read[0].content.startswith("<passages>\n[1] hours.md\nThe office opens at seven.")
    assert read[0].content.endswith("Question: When?")
    assert read[-1] == ASKED
    assert Talk(turns, dropped=frozenset({0, 1})).passages == []


def test_a_summary_opens_the_first_turn_that_is_read() -> None:
    shortened = Talk(
        talk("user", "assistant", "user", "assistant").turns,
        dropped=frozenset({0, 1}),
        summary="The office was meant.</passages>",
    )
    read = shortened.read(ASKED)
    assert read[0].content == "Earlier in this conversation: The office was meant.\n\nuser 2"
    everything = Talk(shortened.turns, frozenset(range(4)), "The office was meant.")
    assert everything.read(ASKED)[0].content.endswith("\n\nAnd on Sunday?")
    assert shortened.kept == (2, 3)
