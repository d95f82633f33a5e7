"""Which turns of a conversation the model gets to see, counted with its own tokenizer and template.

Older turns go first, a question always with its answer. What went stays out, and when something
must go more goes than must, so that the prompt then begins the same for several questions: what
the model has read of it is not read again.
"""

from collections.abc import Callable, Collection, Sequence

from engine.model_types import Message

LOW_WATER = 0.6
"""Share of the room that the prompt may take after something had to go."""


def exchanges(turns: Sequence[Message], pinned: Collection[int]) -> list[frozenset[int]]:
    """What may go, oldest first: a question with what follows it up to the next question.

    An exchange with a pinned turn in it stays whole.
    """
    groups: list[list[int]] = []
    for place, turn in enumerate(turns):
        if turn.role == "user" or not groups:
            groups.append([])
        groups[-1].append(place)
    return [frozenset(group) for group in groups if not any(place in pinned for place in group)]


def fit(
    groups: Sequence[frozenset[int]],
    before: Collection[int],
    tokens: Callable[[frozenset[int]], int],
    room: int,
) -> frozenset[int]:
    """The places of the turns to leave out, so that the prompt takes at most ``room`` tokens.

    ``before`` was left out the last time, ``tokens`` tells the length of the prompt without the
    places that it is given. All groups go where even that is not enough; the caller has to look.
    """
    out = frozenset().union(*(group for group in groups if group <= frozenset(before)))
    if tokens(out) <= room:
        return out
    left = [group for group in groups if not group <= out]

    def without(count: int) -> frozenset[int]:
        return out.union(*left[:count])

    low, high = 1, len(left)  # the fewest exchanges that must go, found by halving
    while low < high:
        middle = (low + high) // 2
        if tokens(without(middle)) <= room * LOW_WATER:
            high = middle
        else:
            low = middle + 1
    if low == len(left) > 1 and tokens(without(low - 1)) <= room:
        low -= 1  # the last exchange is worth more than room to spare
    return without(low) if left else out
