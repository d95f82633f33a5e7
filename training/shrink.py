"""A trained adapter at a lower rank: half the file for a little of its effect.

Training with room to spare and cutting down afterwards keeps more than training at the low rank:
of every product the largest singular values stay, which no other pair of that rank comes nearer to
(Eckart and Young, 1936).
"""

from dataclasses import replace

import numpy as np

from training.errors import ExportError
from training.peft_adapter import Pair, PeftAdapter


def shrunk(adapter: PeftAdapter, rank: int) -> PeftAdapter:
    """The adapter with pairs of at most this rank. Raises ExportError for DoRA."""
    if adapter.dora:
        raise ExportError(
            "A DoRA adapter cannot be exported at a lower rank.",
            "Leave export_rank out, or train plain LoRA.",
        )
    pairs = {name: _cut(pair, rank) for name, pair in adapter.pairs.items()}
    return replace(adapter, pairs=pairs, rank=max(pair.rank for pair in pairs.values()))


def _cut(pair: Pair, rank: int) -> Pair:
    if rank >= pair.rank:
        return pair
    # The product is (out, in), but all of it lies in the spans of two thin matrices.
    left, upper = np.linalg.qr(pair.second.astype(np.float64))  # (out, r), (r, r)
    right, lower = np.linalg.qr(pair.first.T.astype(np.float64))  # (in, r), (r, r)
    u, values, vt = np.linalg.svd(upper @ lower.T)
    root = np.sqrt(values[:rank])
    second = (left @ u[:, :rank]) * root  # (out, rank)
    first = (right @ vt[:rank].T * root).T  # (rank, in)
    return replace(pair, first=first.astype(np.float32), second=second.astype(np.float32))
