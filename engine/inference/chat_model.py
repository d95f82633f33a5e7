"""What the rest of the engine needs of a chat model, wherever it runs."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from engine.inference.adapters import Adapter, AttachedAdapter
from engine.model_types import ChatModelInfo, Completion, Message, Scores
from engine.progress import CancelToken


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen. The defaults give the same answer to the same question."""

    max_tokens: int = 256
    """Most tokens to write, ≥ 1."""
    temperature: float = 0.0
    """0 takes the likeliest token; up to 2."""
    top_p: float = 1.0
    """Share of probability kept, (0, 1]."""
    min_p: float = 0.0
    """Tokens less likely than this share of the likeliest are left out, [0, 1); 0 keeps all."""
    top_k: int = 0
    """Number of likeliest tokens kept; 0 keeps all."""
    repeat_penalty: float = 1.0
    """1 leaves repetition alone; up to 2."""
    seed: int = 0
    """Of the dice, where the temperature is above 0: the same seed gives the same answer."""
    stop: tuple[str, ...] = ()
    """Texts that end the answer; not part of it."""
    grammar: str = ""
    """GBNF with a rule ``root`` that the answer keeps to; empty for none."""
    json_schema: str = ""
    """JSON schema that the answer keeps to, as JSON; empty for none. Not beside a grammar."""


class ChatModel(Protocol):
    """A model that answers a conversation. Not thread-safe: one request at a time."""

    @property
    def info(self) -> ChatModelInfo:
        """The loaded model; loads it first where needed. Raises ModelError."""
        ...

    def count_tokens(self, text: str) -> int:
        """Length of a text in the model's own tokens."""
        ...

    def count_prompt(self, messages: Sequence[Message]) -> int:
        """Length in tokens of the whole prompt that the chat template makes of these messages."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        prefill: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[str, None, Completion]:
        """Write the assistant's next turn piece by piece; the generator returns its end.

        ``prefill`` begins the assistant's turn and is not repeated in the pieces. A cancelled
        stream ends normally with ``finish_reason="cancelled"``. Raises InputError where the
        prompt does not fit ``n_ctx``, ModelCrashedError where the process ended; the next call
        starts it again.
        """
        ...

    def score(self, messages: Sequence[Message], continuations: Sequence[str]) -> Scores:
        """Mean log-probability per token of each text as the assistant's turn."""
        ...

    def score_each(
        self,
        prompts: Sequence[Sequence[Message]],
        continuation: str,
        *,
        cancel: CancelToken | None = None,
    ) -> Scores:
        """Mean log-probability per token of one text as the assistant's turn after each prompt.

        Raises CancelledError.
        """
        ...

    def close(self) -> None: ...


@runtime_checkable
class Adaptable(Protocol):
    """A chat model that takes adapters."""

    @property
    def adapters(self) -> tuple[AttachedAdapter, ...]:
        """What is attached."""
        ...

    def attach(self, wanted: Sequence[Adapter]) -> tuple[AttachedAdapter, ...]:
        """Use exactly these, proven to have an effect. Raises ModelError with the reason."""
        ...


def attached(model: object) -> tuple[AttachedAdapter, ...]:
    """The adapters in effect on a model, whether or not it takes some."""
    return model.adapters if isinstance(model, Adaptable) else ()
