"""The values by which the engine speaks of models: messages, what a run cost, cards.

Plain, frozen, without behaviour, as :mod:`engine.types`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn as the chat template sees it."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one generation."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    reused_tokens: int = 0
    """Prompt tokens whose state was still in the model from the turn before."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How likely the model found some texts."""

    values: tuple[float, ...]
    """Mean log-probability per token, in the order of the texts."""
    usage: Usage
    """The tokens that were read for it; none are written."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The end of a generation."""

    text: str
    finish_reason: Literal["stop", "length", "cancelled"]
    usage: Usage
    first_token_s: float
    """Seconds from the request to the first token."""
    total_s: float
    thinking: str = ""
    """What a thinking model wrote between its ``<think>`` marks, not part of ``text``."""


@dataclass(frozen=True, slots=True)
class ChatModelInfo:
    """What the running model process says of itself."""

    name: str
    path: str
    architecture: str
    quantization: str
    n_ctx: int
    """Context of this process, in tokens."""
    n_ctx_train: int
    size_bytes: int
    note: str = ""
    """What had to be replaced when it was loaded, e.g. a broken chat template; mostly empty."""
    gpu: str = ""
    """Names of the graphics processors that the installed llama.cpp can use; mostly empty."""
    gpu_layers: int = 0
    """Layers that run on them."""
    layers: int = 0
    """All layers of the model, the output counted as one."""
    gpu_note: str = ""
    """Why the graphics processor could not be used, where there is one; empty otherwise."""
    kv_type: str = ""
    """Numbers that the context is kept in: ``"f16"`` or ``"q8_0"``."""
    buffers: Mapping[str, int] = field(default_factory=dict)
    """Bytes of memory by place and use, as llama.cpp tells them: ``"CPU KV"``, …"""
    adapters: tuple[str, ...] = ()
    """Names of the adapters in effect."""

    @property
    def label(self) -> str:
        """The model with its adapters, as an answer names it."""
        return " + ".join([self.name, *self.adapters])


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Ties a set of vectors to what made them; any difference means a new set."""

    model_id: str
    file_sha256: str
    dimension: int
    query_prefix: str = ""
    passage_prefix: str = ""
    pooling: str = "mean"
    max_tokens: int = 256


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model on this machine, as ``models list`` tells it."""

    name: str
    role: Literal["chat", "embedding", "reranking"]
    file: str
    size_bytes: int
    quantization: str
    context: int
    """Longest input in tokens that the model was trained for."""
    licence: str
    origin: str
    """Where the weights come from, in words."""
    fit: str
    """``"fits"``, ``"tight"`` or ``"will not fit"`` in this machine's memory."""
    note: str = ""
    """How it was prepared for this machine and why (measured tokens/s, cosine kept)."""
    adapters: tuple[str, ...] = ()
    """Files of the adapters that were made for it."""
    source: str = ""
    """``"starter"``, ``"added"``, ``"downloaded"``, ``"made"``, ``"models folder"``,
    ``"endpoint"`` or the program whose folder the file lies in."""
    words: str = ""
    """The fit in a plain sentence."""


@dataclass(frozen=True, slots=True)
class AdapterCard:
    """An adapter on this machine."""

    name: str
    file: str
    size_bytes: int
    models: tuple[str, ...]
    """Names of the models here that it fits; empty where there is none, and ``note`` says why."""
    rank: int = 0
    task: str = ""
    """What it was trained for; empty where it does not say."""
    note: str = ""
    """Why it fits no model here, or what could not be checked; mostly empty."""
    documents: tuple[str, ...] = ()
    """Those of its models whose answers from documents it words; it is left out of the others'."""
    shipped: bool = False
    """Whether it came with the app."""


@dataclass(frozen=True, slots=True)
class AdapterInUse:
    """An adapter that a model is used with."""

    name: str
    file: str
    scale: float
    """1 is as it was trained."""
    effect: float = 0.0
    """Proof: the largest change of a logit that it makes after a fixed text; 0 while not tried."""
    note: str = ""
    """What could not be checked; empty where all was."""
    task: str = ""
    """What it was taught; empty where it does not say."""
    documents: bool = True
    """Whether it words answers from documents."""
    part: str = ""
    """What it is used for and what it is left out of, in sentences."""

    @property
    def words(self) -> str:
        """What it does, as a sentence."""
        strength = "" if self.scale == 1 else f" at {self.scale:g} times its strength"
        if not self.effect:
            return f"{self.name} is used{strength} from the next question on."
        unsure = f" Not checked: {self.note}." if self.note else ""
        return (
            f"{self.name} is in effect{strength}: it was tried, and it changes what the model "
            f"says (a next word's score moves by up to {self.effect:.2g}).{unsure}"
        )


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """The chat model that is in memory right now."""

    file: str
    memory_bytes: int
    """What its process holds, its share of the file on disk included."""
    adapters: tuple[str, ...] = ()
    """Names of the adapters in effect."""
