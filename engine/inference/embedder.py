"""What the rest of the engine needs of a sentence embedder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.model_types import EmbedderIdentity

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors. Safe to call from several threads."""

    @property
    def identity(self) -> EmbedderIdentity: ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character span of every token of a text, special tokens left out; never truncated."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (n, dimension) float32, L2-normalised, in the order of the texts."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Shape (dimension,) float32, L2-normalised."""
        ...


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """The tokens of one text with what each of them means in it; special tokens left out."""

    spans: tuple[tuple[int, int], ...]
    """Character span of every token that was read; the end of a long text is not."""
    matrix: Vectors
    """Shape (n_tokens, dimension) float32, each row L2-normalised."""


@runtime_checkable
class TokenEmbedder(Protocol):
    """An :class:`Embedder` that also tells its tokens one by one."""

    def embed_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[TokenVectors]:
        """In the order of the texts; empty where the encoder gives whole texts only."""
        ...
