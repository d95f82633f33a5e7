from hypothesis import given
from hypothesis import strategies as st

from engine.inference.context_use import LOW_WATER, exchanges, fit
from engine.model_types import Message


def talk(*lengths: int) -> list[Message]:
    """Turns of these lengths in words, beginning with the user."""
    return [
        Message("user" if number % 2 == 0 else "assistant", "word " * length)
        for number, length in enumerate(lengths)
    ]


def left_out(
    lengths: list[int], room: int, *, before: set[int], pinned: set[int]
) -> frozenset[int]:
    def tokens(out: frozenset[int]) -> int:
        return sum(length for place, length in enumerate(lengths) if place not in out)

    return fit(exchanges(talk(*lengths), pinned), before, tokens, room)


def test_what_fits_is_left_alone() -> None:
    assert left_out([20, 20, 20, 20], 80, before=set(), pinned=set()) == frozenset()


def test_the_oldest_exchanges_go_whole_and_more_than_must() -> None:
    assert left_out([20] * 10, 199, before=set(), pinned=set()) == {0, 1, 2, 3, 4, 5}


def test_what_went_stays_out_while_the_rest_fits() -> None:
    assert left_out([20] * 10, 160, before={0, 1, 2, 3}, pinned=set()) == {0, 1, 2, 3}
    assert left_out([20] * 20, 330, before={0, 1, 2, 3}, pinned=set()) == {0, 1, 2, 3}


def test_pinned_turns_stay_with_their_exchange() -> None:
    assert left_out([20] * 10, 199, before=set(), pinned={1}) == {2, 3, 4, 5, 6, 7}
    # Pinned after it went: it comes back.
    assert 0 not in left_out([20] * 10, 220, before={0, 1, 2, 3}, pinned={0})


def test_questions_without_an_answer_go_alone() -> None:
    turns = [Message("user", "a"), Message("user", "b"), Message("assistant", "c")]
    assert exchanges(turns, ()) == [{0}, {1, 2}]


def test_the_last_exchange_is_kept_where_it_fits_at_all() -> None:
    assert left_out([90, 90, 80, 10], 100, before=set(), pinned=set()) == {0, 1}


@given(
    st.lists(st.integers(1, 60), max_size=14),
    st.integers(1, 400),
    st.sets(st.integers(0, 13)),
    st.sets(st.integers(0, 13)),
)
def test_it_fits_where_it_can_and_is_the_same_the_next_time(
    lengths: list[int], room: int, before: set[int], pinned: set[int]
) -> None:
    out = left_out(lengths, room, before=before, pinned=pinned)
    groups = exchanges(talk(*lengths), pinned)
    rest = sum(length for place, length in enumerate(lengths) if place not in out)
    assert rest <= room or out == frozenset().union(*groups)
    assert not out & pinned
    assert left_out(lengths, room, before=set(out), pinned=pinned) == out
    gone = [group for group in groups if group <= out and not group <= before]
    if len(gone) > 1:  # one exchange less would have left it above the low water mark
        more = sum(lengths[place] for place in gone[-1])
        assert rest + more > room * LOW_WATER
