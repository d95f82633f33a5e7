"""Whether a model of the catalogue will fit here, told before a byte of it is fetched.

Only its size is known then, so that everything is an estimate and said as one; the file's own
header tells exactly once it is there.
"""

import re
from dataclasses import dataclass

from engine.inference.cores import usable_cores
from engine.models import fit
from engine.models.calibration import Calibration
from engine.models.catalogue import Offer
from engine.models.fit import Fit, Memory, Need

BITS = {"Q4_0": 4.6, "Q4_K_S": 4.7, "Q4_K_M": 5.0, "Q5_K_M": 5.7, "Q6_K": 6.6, "Q8_0": 8.5}
"""Bits a weight takes in a whole file, its larger layers included."""
OTHER_BITS = 16.0
CONTEXT_BYTES_PER_TOKEN = 160_000
"""Of most models from 0.5 to 14 billion weights; they lie between 12,000 and 200,000."""
WIDTH = 4096
EXPERTS = re.compile(r"mixture of experts|\bMoE\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OfferFit:
    """What can be said of an offer on this machine."""

    fit: Fit
    words: str
    size_bytes: int
    """Of the download; estimated where the catalogue does not know it."""
    exact: bool
    """Whether the size is the file's own."""
    need: Need
    decode_tokens_per_s: float | None
    """Expected writing speed; None where nothing was measured or it cannot be told."""


def estimate(offer: Offer, memory: Memory, figures: Calibration | None) -> OfferFit:
    """Memory and speed from the size that is known, or from parameters and quantization."""
    size = offer.size_bytes or estimated_bytes(offer)
    context = min(fit.DEFAULT_N_CTX, offer.context or fit.DEFAULT_N_CTX)
    chats = offer.role == "chat"
    needed = Need(
        weights=size,
        context=CONTEXT_BYTES_PER_TOKEN * context if chats else 0,
        overhead=fit.OVERHEAD_BYTES + (fit.BUFFERS_PER_WIDTH * WIDTH if chats else 0),
    )
    judged = fit.judge(needed, memory)
    speed = None
    if figures is not None and chats and judged != "will not fit":
        speed = _speed(offer, needed, figures)
    return OfferFit(
        judged, _words(judged, needed, memory), size, bool(offer.size_bytes), needed, speed
    )


def estimated_bytes(offer: Offer) -> int:
    """Parameters times the bits that each takes; 0 where the parameters are not a number."""
    found = re.match(r"([\d.]+)\s*([BM])", offer.parameters)
    if found is None:
        return 0
    count = float(found[1]) * (1e9 if found[2] == "B" else 1e6)
    return round(count * BITS.get(offer.quantization, OTHER_BITS) / 8)


def _speed(offer: Offer, needed: Need, figures: Calibration) -> float | None:
    if EXPERTS.search(offer.purpose):
        return None  # a token passes only some of its weights; how many is in the file
    rate = figures.decode_bytes_per_s(offer.quantization, threads=usable_cores())
    return rate / (needed.weights + needed.context // 2) or None


def _words(judged: Fit, needed: Need, memory: Memory) -> str:
    size = fit.gigabytes(needed.total)
    if judged == "will not fit":
        return f"It will not fit: it needs about {size} of {fit.gigabytes(memory.total)}."
    free = fit.gigabytes(memory.available)
    if judged == "fits":
        return f"It fits: it needs about {size} of the {free} that are free."
    if needed.total <= memory.available:
        return f"It will be tight: it needs about {size} of the {free} that are free."
    return f"It will be tight: it needs about {size}; {free} are free, so close other programs."
