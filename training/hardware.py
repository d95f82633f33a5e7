"""What this machine can do for a training, and what a training asks of it, in plain words."""

import math
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import torch

from engine.inference.cores import usable_cores
from training import running
from training.base import BaseFacts
from training.config import TrainingConfig
from training.errors import PreflightError
from training.lessons import Row
from training.sheets import SHEET_TOKENS, Sheet

LIBRARY_BYTES = 600_000_000
"""PyTorch and what stands on it, once loaded."""
SPARE_BYTES = 500_000_000
"""Left to the rest of the machine."""
LOW_BATTERY = 0.3
BF16_GAIN = 1.15
"""bf16 is taken where it is measured to be this much faster."""
FOUR_BIT_BYTES = 0.56
"""Of a number of a matrix in 4 bits, its share of the scales counted in."""
BYTES = {"bf16": 2, "fp32": 4}
"""Of a number in each precision."""
_GB = 1e9


def threads(config: TrainingConfig) -> int:
    return config.threads or usable_cores()


# --- precision -----------------------------------------------------------------------------------


def precision(config: TrainingConfig) -> str:
    """``"fp32"`` or ``"bf16"``; a second of measuring where the machine leaves the choice."""
    if config.precision != "auto":
        return config.precision
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    if not _native_bf16():
        return "fp32"
    return "bf16" if _matmul_s(torch.float32) > BF16_GAIN * _matmul_s(torch.bfloat16) else "fp32"


def _native_bf16() -> bool:
    check = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(check()) if check is not None else False


def _matmul_s(dtype: torch.dtype, rounds: int = 12) -> float:
    """Processor seconds of products as in a layer: the least of some rounds."""
    left, right = torch.randn(512, 1024, dtype=dtype), torch.randn(2048, 1024, dtype=dtype)
    best = math.inf
    for _ in range(rounds):
        started = time.process_time()
        torch.nn.functional.linear(left, right)
        best = min(best, time.process_time() - started)
    return best


# --- batches and memory --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Batches:
    """How a step is cut into what is computed at once."""

    micro_batch: int
    accumulate: int
    checkpointing: bool
    peak_bytes: int
    """Estimated most of the whole process."""
    processes: int = 1
    """That share a step; the other numbers are of each."""

    def steps(self, rows: int, epochs: float) -> int:
        """Steps that see every row so many times."""
        seen = self.micro_batch * self.accumulate * self.processes
        return max(1, math.ceil(rows * epochs / seen))


def activation_bytes(base: BaseFacts, tokens: int, *, bytes_each: int, checkpointing: bool) -> int:
    """Memory of what one micro-batch leaves behind for its way back."""
    kept = base.layers * tokens * base.width * 4
    layer = tokens * (24 * base.width + 10 * base.feed_forward) * bytes_each
    return kept + layer if checkpointing else base.layers * layer


def batches(
    config: TrainingConfig,
    base: BaseFacts,
    units: Sequence[Row] | Sequence[Sheet],
    *,
    bytes_each: int,
) -> Batches:
    """Rows at once, and whether activations are computed twice; sheets are computed one by one.

    Raises PreflightError.
    """
    processes = running.processes()
    batch = max(1, config.batch // processes)
    config = replace(config, batch=batch, micro_batch=min(batch, config.micro_batch))
    return replace(_of_one(config, base, units, bytes_each), processes=processes)


def _of_one(
    config: TrainingConfig,
    base: BaseFacts,
    units: Sequence[Row] | Sequence[Sheet],
    bytes_each: int,
) -> Batches:
    longest = max((len(unit.input_ids) for unit in units), default=1)
    if any(isinstance(unit, Sheet) for unit in units):
        one = _batches(replace(config, batch=1, micro_batch=1), base, longest, bytes_each)
        examples = sum(len(unit.branches) for unit in units if isinstance(unit, Sheet))
        return replace(one, accumulate=max(1, round(config.batch * len(units) / examples)))
    return _batches(config, base, longest, bytes_each)


def sheet_tokens(config: TrainingConfig, base: BaseFacts, longest: int, *, bytes_each: int) -> int:
    """Most tokens of a sheet: what memory allows, and not less than the longest row."""
    tokens = max(longest, SHEET_TOKENS)
    while tokens > longest:
        try:
            if not _batches(
                replace(config, batch=1, micro_batch=1), base, tokens, bytes_each
            ).checkpointing:
                break
        except PreflightError:
            pass
        tokens = max(longest, tokens // 2)
    return tokens


def _batches(config: TrainingConfig, base: BaseFacts, longest: int, bytes_each: int) -> Batches:
    free = config.memory_bytes or free_bytes()
    fixed = LIBRARY_BYTES + _base_bytes(config, base, bytes_each) + _adapter_bytes(config, base)
    micro = config.micro_batch or max(1, min(config.batch, SHEET_TOKENS // longest))
    while config.batch % micro:
        micro -= 1
    least = 0
    while True:
        for checkpointing in _choices(config):
            tokens = micro * longest
            peak = fixed + activation_bytes(
                base, tokens, bytes_each=bytes_each, checkpointing=checkpointing
            )
            peak += 3 * 4 * base.vocabulary * tokens // 2  # logits of answers half as long
            if peak <= free:
                return Batches(micro, config.batch // micro, checkpointing, peak)
            least = peak
        if micro == 1 or config.micro_batch:
            raise PreflightError(
                f"This training needs {least / _GB:.1f} GB of memory, and {free / _GB:.1f} GB are "
                "free.",
                _smaller(base, longest, fixed, free, bytes_each),
            )
        micro = max(part for part in range(1, micro) if config.batch % part == 0)


def free_bytes() -> int:
    """Memory that a training may take: the graphics processor's where there is one."""
    if torch.cuda.is_available():
        return int(torch.cuda.mem_get_info()[0])
    return int(psutil.virtual_memory().available) - SPARE_BYTES


def _base_bytes(config: TrainingConfig, base: BaseFacts, bytes_each: int) -> int:
    if not config.four_bit:
        return base.parameters * bytes_each
    table = base.vocabulary * base.width  # stays as it is
    return table * bytes_each + int((base.parameters - table) * FOUR_BIT_BYTES)


def _choices(config: TrainingConfig) -> tuple[bool, ...]:
    return {"on": (True,), "off": (False,), "auto": (False, True)}[config.checkpointing]


def _adapter_bytes(config: TrainingConfig, base: BaseFacts) -> int:
    """Weights, gradients and Adam's two moments, in fp32."""
    weights = base.layers * config.rank * (8 * base.width + 3 * (base.width + base.feed_forward))
    return 16 * weights


def _smaller(base: BaseFacts, longest: int, fixed: int, free: int, bytes_each: int) -> str:
    """A job that would fit, in words."""
    tokens = longest
    while tokens > 64:
        tokens = tokens * 3 // 4
        need = fixed + activation_bytes(base, tokens, bytes_each=bytes_each, checkpointing=True)
        if need + 6 * base.vocabulary * tokens <= free:
            return (
                f"Close other programs, or leave out examples of more than {tokens:,} tokens: that "
                "would fit."
            )
    return "Close other programs, or choose a smaller model."


# --- preflight -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a job asks of the machine."""

    batches: Batches
    disk_bytes: int
    minutes: float
    """Estimated from the processor's speed; the events tell it better after a few steps."""
    words: str
    """For the user, some sentences."""


def preflight(
    config: TrainingConfig,
    base: BaseFacts,
    units: Sequence[Row] | Sequence[Sheet],
    folder: Path,
    *,
    precision: str,
    unpacked: bool = False,
) -> Preflight:
    """Check memory, disk, time and battery before the first step; ``unpacked`` where the whole base
    is written to the disk meanwhile.

    Raises PreflightError.
    """
    plan = batches(config, base, units, bytes_each=BYTES[precision])
    disk = 4 * _adapter_bytes(config, base) + 50_000_000
    if config.merge:
        disk += 2 * base.parameters * 2
    if unpacked:
        disk += base.parameters * BYTES[precision]
    free = shutil.disk_usage(folder).free
    if disk > free:
        raise PreflightError(
            f"This training needs {disk / _GB:.1f} GB on the disk of {folder}, and "
            f"{free / _GB:.1f} GB are free.",
            "Free some space" + (", or train without merging the model." if config.merge else "."),
        )
    steps = config.steps or plan.steps(len(units), config.epochs)
    mean = sum(len(unit.input_ids) for unit in units) / max(1, len(units))
    tokens = steps * plan.micro_batch * plan.accumulate * mean
    minutes = 6 * base.parameters * tokens / _flops(precision) / 60
    words = (
        f"{steps:,} steps of {config.batch} examples; about {_minutes(minutes)}, "
        f"{plan.peak_bytes / _GB:.1f} GB of memory and {disk / _GB:.1f} GB of disk."
    )
    return Preflight(plan, disk, minutes, f"{words}{_battery(minutes)}")


def _flops(precision: str) -> float:
    """Sums and products in a second, measured on a product as in a layer."""
    if torch.cuda.is_available():
        return 3e13
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    busy = _matmul_s(dtype, rounds=4) or 1e-3  # processor seconds, of all threads together
    share = 0.5  # what is left of it in a whole step
    return float(share * 2 * 512 * 1024 * 2048 / busy * torch.get_num_threads())


def _minutes(minutes: float) -> str:
    if minutes < 1:
        return "a minute"
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"


def _battery(minutes: float) -> str:
    try:
        battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    except (OSError, RuntimeError):  # some systems have a battery that cannot be read
        battery = None
    if battery is None or battery.power_plugged:
        return ""
    if battery.percent / 100 < LOW_BATTERY or minutes > 30:
        return f" The battery is at {battery.percent:.0f} %: plug the machine in first."
    return f" It runs on its battery, at {battery.percent:.0f} %."
