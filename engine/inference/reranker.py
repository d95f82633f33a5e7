"""What the rest of the engine needs of a model that reads question and passage together."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Reranker(Protocol):
    """Tells how well passages answer a question. Safe to call from several threads."""

    @property
    def name(self) -> str: ...

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """Shape (n,), higher is better, in the order of the texts; without a scale of its own."""
        ...
