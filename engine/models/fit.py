"""Whether a model fits into this machine's memory, told before it is loaded."""

from dataclasses import dataclass
from typing import Literal

import psutil

from engine.models.gguf_header import GgufHeader

Fit = Literal["fits", "tight", "will not fit"]

OVERHEAD_BYTES = 200 << 20
"""The process itself and its working buffers; 120 to 180 MB were measured with small models."""
COMFORTABLE_SHARE = 0.7
"""Of the memory that is free now; above it other programs begin to suffer."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Main memory of this machine, in bytes."""

    total: int
    available: int

    @classmethod
    def now(cls) -> "Memory":
        memory = psutil.virtual_memory()
        return cls(memory.total, memory.available)


def needed_bytes(header: GgufHeader, n_ctx: int) -> int:
    """Weights, context of ``n_ctx`` tokens and overhead."""
    return header.tensor_bytes + header.kv_bytes_per_token * n_ctx + OVERHEAD_BYTES


def judge(needed: int, memory: Memory) -> Fit:
    """``fits`` with room to spare, ``tight`` where other programs must give way, or not at all."""
    if needed <= memory.available * COMFORTABLE_SHARE:
        return "fits"
    if needed <= memory.total * 0.9:
        return "tight"
    return "will not fit"
