"""A trained adapter at a lower rank: half the file for a little of its effect.

Training with room to spare and cutting down afterwards keeps more than training at the low rank:
of every product the largest singular values stay, which no other pair of that rank comes nearer to
(Eckart and Young, 1936). Layers that changed more keep more of them than others, for the same size
of the whole.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.errors import ExportError
from training.peft_adapter import Pair, PeftAdapter


def shrunk(adapter: PeftAdapter, rank: int) -> PeftAdapter:
    """The adapter in the size that this rank would have. Raises ExportError for DoRA."""
    if adapter.dora:
        raise ExportError(
            "A DoRA adapter cannot be exported at a lower rank.",
            "Leave export_rank out, or train plain LoRA.",
        )
    if rank >= max(pair.rank for pair in adapter.pairs.values()):
        return adapter
    parts = {name: _parts(pair) for name, pair in adapter.pairs.items()}
    pairs = {name: parts[name].pair(kept) for name, kept in _ranks(parts, rank).items()}
    return replace(adapter, pairs=pairs, rank=max(pair.rank for pair in pairs.values()))


@dataclass(frozen=True, slots=True)
class _Parts:
    """The product of a pair, taken apart: ``left · diag(values) · right``."""

    whole: Pair
    left: NDArray[np.float64]
    """(out, r)"""
    values: NDArray[np.float64]
    """(r,), largest first"""
    right: NDArray[np.float64]
    """(r, in)"""

    @property
    def cost(self) -> int:
        """Numbers that one more rank takes."""
        return int(self.left.shape[0] + self.right.shape[1])

    def pair(self, rank: int) -> Pair:
        root = np.sqrt(self.values[:rank])
        second = self.left[:, :rank] * root  # (out, rank)
        first = self.right[:rank] * root[:, None]  # (rank, in)
        return replace(self.whole, first=first.astype(np.float32), second=second.astype(np.float32))


def _parts(pair: Pair) -> _Parts:
    # The product is (out, in), but all of it lies in the spans of two thin matrices.
    left, upper = np.linalg.qr(pair.second.astype(np.float64))  # (out, r), (r, r)
    right, lower = np.linalg.qr(pair.first.T.astype(np.float64))  # (in, r), (r, r)
    u, values, vt = np.linalg.svd(upper @ lower.T)
    return _Parts(pair, left @ u, values, vt @ right.T)


def _ranks(parts: dict[str, _Parts], rank: int) -> dict[str, int]:
    """How many singular values each pair keeps, at least one: those that matter most for their
    size."""
    room = sum((min(rank, part.whole.rank) - 1) * part.cost for part in parts.values())
    kept = dict.fromkeys(parts, 1)
    worth = sorted(
        (
            (-((value * part.whole.scale) ** 2) / part.cost, name)
            for name, part in parts.items()
            for value in part.values[1:]
        ),
    )
    for _, name in worth:
        if parts[name].cost <= room:
            kept[name] += 1
            room -= parts[name].cost
    return kept
