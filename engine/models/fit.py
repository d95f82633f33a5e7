"""Whether a model fits into this machine and how fast it will be, told before it is loaded."""

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from engine.inference import context_plan
from engine.inference.context_plan import ContextPlan
from engine.inference.cores import usable_cores
from engine.models.calibration import Calibration
from engine.models.gguf_header import GgufHeader

Fit = Literal["fits", "tight", "will not fit"]

OVERHEAD_BYTES = 200 << 20
"""The process itself and its working buffers; 120 to 180 MB were measured with small models."""
BUFFERS_PER_WIDTH = 64 << 10
"""More working buffers for wider models: a batch of 512 tokens, 32 numbers of 4 bytes a width."""
COMFORTABLE_SHARE = 0.7
"""Of the memory that is free now; above it other programs begin to suffer."""
USABLE_SHARE = 0.9
"""Of all memory; the rest belongs to the system."""
DEFAULT_N_CTX = 4096
BATCH_TOKENS = 512
COPIED = {
    "x86_64": frozenset({"Q4_0", "Q4_K", "IQ4_NL"}),
    "arm64": frozenset({"Q4_0", "Q4_K", "Q5_K", "Q6_K", "Q8_0", "IQ4_NL"}),
}
"""Kinds whose matrices llama.cpp copies in another order for the processor's vector units. Its own
account agreed for Q4_0 (57 MB of 86) and Q8_0 (none) of the starter model on x86-64."""
SLOW_WRITING = 4.0
"""Tokens per second; below it people read faster than the model writes."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Main memory of this machine, in bytes."""

    total: int
    available: int

    @classmethod
    def now(cls) -> "Memory":
        memory = psutil.virtual_memory()
        return cls(memory.total, memory.available)


@dataclass(frozen=True, slots=True)
class Need:
    """Memory that a model takes, in bytes."""

    weights: int
    """As in the file, which is mapped: parts that are not used give way."""
    context: int
    overhead: int
    copied: int = 0
    """Weights that stand in memory a second time, rearranged for the processor. What they were
    copied from is not read again and gives way when memory is short."""

    @property
    def total(self) -> int:
        """What a system monitor shows."""
        return self.weights + self.copied + self.context + self.overhead

    @property
    def lasting(self) -> int:
        """What must be there all the time."""
        return self.weights + self.context + self.overhead


@dataclass(frozen=True, slots=True)
class FitReport:
    """Everything ``models fit`` tells."""

    file: str
    fit: Fit
    words: str
    need: Need
    available: int
    n_ctx: int
    n_gpu_layers: int
    threads: int
    batch: int
    flash_attention: str
    kv_type: str
    prefill_tokens_per_s: float | None
    """Expected; None where nothing could be measured."""
    decode_tokens_per_s: float | None
    reasons: tuple[str, ...]


def need(header: GgufHeader, plan: ContextPlan, *, machine: str = "") -> Need:
    """Weights, their copy, the planned context and overhead."""
    return Need(
        weights=header.tensor_bytes,
        context=plan.bytes,
        overhead=OVERHEAD_BYTES + BUFFERS_PER_WIDTH * header.embedding,
        copied=copied(header, machine or platform.machine()),
    )


def copied(header: GgufHeader, machine: str) -> int:
    """Bytes of the weights that llama.cpp rearranges for a processor of this kind."""
    plain = {"amd64": "x86_64", "aarch64": "arm64"}.get(machine.lower(), machine.lower())
    kinds = COPIED.get(plain, frozenset())
    return sum(size for kind, size in header.repackable.items() if kind in kinds)


def judge(needed: Need, memory: Memory) -> Fit:
    """``fits`` with room to spare, ``tight`` where other programs must give way, or not at all."""
    if needed.total <= memory.available * COMFORTABLE_SHARE:
        return "fits"
    if needed.lasting <= memory.total * USABLE_SHARE:
        return "tight"
    return "will not fit"


def choose_context(header: GgufHeader, wanted: int, memory: Memory) -> ContextPlan:
    """The wanted context, no more than the model was trained on, as the free memory allows.

    The same rule as in the model process, so that what is told here is what is loaded.
    """
    n_ctx = min(wanted, header.n_ctx_train or wanted)
    blocks = header.head_width > 0 and header.head_width % context_plan.BLOCK == 0
    return context_plan.plan(n_ctx, header.kv_width, memory.available, blocks=blocks)


def examine(
    path: Path,
    header: GgufHeader,
    memory: Memory,
    calibration: Calibration | None,
    *,
    n_ctx: int = DEFAULT_N_CTX,
    threads: int = 0,
) -> FitReport:
    """Decide how a model would run here, and say why. ``threads`` 0 takes the physical cores."""
    plan = choose_context(header, n_ctx, memory)
    chosen = plan.n_ctx
    needed = need(header, plan)
    fit = judge(needed, memory)
    prefill, decode = expected(header, needed, calibration, threads=threads)
    gpu = calibration.gpu if calibration is not None and calibration.probes else None
    return FitReport(
        file=str(path),
        fit=fit,
        words=in_words(fit, needed, memory, prefill, decode),
        need=needed,
        available=memory.available,
        n_ctx=chosen,
        n_gpu_layers=header.layers + 1 if gpu else 0,
        threads=threads or usable_cores(),
        batch=calibration.batch if calibration is not None else BATCH_TOKENS,
        flash_attention="on" if plan.flash else "auto",
        kv_type=plan.kv_type,
        prefill_tokens_per_s=None if fit == "will not fit" else prefill,
        decode_tokens_per_s=None if fit == "will not fit" else decode,
        reasons=(
            *_reasons(header, plan, n_ctx, threads, needed, memory),
            _batch(calibration),
            *_copy(needed),
            _where(gpu),
        ),
    )


def expected(
    header: GgufHeader, needed: Need, calibration: Calibration | None, *, threads: int = 0
) -> tuple[float | None, float | None]:
    """Tokens per second read and written, with a context that is half full."""
    if calibration is None:
        return None, None
    written = calibration.decode_tokens_per_s(
        header, threads=threads or usable_cores(), context_bytes=needed.context // 2
    )
    read = calibration.prefill_tokens_per_s(header)
    return round(read, 1) or None, round(written, 1) or None


def in_words(
    fit: Fit, needed: Need, memory: Memory, prefill: float | None, decode: float | None
) -> str:
    """One or two plain sentences."""
    size, free = gigabytes(needed.total), gigabytes(memory.available)
    if fit == "will not fit":
        return f"It will not fit: it needs {size}, and this machine has {gigabytes(memory.total)}."
    if fit == "fits":
        words = f"It fits: it needs {size} of the {free} that are free."
    elif needed.total <= memory.available:
        words = f"It is tight: it needs {size} of the {free} that are free."
    else:
        words = f"It is tight: it needs {size} and {free} are free, so close other programs first."
    if prefill and decode:
        words += f" Expect to read about {_rate(prefill)} tokens/s and write about {_rate(decode)}."
        if decode < SLOW_WRITING:
            words += " That is slower than reading along."
    return words


def _reasons(
    header: GgufHeader, plan: ContextPlan, wanted: int, threads: int, needed: Need, memory: Memory
) -> tuple[str, ...]:
    chosen = plan.n_ctx
    if chosen == wanted:
        context = f"{chosen:,} tokens of context, as set; they take {gigabytes(needed.context)}."
    elif chosen == header.n_ctx_train:
        context = f"{chosen:,} tokens of context: the model was trained on no more."
    else:
        context = (
            f"{chosen:,} tokens of context instead of {wanted:,}, so that it takes at most half "
            f"of the {gigabytes(memory.available)} that are free."
        )
    workers = f"{threads} threads, as set." if threads else (
        f"{usable_cores()} threads: one for each physical core; writing tries whether fewer do."
    )  # fmt: skip
    return (
        context,
        workers,
        *_kept(plan, memory),
    )


def _kept(plan: ContextPlan, memory: Memory) -> tuple[str, str]:
    if plan.kv_type == "f16":
        return (
            "Context kept as 16-bit numbers: exact, and the quickest.",
            "Flash attention is left to llama.cpp, which uses it where the model allows.",
        )
    return (
        f"Context kept as 8-bit numbers, because 16-bit ones would take more than half of the "
        f"{gigabytes(memory.available)} that are free; reading and writing become slower.",
        "Flash attention on: a context of 8-bit numbers needs it.",
    )


def _batch(calibration: Calibration | None) -> str:
    if calibration is None or not calibration.batches:
        return f"Batches of {BATCH_TOKENS} tokens, llama.cpp's own default."
    rates = ", ".join(f"{size}: {rate:.0f}" for size, rate in calibration.batches)
    return f"Batches of {calibration.batch} tokens, measured here (tokens/s read by size {rates})."


def _copy(needed: Need) -> tuple[str, ...]:
    if not needed.copied:
        return ()
    return (
        f"llama.cpp keeps {gigabytes(needed.copied)} of the weights a second time, rearranged for "
        "this processor; the originals give way when memory is short.",
    )


def _where(gpu: str | None) -> str:
    if gpu is None:
        return "Layers on a graphics processor are decided when the model is loaded."
    if gpu:
        return (
            f"All layers on {gpu}, or as many as have room in its memory when the model is loaded."
        )
    return "No layers on a graphics processor: llama.cpp here found none that it can use."


def gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _rate(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
