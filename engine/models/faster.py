"""A model of the user made faster here: requantized where it pays, quality told before and after.

The file itself is never changed. What is kept lies in the profile's models folder, and removing it
from the list deletes it.
"""

import shutil
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from engine.errors import DiskFullError, InputError
from engine.inference import context_plan
from engine.models import requantize, splits
from engine.models.fit import Memory, need
from engine.models.gguf_header import GgufHeader
from engine.models.requantize import CANDIDATES, Chosen, Speed
from engine.progress import CancelToken, Progress

T = TypeVar("T")

STAGE = "making faster"
BITS = {"Q4_0": 4.5, "Q8_0": 8.5}
"""Bits a weight takes, scales included."""
SPARE_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Result:
    """What was measured, and the file that was kept, if any."""

    chosen: Chosen
    before: Speed
    after: Speed | None
    """Of the kept file; None where the original stays."""
    file: Path | None


def make_faster(
    source: Path,
    header: GgufHeader,
    folder: Path,
    *,
    name: str,
    to: str | None = None,
    cancel: CancelToken | None = None,
) -> Generator[Progress, None, Result]:
    """Try other quantizations of a model and keep the best one that pays; ``to`` names one.

    A named one is kept where it is made, however it measures: the user has asked for it, and both
    measurements are told. Raises InputError, DiskFullError, ModelError, CancelledError.
    """
    if to is not None and to not in BITS:
        raise InputError(
            f"“{to}” is none of {', '.join(BITS)}.", "Those are what processors run fastest."
        )
    if to is not None and to == header.quantization:
        raise InputError(f"{name} is {to} already.")
    candidates = [to] if to else [kind for kind in CANDIDATES if kind != header.quantization]
    sizes = {kind: int(header.parameters * BITS[kind] / 8) for kind in candidates}
    _ask_room(folder, sum(sizes.values()), name)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".faster-") as temporary:
        files = yield from _told(
            requantize.make_candidates(
                source,
                header.quantization or "original",
                Path(temporary),
                candidates=candidates,
                cancel=cancel,
            )
        )
        overhead = need(header, context_plan.exactly(requantize.N_CTX, header.kv_width, "f16"))
        each = overhead.context + overhead.overhead
        wanted = sum(sizes.values()) + header.tensor_bytes + each * len(files)
        speeds = yield from _told(
            requantize.measure(files, together=wanted < Memory.now().available * 0.7, cancel=cancel)
        )
        chosen = _asked_for(speeds, to) if to else requantize.choose(speeds)
        before = next(iter(speeds.values()))
        if files[chosen.quantization] == source:
            return Result(chosen, before, None, None)
        kept = folder / f"{splits.stem(source)}-{chosen.quantization}.gguf"
        files[chosen.quantization].replace(kept)
    return Result(chosen, before, speeds[chosen.quantization], kept)


def _asked_for(speeds: dict[str, Speed], to: str) -> Chosen:
    original, speed = next(iter(speeds.values())), speeds[to]
    change = speed.perplexity / original.perplexity - 1
    times = original.turn_s / speed.turn_s
    return Chosen(
        to,
        speeds,
        f"{to}, as asked: a typical turn is {times:.1f} times as fast here "
        f"({speed.prefill_tokens_per_s:.0f} tokens/s read, {speed.decode_tokens_per_s:.0f} "
        f"written), perplexity {original.perplexity:.2f} before and {speed.perplexity:.2f} after "
        f"({change:+.1%}).",
    )


def _told(work: Generator[str, None, T]) -> Generator[Progress, None, T]:
    while True:
        try:
            detail = next(work)
        except StopIteration as stop:
            result: T = stop.value
            return result
        yield Progress(STAGE, 0, 0, detail)


def _ask_room(folder: Path, needed: int, name: str) -> None:
    where = folder
    while not where.exists():
        where = where.parent
    free = shutil.disk_usage(where).free
    if free < needed + SPARE_BYTES:
        raise DiskFullError(
            f"Other forms of {name} need {needed / 1e9:.1f} GB while they are measured, and "
            f"{free / 1e9:.1f} GB are free.",
            f"Free some space where {folder} lies.",
        )
