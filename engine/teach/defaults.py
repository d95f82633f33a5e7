"""Settings of a training job by purpose, size of the model, number of examples and machine."""

import os
import shutil
from dataclasses import dataclass
from typing import Any

import psutil

from engine.teach.recipes import Recipe

BATCH = 8
FEWEST_STEPS = 20
MOST_STEPS_CPU = 300
MOST_STEPS_GPU = 3000
SMALL_MEMORY = 8 << 30
"""Below so much memory, what the layers computed is computed twice instead of kept."""
MARGIN = 1.25
"""Room above the longest example, in case another tokenizer counts more."""


@dataclass(frozen=True, slots=True)
class TrainingMachine:
    """What decides how much can be trained here."""

    memory_bytes: int
    cores: int
    graphics: bool
    """Whether there is an NVIDIA card with its driver."""

    @classmethod
    def this(cls) -> "TrainingMachine":
        return cls(
            psutil.virtual_memory().total,
            psutil.cpu_count(logical=False) or os.cpu_count() or 1,
            shutil.which("nvidia-smi") is not None,
        )


@dataclass(frozen=True, slots=True)
class _Size:
    up_to: float
    """Parameters."""
    rank: int
    learning_rate: float


_SIZES = (
    _Size(0.6e9, 16, 5e-4),
    _Size(2.5e9, 16, 3e-4),
    _Size(9e9, 16, 2e-4),
    _Size(float("inf"), 8, 1e-4),
)
"""Small models need more push, and large ones have more to lose."""


def settings(
    recipe: Recipe,
    *,
    parameters: int,
    examples: int,
    longest: int = 0,
    machine: TrainingMachine,
) -> dict[str, Any]:
    """The table ``training`` of a job: what suits, all of which the user may set otherwise.

    ``parameters`` of the model, 0 where not known; ``longest`` example in tokens, 0 likewise.
    """
    size = next(each for each in _SIZES if parameters <= each.up_to)
    chosen: dict[str, Any] = {
        "rank": size.rank,
        "alpha": 2.0 * size.rank,
        "learning_rate": size.learning_rate,
        "batch": BATCH,
        **recipe.training,
    }
    epochs = float(chosen.pop("epochs", 1.0))
    most = MOST_STEPS_GPU if machine.graphics else MOST_STEPS_CPU
    chosen["steps"] = max(FEWEST_STEPS, min(most, round(epochs * examples / chosen["batch"])))
    chosen["measure_every"] = max(5, min(20, chosen["steps"] // 5))
    if longest:
        # Shorter rows cost less; the recipe's bound holds for what nobody counted.
        chosen["max_tokens"] = max(64, round(longest * MARGIN))
    if machine.memory_bytes < SMALL_MEMORY:
        chosen["checkpointing"] = "on"
    if not machine.graphics and machine.cores > 2:
        chosen["threads"] = machine.cores - 1  # one stays free for whoever works here
    return chosen
