"""An adapter worked into its base's own tensors; everything else of the file stays as it is."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from gguf.constants import GGMLQuantizationType, LlamaFileType

from engine.inference.process import ProcessChatModel
from engine.models import gguf_header
from training import gguf_file
from training.errors import ExportError
from training.gguf_file import GgufFile, TensorInfo
from training.layout import Layout
from training.peft_adapter import Matrix, Pair, PeftAdapter

_WHOLE = (GGMLQuantizationType.F32, GGMLQuantizationType.F16)


def merge(
    adapter: PeftAdapter, layout: Layout, target: Path, *, name: str
) -> Iterator[tuple[int, int]]:
    """Write the base with the adapter merged in; yields tensors done and all tensors.

    Changed matrices are written in 16 bits; tokenizer, template and metadata are kept. One matrix
    is in memory at a time. Raises ExportError, OSError.
    """
    pairs = layout.placed(adapter)
    with GgufFile(layout.path) as base:

        def change(
            info: TensorInfo,
        ) -> tuple[GGMLQuantizationType, Callable[[], bytes]] | None:
            pair = pairs.get(info.name)
            if pair is None:
                return None
            kind = info.kind if info.kind in _WHOLE else GGMLQuantizationType.F16
            number = np.float32 if kind == GGMLQuantizationType.F32 else np.float16
            return kind, lambda: merged(base.array(info.name), pair).astype(number).tobytes()

        changed = {base.tensors[tensor].kind for tensor in pairs}
        add: dict[str, str | int] = {"general.name": name}
        if changed - set(_WHOLE):
            add["general.file_type"] = int(LlamaFileType.MOSTLY_F16)
        total = len(base.tensors)
        for done, _ in enumerate(gguf_file.copy(base, target, change=change, add=add)):
            yield done, total


def merged(weights: Matrix, pair: Pair) -> Matrix:
    """One matrix (out, in) with its pair, and for DoRA with the lengths of its rows."""
    changed = weights + pair.scale * (pair.second @ pair.first)
    if pair.magnitude is None:
        return changed
    lengths = np.linalg.norm(changed, axis=1)
    scaled: Matrix = changed * (pair.magnitude.reshape(-1) / lengths)[:, None]
    return scaled


def quantization_of(base: Path) -> str:
    """Of a model file, as llama.cpp names it; empty where it is not quantized."""
    name = gguf_header.read(base).quantization
    return "" if name in ("F32", "F16", "BF16") else name


def quantize(source: Path, target: Path, quantization: str, *, python: str) -> None:
    """Write a model again in another quantization, by llama.cpp in a process of its own.

    Raises ExportError, and ModelError where the process refused it.
    """
    if quantization not in KNOWN:
        raise ExportError(
            f"Models cannot be written as {quantization} here.",
            f"Choose one of {', '.join(KNOWN)}.",
        )
    command = [python, "-m", "engine.inference.worker"]
    model = ProcessChatModel(source, threads=os.cpu_count() or 1, command=command)
    try:
        model.requantize(target, quantization)
    finally:
        model.close()


KNOWN = ("Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K_M", "Q5_K_M", "Q6_K", "F16")
"""What the model process can write."""
