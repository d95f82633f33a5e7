"""How much context a model gets and in which numbers it is kept, from the memory that is free.

One rule for the model process and for what is told before loading.
"""

from dataclasses import dataclass

MIN_N_CTX = 512
SHARE = 2
"""The context takes at most one part in so many of the free memory."""
BITS = {"f16": 16.0, "q8_0": 8.5}
"""Of one number; q8_0 keeps one 16-bit scale for every 32 numbers of 8 bits."""
BLOCK = 32
"""Numbers of one q8_0 block: a head's width must be a multiple of it."""


@dataclass(frozen=True, slots=True)
class ContextPlan:
    """A context to be made."""

    n_ctx: int
    kv_type: str
    """``"f16"``, or ``"q8_0"``, which needs flash attention."""
    bytes: int

    @property
    def flash(self) -> bool:
        """Whether flash attention must be on."""
        return self.kv_type != "f16"


def plan(wanted: int, width: int, available: int, *, blocks: bool = True) -> ContextPlan:
    """Keep the wanted context exactly, else in 8 bits, else halve it until its state fits.

    ``width`` is the number of keys and values that one token leaves behind in all layers;
    ``blocks`` tells whether heads are made of whole blocks. Measured on the starter model, 8 bits
    change no perplexity to speak of, but reading and writing become slower.
    """
    room = available // SHARE
    if _bytes(wanted, width, "f16") <= room:
        return ContextPlan(wanted, "f16", _bytes(wanted, width, "f16"))
    kind = "q8_0" if blocks else "f16"
    n_ctx = wanted
    while n_ctx > MIN_N_CTX and _bytes(n_ctx, width, kind) > room:
        n_ctx //= 2
    return ContextPlan(n_ctx, kind, _bytes(n_ctx, width, kind))


def exactly(n_ctx: int, width: int, kind: str) -> ContextPlan:
    """What was asked for, whatever the memory."""
    return ContextPlan(n_ctx, kind, _bytes(n_ctx, width, kind))


def _bytes(n_ctx: int, width: int, kind: str) -> int:
    return int(n_ctx * width * BITS[kind] / 8)
