from collections.abc import Sequence

from engine.answer.summary import summed_up
from engine.answer.talk import Talk
from engine.model_types import Message
from engine.progress import CancelToken
from tests.fakes import ScriptedChatModel

TURNS = [
    Message("user", "My budget is 900 EUR."),
    Message("assistant", "Three nights are possible."),
    Message("user", "The train leaves at 07:40."),
    Message("assistant", "Good."),
]
ALL = frozenset(range(4))


def test_the_older_turns_become_a_few_sentences() -> None:
    model = ScriptedChatModel("The budget is 900 EUR. The train leaves at 07:40.")
    assert summed_up(model, Talk.of(TURNS), ALL) == (
        "The budget is 900 EUR. The train leaves at 07:40."
    )
    assert "User: My budget is 900 EUR." in model.prompts[0][-1].content


def test_a_figure_that_was_not_said_does_not_stand() -> None:
    model = ScriptedChatModel("The budget is 950 EUR. The train leaves at 07:40.")
    assert summed_up(model, Talk.of(TURNS), ALL) == "The train leaves at 07:40."


def test_it_goes_on_from_the_summary_before() -> None:
    model = ScriptedChatModel("The budget is 900 EUR. The train leaves at 07:40.")
    talk = Talk(Talk.of(TURNS).turns, frozenset({0, 1}), "The budget is 900 EUR.")
    assert summed_up(model, talk, ALL) == "The budget is 900 EUR. The train leaves at 07:40."
    asked = model.prompts[0][-1].content
    assert asked.startswith("What was said before: The budget is 900 EUR.")
    assert "My budget" not in asked


def test_long_turns_are_summed_up_piece_by_piece() -> None:
    def script(messages: Sequence[Message]) -> str:
        return "Something was said."

    model = ScriptedChatModel(script, n_ctx=400)
    turns = [Message("user", "word " * 100), Message("assistant", "word " * 100)] * 3
    assert summed_up(model, Talk.of(turns), frozenset(range(6))) == "Something was said."
    assert len(model.prompts) > 1
    assert all(model.count_prompt(prompt) <= 400 - 160 for prompt in model.prompts)


def test_a_turn_longer_than_the_context_is_passed_over() -> None:
    model = ScriptedChatModel("It was short.", n_ctx=300)
    turns = [Message("user", "word " * 900), Message("assistant", "Short.")]
    assert summed_up(model, Talk.of(turns), frozenset({0, 1})) == "It was short."


def test_stopped_it_is_none() -> None:
    cancel = CancelToken()
    cancel.cancel()
    assert summed_up(ScriptedChatModel("Something."), Talk.of(TURNS), ALL, cancel) == ""
