"""Adapters and bases made with the gguf package, for tests: random matrices, true forms."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import gguf
import numpy as np

from engine.formats import adapter
from engine.formats.gguf_walk import walk
from engine.formats.taught_form import TaughtForm


def write_adapter(
    path: Path,
    base: Path,
    *,
    tensors: Sequence[str] = ("attn_q", "attn_v", "ffn_down"),
    rank: int = 4,
    strength: float = 0.02,
    seed: int = 1,
    architecture: str | None = None,
    carried: Mapping[str, str] | None = None,
    wider: int = 0,
    name: str = "Test adapter",
    task: str = "",
    form: TaughtForm | None = None,
) -> Path:
    """A LoRA adapter for the tensors of every layer; ``strength`` 0 makes one without effect.

    ``carried`` replaces the fingerprint of the base, ``wider`` makes its matrices too wide.
    """
    dice = np.random.default_rng(seed)
    shapes = walk(base).tensors
    own = adapter.fingerprint(base)
    writer = gguf.GGUFWriter(path, architecture or own.architecture)
    writer.add_type("adapter")
    writer.add_name(name)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(rank))
    writer.add_string(adapter.KEY_BASE, "Test base")
    if task:
        writer.add_string(adapter.KEY_TASK, task)
    if form is not None:
        writer.add_string(adapter.KEY_SYSTEM, form.system)
        writer.add_string(adapter.KEY_PROMPT, form.prompt)
    for key, value in (own.as_metadata() if carried is None else carried).items():
        writer.add_string(key, value)
    for tensor, shape in shapes.items():
        if len(shape) == 2 and any(f".{part}." in tensor for part in tensors):
            wide, high = shape[0] + wider, shape[1]
            first = dice.normal(0, 1, (rank, wide)).astype(np.float32) * strength
            second = dice.normal(0, 1, (high, rank)).astype(np.float32)
            writer.add_tensor(f"{tensor}.lora_a", first)
            writer.add_tensor(f"{tensor}.lora_b", second)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_base(
    path: Path, *, tokens: Sequence[str] = ("a", "b", "c"), template: str = "{{ x }}",
    width: int = 8, architecture: str = "llama",
) -> Path:  # fmt: skip
    """A base with the header of a model and one layer; nothing that could be loaded."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_string("tokenizer.ggml.model", "gpt2")
    writer.add_array("tokenizer.ggml.tokens", list(tokens))
    writer.add_string("tokenizer.chat_template", template)
    writer.add_array("tokenizer.ggml.token_type", [1] * len(tokens))
    for name, rows in (("attn_q", width), ("attn_v", width // 2), ("ffn_down", width)):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((rows, width), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
