"""An adapter as PEFT keeps it, read into what llama.cpp multiplies: pairs by GGUF tensor name."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from training import architectures
from training.errors import ExportError

Matrix = NDArray[np.float32]

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_PART = re.compile(r"^(?P<module>.+)\.lora_(?P<part>A|B|magnitude_vector)(\.default)?(\.weight)?$")


@dataclass(frozen=True, slots=True)
class Pair:
    """What changes one matrix of the base: W + scale · second · first."""

    first: Matrix
    """(rank, in)"""
    second: Matrix
    """(out, rank), rows in transformers' order"""
    scale: float
    magnitude: Matrix | None = None
    """DoRA: (out,), the length of each row of the result."""

    @property
    def rank(self) -> int:
        return int(self.first.shape[0])


@dataclass(frozen=True, slots=True)
class PeftAdapter:
    """A whole adapter."""

    pairs: Mapping[str, Pair]
    """By GGUF tensor, such as ``blk.3.attn_q.weight``."""
    rank: int
    scale: float
    """Of the pairs that have none of their own."""
    base: str
    """The model that PEFT names; may be empty or a path."""

    @property
    def dora(self) -> bool:
        return any(pair.magnitude is not None for pair in self.pairs.values())


def read(folder: Path) -> PeftAdapter:
    """Read an adapter. Raises ExportError where it is none, or of a kind llama.cpp has not."""
    for needed in (CONFIG, WEIGHTS):
        if not (folder / needed).is_file():
            raise _bad(f"{folder} holds no {needed}")
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        weights = _weights(folder / WEIGHTS)
    except (OSError, ValueError, SafetensorError) as error:
        raise _bad(f"its files cannot be read: {error}") from error
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise _bad("it is not a LoRA adapter")
    for key, words in (
        ("modules_to_save", "it replaces whole layers"),
        ("fan_in_fan_out", "its matrices are turned"),
        ("trainable_token_indices", "it changes single tokens"),
    ):
        if config.get(key):
            raise _bad(f"{words}, which llama.cpp's adapters cannot")
    if config.get("bias", "none") != "none" or config.get("lora_bias"):
        raise _bad("it changes biases, which llama.cpp's adapters cannot")
    rank, scale = int(config["r"]), _scale(config, float(config["lora_alpha"]), int(config["r"]))
    return PeftAdapter(
        _pairs(_parts(weights), config),
        rank,
        scale,
        str(config.get("base_model_name_or_path") or ""),
    )


def _weights(path: Path) -> Mapping[str, Matrix]:
    try:
        return {name: value.astype(np.float32) for name, value in load_file(path).items()}
    except TypeError:  # numbers that numpy has not, such as bf16; PyTorch takes seconds to import
        import safetensors.torch as torch_file

        return {name: value.float().numpy() for name, value in torch_file.load_file(path).items()}


def _scale(config: Mapping[str, Any], alpha: float, rank: int) -> float:
    return alpha / (rank**0.5 if config.get("use_rslora") else rank)


def _parts(weights: Mapping[str, Matrix]) -> dict[str, dict[str, Matrix]]:
    modules: dict[str, dict[str, Matrix]] = {}
    for key, value in weights.items():
        match = _PART.match(key)
        if match is None:
            raise _bad(f"it holds {key}, which is no matrix of a LoRA")
        modules.setdefault(match["module"], {})[match["part"]] = value
    if not modules:
        raise _bad("it is empty")
    return modules


def _pairs(
    modules: Mapping[str, Mapping[str, Matrix]], config: Mapping[str, Any]
) -> dict[str, Pair]:
    pairs = {}
    for module, parts in modules.items():
        name = architectures.tensor_name(module)
        if not name:
            raise _bad(f"it changes {module.removeprefix('base_model.model.')}, which has no place")
        if "A" not in parts or "B" not in parts:
            raise _bad(f"its matrices for {name} are not in pairs")
        first, second = parts["A"], parts["B"]
        if first.ndim != 2 or second.ndim != 2 or first.shape[0] != second.shape[1]:
            raise _bad(f"its matrices for {name} do not fit together")
        if not (np.isfinite(first).all() and np.isfinite(second).all()):
            raise _bad(f"its matrices for {name} hold what is no number")
        alpha = _pattern(config.get("alpha_pattern"), module, float(config["lora_alpha"]))
        pairs[name] = Pair(
            first, second, _scale(config, alpha, first.shape[0]), parts.get("magnitude_vector")
        )
    return pairs


def _pattern(patterns: Any, module: str, usual: float) -> float:
    """A value of its own that a layer has, by the end of its name."""
    for pattern, value in (patterns or {}).items():
        if re.search(rf"(^|\.)(?:{pattern})$", module):
            return float(value)
    return usual


def _bad(reason: str) -> ExportError:
    return ExportError(
        f"The adapter cannot be exported: {reason}.",
        "Train it here, or choose a plain LoRA adapter.",
    )
