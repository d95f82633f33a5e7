"""What a training would ask of this machine, in plain words, before anything is started.

Needs no PyTorch: sizes come from the model's header, the speed from one product of matrices. The
training process looks once more, at what is free by then.
"""

import math
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import psutil

from engine.errors import InputError
from engine.formats import gguf_walk
from engine.models.gguf_header import GgufHeader

Verdict = Literal["good", "tight", "bad"]

TRAINABLE = ("llama", "qwen2", "qwen3", "gemma2", "gemma3", "phi3")
"""Architectures that can be trained; mistral models call themselves llama."""
LIBRARY_BYTES = 600_000_000
"""PyTorch and what stands on it, once loaded."""
SPARE_BYTES = 500_000_000
"""Left to the rest of the machine."""
MICRO_TOKENS = 640
LONG_MINUTES = 60.0
LOW_BATTERY = 0.3
SPEED_SHARE = 0.5
"""What is left of a product's speed in a whole step."""
_GB = 1e9


@dataclass(frozen=True, slots=True)
class Machine:
    """What is free now."""

    memory_bytes: int
    disk_bytes: int
    flops: float
    """Of a training step, all threads together."""
    battery: float | None = None
    """Share that is left while it runs on it; None when plugged in or where there is none."""

    @classmethod
    def now(cls, folder: Path) -> "Machine":
        while not folder.exists():
            folder = folder.parent
        return cls(
            psutil.virtual_memory().available,
            shutil.disk_usage(folder).free,
            measured_flops(),
            _battery(),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    what: str
    words: str
    verdict: Verdict = "good"
    final: bool = False
    """No other machine, and no free memory, would help."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A smaller training that would fit, or one that ends sooner."""

    words: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    longest: int = 0
    """Examples of more tokens are left out; 0 leaves none out."""


@dataclass(frozen=True, slots=True)
class MachineCheck:
    lines: tuple[Line, ...]
    minutes: float
    proposal: Proposal | None = None

    @property
    def fits(self) -> bool:
        return all(line.verdict != "bad" for line in self.lines)

    @property
    def refused(self) -> Line | None:
        """What makes it impossible as it is asked for; None where the training may be tried."""
        return next((line for line in self.lines if line.final), None)

    @property
    def words(self) -> str:
        """One sentence."""
        bad = [line for line in self.lines if line.verdict == "bad"]
        return bad[0].words if bad else "This machine can do it."


@dataclass(frozen=True, slots=True)
class Base:
    """Sizes of the model that is trained."""

    architecture: str
    parameters: int
    layers: int
    width: int
    feed_forward: int
    vocabulary: int
    template: bool
    context: int = 0
    """Tokens that it was trained for; 0 where it does not say."""

    @classmethod
    def of(cls, path: Path, header: GgufHeader) -> "Base":
        shape = gguf_walk.walk(path).tensors.get("token_embd.weight", ())
        wide = header.metadata.get(f"{header.architecture}.feed_forward_length")
        return cls(
            header.architecture,
            header.parameters,
            header.layers,
            header.embedding,
            wide if isinstance(wide, int) else 4 * header.embedding,
            max(shape, default=0),
            bool(header.chat_template),
            header.n_ctx_train,
        )


def check(
    base: Base, settings: Mapping[str, Any], lengths: Sequence[int], machine: Machine
) -> MachineCheck:
    """Look at memory, disk, time and battery for examples of these lengths in tokens."""
    if base.architecture not in TRAINABLE:
        line = Line(
            "Model",
            f"Models of the kind “{base.architecture}” cannot be trained here; "
            f"{', '.join([*TRAINABLE, 'mistral'])} can.",
            "bad",
            final=True,
        )
        return MachineCheck((line,), 0.0)
    lines: list[Line] = []
    if not base.template:
        lines.append(
            Line("Model", "It brings no form of conversation; a plain one is used.", "tight")
        )
    limit, proposal = _limit(base, settings), None
    too_long = sum(length > limit for length in lengths)
    if too_long:
        many = f"{too_long:,} examples are" if too_long > 1 else "One example is"
        lines.append(
            Line(
                "Examples",
                f"{many} longer than the {limit:,} tokens that are read.",
                "bad",
                final=True,
            )
        )
        if too_long < len(lengths):
            what = f"the {too_long:,}" if too_long > 1 else "it"
            proposal = Proposal(f"Without {what} it can be trained.", longest=limit)
        lengths = [min(length, limit) for length in lengths]
    longest = max(lengths, default=1)
    free = machine.memory_bytes - SPARE_BYTES
    peak = least_peak(base, settings, longest, free)
    if peak > free:
        proposal = _smaller(base, settings, lengths, free) or proposal
        words = f"It needs {peak / _GB:.1f} GB, and {max(0, free) / _GB:.1f} GB are free."
        lines.append(Line("Memory", words, "bad"))
    else:
        words = f"About {peak / _GB:.1f} GB of the {free / _GB:.1f} GB that are free."
        lines.append(Line("Memory", words, "tight" if peak > 0.8 * free else "good"))
    minutes = _minutes(base, settings, lengths, machine)
    steps = _whole(settings, "steps", 0)
    told = f"About {spoken_minutes(minutes)}: {steps:,} steps of {_batch(settings)} examples."
    long = minutes > LONG_MINUTES
    lines.append(Line("Time", told, "tight" if long else "good"))
    if long and proposal is None and steps > 20:
        fewer = max(20, int(steps * LONG_MINUTES / minutes / 2))
        proposal = Proposal(
            f"With {fewer:,} steps it would take about {spoken_minutes(minutes * fewer / steps)}.",
            {"steps": fewer},
        )
    disk = 4 * _adapter_bytes(base, settings) + 50_000_000
    if settings.get("merge"):
        disk += 4 * base.parameters
    lines.append(_disk_line(disk, machine.disk_bytes))
    if machine.battery is not None:
        lines.append(_battery_line(machine.battery, minutes))
    return MachineCheck(tuple(lines), minutes, proposal)


def least_peak(base: Base, settings: Mapping[str, Any], longest: int, free: int) -> int:
    """Memory that the training takes, as its steps would be cut here to fit into what is free."""
    batch = _batch(settings)
    micro = _whole(settings, "micro_batch", 0) or max(1, min(batch, MICRO_TOKENS // longest))
    while batch % micro:
        micro -= 1
    kept = settings.get("checkpointing", "auto")
    ways = {"on": (True,), "off": (False,)}.get(str(kept), (False, True))
    while True:
        for twice in ways:
            peak = _peak(base, settings, micro * longest, twice)
            if peak <= free:
                return peak
        if micro == 1 or settings.get("micro_batch"):
            return peak
        micro = max(part for part in range(1, micro) if batch % part == 0)


def spoken_minutes(minutes: float) -> str:
    """``a minute``, ``12 minutes``, ``1.5 hours``."""
    if minutes < 1.5:
        return "a minute"
    return f"{minutes:.0f} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"


def _limit(base: Base, settings: Mapping[str, Any]) -> int:
    """Longest example in tokens that is read at all."""
    chosen = settings.get("max_tokens")
    limits = [each for each in (base.context, chosen) if isinstance(each, int) and each > 0]
    return min(limits, default=10**6)


def _peak(base: Base, settings: Mapping[str, Any], tokens: int, twice: bool) -> int:
    layer = tokens * (24 * base.width + 10 * base.feed_forward) * 4
    kept = base.layers * tokens * base.width * 4
    activations = kept + layer if twice else base.layers * layer
    logits = 3 * 4 * base.vocabulary * tokens // 2
    weights = base.parameters * 4
    return LIBRARY_BYTES + weights + _adapter_bytes(base, settings) + activations + logits


def _adapter_bytes(base: Base, settings: Mapping[str, Any]) -> int:
    """Weights, gradients and the two moments of the optimiser."""
    rank = _whole(settings, "rank", 16)
    return 16 * base.layers * rank * (8 * base.width + 3 * (base.width + base.feed_forward))


def _smaller(
    base: Base, settings: Mapping[str, Any], lengths: Sequence[int], free: int
) -> Proposal | None:
    """A training that fits: computed twice, or without the longest examples."""
    frugal = {**settings, "checkpointing": "on", "micro_batch": 0}
    changed = {"checkpointing": "on", "micro_batch": 0}
    longest = max(lengths, default=1)
    if least_peak(base, frugal, longest, free) <= free:
        return Proposal("Slower, but in less memory, it would fit.", changed)
    while longest > 64:
        longest = longest * 3 // 4
        if least_peak(base, frugal, longest, free) <= free:
            out = sum(length > longest for length in lengths)
            if out == len(lengths):
                return None
            return Proposal(
                f"Without the {out:,} examples of more than {longest:,} tokens it would fit.",
                changed,
                longest,
            )
    return None


def _minutes(
    base: Base, settings: Mapping[str, Any], lengths: Sequence[int], machine: Machine
) -> float:
    mean = sum(lengths) / max(1, len(lengths))
    tokens = _whole(settings, "steps", 0) * _batch(settings) * mean
    return 6 * base.parameters * tokens / machine.flops / 60


def _batch(settings: Mapping[str, Any]) -> int:
    return max(1, _whole(settings, "batch", 8))


def _disk_line(need: int, free: int) -> Line:
    if need > free:
        words = f"It needs {need / _GB:.1f} GB, and {free / _GB:.1f} GB are free."
        return Line("Disk", words, "bad")
    return Line("Disk", f"About {need / _GB:.1f} GB of the {free / _GB:.0f} GB that are free.")


def _battery_line(share: float, minutes: float) -> Line:
    if share < LOW_BATTERY or minutes > 30:
        return Line("Battery", f"At {share:.0%}: plug the machine in first.", "tight")
    return Line("Battery", f"At {share:.0%}, which will do.")


def measured_flops(rounds: int = 4) -> float:
    """Sums and products in a second, all threads together: a product of matrices as in a layer."""
    dice = np.random.default_rng(1)
    left = dice.standard_normal((512, 1024), dtype=np.float32)
    right = dice.standard_normal((1024, 2048), dtype=np.float32)
    best = math.inf
    for _ in range(rounds):
        started = time.process_time()
        left @ right
        best = min(best, time.process_time() - started)
    threads = psutil.cpu_count(logical=False) or 1
    return SPEED_SHARE * 2 * 512 * 1024 * 2048 / max(best, 1e-3) * threads


def _battery() -> float | None:
    try:
        battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    except (OSError, RuntimeError):  # some systems have a battery that cannot be read
        return None
    if battery is None or battery.power_plugged:
        return None
    return float(battery.percent) / 100


def _whole(settings: Mapping[str, Any], name: str, otherwise: int) -> int:
    """A setting that is a whole number. Raises InputError."""
    value = settings.get(name, otherwise)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InputError(
            f"{name} is {value!r}, and is to be a whole number.",
            f"Such as {name}={otherwise or 8}.",
        )
    return value
