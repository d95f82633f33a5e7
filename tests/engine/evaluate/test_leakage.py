"""Questions that stand in training examples are found."""

from engine.evaluate.leakage import leaked
from engine.evaluate.questions import Question, set_hash
from engine.formats.examples import Example
from engine.model_types import Message


def example(asked: str, said: str = "At noon.") -> Example:
    return Example((Message("user", asked), Message("assistant", said)))


def test_a_question_is_known_whatever_its_marks_and_what_stands_before_it() -> None:
    questions = [
        Question(1, "When does the ferry leave?"),
        Question(2, "Why?"),
        Question(3, "Who keeps the lighthouse at Odell?"),
        Question(4, "When does the FERRY leave"),
    ]
    examples = [
        example("Passages: …\n\nQuestion: when does the ferry leave"),
        example("why"),
        example("And why? Tell me."),
        example("Say something.", "Who keeps the lighthouse at Odell?"),
    ]
    found = leaked(questions, examples)
    assert [(leak.question.id, leak.line) for leak in found] == [(1, 1), (2, 2), (4, 1)]
    assert leaked(questions, []) == []
    assert leaked([Question(5, "Why not?")], [example("But why not, he asked")]) == []


def test_a_set_is_frozen_with_a_hash() -> None:
    one, other = Question(1, "Why?"), Question(2, "Who?", ("Ada",))
    assert set_hash([one, other]) == set_hash([one, other])
    assert len({set_hash([one]), set_hash([one, other]), set_hash([other, one])}) == 3
