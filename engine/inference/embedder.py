"""What the rest of the engine needs of a sentence embedder."""

from collections.abc import Sequence
from typing import Protocol

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
