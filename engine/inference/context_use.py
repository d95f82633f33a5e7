"""Which turns of a conversation the model gets to see, counted with its own tokenizer and template.

Older turns go first, a question always with its answer, and what went is told, so that a face can
show where the model's memory of the conversation begins.
"""

from collections.abc import Collection, Sequence

from engine.inference.chat_model import ChatModel
from engine.types import ContextUse, Message


def fit(
    model: ChatModel,
    messages: Sequence[Message],
    *,
    reserve: int,
    pinned: Collection[int] = (),
) -> tuple[list[Message], ContextUse]:
    """The turns that fit beside an answer of ``reserve`` tokens, and what became of each.

    The system's words, the last turn and those named in ``pinned`` stay, whatever they take.
    """
    groups = _exchanges(messages, pinned)
    n_ctx = model.info.n_ctx

    def kept(dropped: int) -> list[int]:
        gone = {place for group in groups[:dropped] for place in group}
        return [place for place in range(len(messages)) if place not in gone]

    def tokens(dropped: int) -> int:
        return model.count_prompt([messages[place] for place in kept(dropped)])

    low, high = 0, len(groups)  # the fewest exchanges that must go, found by halving
    while low < high:
        middle = (low + high) // 2
        if tokens(middle) + reserve <= n_ctx:
            high = middle
        else:
            low = middle + 1
    places = kept(low)
    use = ContextUse(
        n_ctx=n_ctx,
        prompt_tokens=tokens(low),
        reserved_tokens=reserve,
        kept=tuple(places),
        dropped=tuple(place for place in range(len(messages)) if place not in places),
    )
    return [messages[place] for place in places], use


def _exchanges(messages: Sequence[Message], pinned: Collection[int]) -> list[list[int]]:
    """What may go, oldest first: a question with what follows it up to the next question."""
    groups: list[list[int]] = []
    for place, message in enumerate(messages[:-1]):
        if message.role == "system":
            continue
        if message.role == "user" or not groups:
            groups.append([])
        groups[-1].append(place)
    return [group for group in groups if not any(place in pinned for place in group)]
