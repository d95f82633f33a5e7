"""Asking a model in tests."""

from typing import Any

from engine.inference.chat_model import Sampling
from engine.inference.process import ProcessChatModel
from engine.model_types import Completion, Message
from engine.progress import CancelToken

CAPITAL = [Message("user", "What is the capital of France? Answer in one short sentence.")]
LONG = [Message("user", "The keeper climbed the stairs and wound the clockwork. " * 250)]


def ask(
    model: ProcessChatModel,
    messages: list[Message],
    *,
    prefill: str = "",
    cancel: CancelToken | None = None,
    **sampling: Any,
) -> Completion:
    """The end of an answer whose pieces, put together, are its text."""
    work = model.stream(messages, Sampling(**sampling), prefill=prefill, cancel=cancel)
    pieces: list[str] = []
    while True:
        try:
            pieces.append(next(work))
        except StopIteration as end:
            completion: Completion = end.value
            assert completion.text == "".join(pieces)
            return completion
