"""The chat model in the quantization that this processor runs fastest, with its quality measured.

llama.cpp repacks only some quantizations for the vector units of a processor, so that the smallest
file is not the fastest. Candidates are measured side by side, a bit of each in turn, so that
another program's load falls on all of them.
"""

import math
import statistics
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.inference.process import ProcessChatModel
from engine.models.calibration_text import TEXT
from engine.progress import CancelToken

CANDIDATES = ("Q4_0", "Q8_0")
"""Made from the published file; that itself is a candidate, too."""

ROUNDS = 3
PREFILL_TOKENS = 192
DECODE_TOKENS = 24
N_CTX = 2048

TURN_PROMPT_TOKENS = 800
TURN_ANSWER_TOKENS = 80
"""A typical turn with documents; what is to be fast."""
MAX_PERPLEXITY_RATIO = 1.04
"""A candidate may be this much worse than the published file on the calibration text."""
MIN_SPEEDUP = 1.1
"""Below this, the published file stays."""


@dataclass(frozen=True, slots=True)
class Speed:
    """One candidate on this machine."""

    prefill_tokens_per_s: float
    decode_tokens_per_s: float
    perplexity: float
    size_bytes: int

    @property
    def turn_s(self) -> float:
        """Seconds of a typical turn."""
        return (
            TURN_PROMPT_TOKENS / self.prefill_tokens_per_s
            + TURN_ANSWER_TOKENS / self.decode_tokens_per_s
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The result: which file, what was measured of each, and why this one."""

    quantization: str
    speeds: Mapping[str, Speed]
    reason: str

    def figures(self) -> dict[str, object]:
        """For the record beside the file."""
        return {
            "candidates": {
                name: {**asdict(speed), "turn_s": round(speed.turn_s, 2)}
                for name, speed in self.speeds.items()
            },
            "turn": {"prompt_tokens": TURN_PROMPT_TOKENS, "answer_tokens": TURN_ANSWER_TOKENS},
            "max_perplexity_ratio": MAX_PERPLEXITY_RATIO,
        }


def make_candidates(
    source: Path,
    source_quantization: str,
    folder: Path,
    *,
    candidates: Sequence[str] = CANDIDATES,
    cancel: CancelToken | None = None,
) -> Generator[str, None, dict[str, Path]]:
    """Write the candidates into the folder; yields what it is doing. The source comes first."""
    files = {source_quantization: source}
    model = ProcessChatModel(source)
    try:
        for quantization in candidates:
            if cancel is not None:
                cancel.check()
            yield f"converting the chat model to {quantization}"
            files[quantization] = folder / f"candidate-{quantization}.gguf"
            model.requantize(files[quantization], quantization)
    finally:
        model.close()
    return files


def measure(
    files: Mapping[str, Path], *, together: bool = True, cancel: CancelToken | None = None
) -> Generator[str, None, dict[str, Speed]]:
    """Speed and perplexity of each file, the first being the original; yields what it is doing.

    ``together`` keeps all of them loaded, so that another program's load falls on all; where
    memory is short they are measured one after the other.
    """
    models = {name: ProcessChatModel(path, n_ctx=N_CTX) for name, path in files.items()}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in files}
    perplexities: dict[str, float] = {}
    try:
        for name, model in models.items():
            yield f"reading with the chat model as {name}"
            model.preload(cancel=cancel)
            perplexities[name] = math.exp(-model.score_text(TEXT))
            if not together:
                model.unload()
        for done in range(1, ROUNDS + 1):
            yield f"measuring the chat model, round {done} of {ROUNDS}"
            for name, model in models.items():
                if cancel is not None:
                    cancel.check()
                seconds[name].append(
                    model.measure(TEXT, prompt_tokens=PREFILL_TOKENS, decode_tokens=DECODE_TOKENS)
                )
                if not together:
                    model.unload()
    finally:
        for model in models.values():
            model.close()
    return {
        name: Speed(
            prefill_tokens_per_s=_rate(PREFILL_TOKENS, [prefill for prefill, _ in taken]),
            decode_tokens_per_s=_rate(DECODE_TOKENS, [decode for _, decode in taken]),
            perplexity=round(perplexities[name], 3),
            size_bytes=files[name].stat().st_size,
        )
        for name, taken in seconds.items()
    }


def _rate(tokens: int, seconds: list[float]) -> float:
    return round(tokens / statistics.median(seconds), 1)


def choose(speeds: Mapping[str, Speed]) -> Chosen:
    """The fastest for a typical turn among those that read about as well as the first one."""
    original_name, original = next(iter(speeds.items()))
    good = {
        name: speed
        for name, speed in speeds.items()
        if speed.perplexity <= original.perplexity * MAX_PERPLEXITY_RATIO
    }
    best_name, best = min(good.items(), key=lambda item: item[1].turn_s)
    speedup = original.turn_s / best.turn_s
    dropped = [name for name in speeds if name not in good]
    quality = (
        f" {' and '.join(dropped)} read{'s' if len(dropped) == 1 else ''} too much worse."
        if dropped
        else ""
    )
    if speedup < MIN_SPEEDUP:
        return Chosen(
            original_name,
            speeds,
            f"As published ({original_name}): nothing else is clearly faster here, at "
            f"{original.prefill_tokens_per_s:.0f} tokens/s read and "
            f"{original.decode_tokens_per_s:.0f} written.{quality}",
        )
    change = best.perplexity / original.perplexity - 1
    return Chosen(
        best_name,
        speeds,
        f"{best_name} instead of {original_name}: a typical turn is {speedup:.1f} times as fast "
        f"here ({best.prefill_tokens_per_s:.0f} tokens/s read, "
        f"{best.decode_tokens_per_s:.0f} written), perplexity {change:+.1%}.{quality}",
    )
