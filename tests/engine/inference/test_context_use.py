from hypothesis import given
from hypothesis import strategies as st

from engine.inference.context_use import fit
from engine.types import Message
from tests.fakes import ScriptedChatModel


def talk(*lengths: int) -> list[Message]:
    """A system message and turns of these lengths in words, beginning with the user."""
    turns = [
        Message("user" if number % 2 == 0 else "assistant", "word " * length)
        for number, length in enumerate(lengths)
    ]
    return [Message("system", "Be brief."), *turns]


def test_what_fits_is_left_alone() -> None:
    messages = talk(5, 5, 5)
    kept, use = fit(ScriptedChatModel(n_ctx=200), messages, reserve=50)
    assert kept == messages
    assert use.dropped == ()
    assert use.fits


def test_the_oldest_exchanges_go_whole_and_are_told() -> None:
    messages = talk(20, 20, 20, 20, 5)
    kept, use = fit(ScriptedChatModel(n_ctx=100), messages, reserve=30)
    assert use.dropped == (1, 2)
    assert kept == [messages[0], *messages[3:]]
    assert use.prompt_tokens + use.reserved_tokens <= use.n_ctx


def test_pinned_turns_stay() -> None:
    _, use = fit(ScriptedChatModel(n_ctx=100), talk(20, 20, 20, 20, 5), reserve=30, pinned={1})
    assert use.dropped == (3, 4)


def test_a_last_turn_too_long_is_told() -> None:
    kept, use = fit(ScriptedChatModel(n_ctx=100), talk(5, 5, 500), reserve=30)
    assert not use.fits
    assert [message.role for message in kept] == ["system", "user"]


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=12),
    st.integers(50, 400),
    st.sets(st.integers(1, 12)),
)
def test_no_more_goes_than_must(lengths: list[int], n_ctx: int, pinned: set[int]) -> None:
    messages = talk(*lengths)
    model = ScriptedChatModel(n_ctx=n_ctx)
    kept, use = fit(model, messages, reserve=30, pinned=pinned)
    assert sorted(use.kept + use.dropped) == list(range(len(messages)))
    assert 0 in use.kept
    assert len(messages) - 1 in use.kept
    assert not pinned & set(use.dropped)
    assert use.prompt_tokens == model.count_prompt(kept)
    if use.dropped and use.fits:
        back = max(use.dropped)
        group = [back] if messages[back].role == "user" else [back - 1, back]
        more = sorted({*use.kept, *(place for place in group if place >= 1)})
        assert model.count_prompt([messages[place] for place in more]) + 30 > n_ctx
