"""A PEFT adapter as a GGUF adapter, with the fingerprint of its base."""

from collections.abc import Mapping
from pathlib import Path

import gguf
import numpy as np

from engine.formats import adapter as adapter_file
from engine.formats.taught_form import TaughtForm
from training.errors import ExportError
from training.layout import Layout
from training.peft_adapter import Pair, PeftAdapter

LARGEST_F16 = 6e4


def write(
    adapter: PeftAdapter,
    layout: Layout,
    target: Path,
    *,
    name: str,
    task: str = "",
    form: TaughtForm | None = None,
) -> Path:
    """Write the adapter; its matrices take 16 bits a number. Raises ExportError and OSError.

    llama.cpp scales each pair by ``alpha / rank``, so that rsLoRA's alpha/√rank and layers with an
    alpha of their own are put into the one alpha and the matrices.
    """
    if adapter.dora:
        raise ExportError(
            "A DoRA adapter cannot stand beside its model: it changes the length of each row.",
            "Merge it into the model instead.",
        )
    pairs = layout.placed(adapter)
    alpha = adapter.scale * adapter.rank
    writer = gguf.GGUFWriter(target, layout.architecture.name)
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    writer.add_string(adapter_file.KEY_BASE, layout.name)
    if task:
        writer.add_string(adapter_file.KEY_TASK, task)
    if form is not None:
        writer.add_string(adapter_file.KEY_SYSTEM, form.system)
        writer.add_string(adapter_file.KEY_PROMPT, form.prompt)
    for key, value in layout.carried.items():
        writer.add_string(key, value)
    for tensor, first, second in _matrices(pairs, alpha):
        writer.add_tensor(f"{tensor}.lora_a", _half(first, tensor))
        writer.add_tensor(f"{tensor}.lora_b", _half(second, tensor))
    try:
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()
    return target


def _matrices(pairs: Mapping[str, Pair], alpha: float) -> list[tuple[str, np.ndarray, np.ndarray]]:
    return [
        (tensor, pair.first, pair.second * (pair.scale * pair.rank / alpha))
        for tensor, pair in sorted(pairs.items())
    ]


def _half(matrix: np.ndarray, tensor: str) -> np.ndarray:
    if np.abs(matrix).max(initial=0) > LARGEST_F16:
        raise ExportError(
            f"The adapter cannot be exported: its numbers for {tensor} are too large.",
            "Train it with a lower learning rate.",
        )
    return matrix.astype(np.float16)
