"""Tiny but whole GGUF files, made with the reference writer."""

from pathlib import Path

import gguf
import numpy as np


def write_model(
    path: Path,
    *,
    name: str = "Tiny",
    architecture: str = "llama",
    quantization: gguf.LlamaFileType = gguf.LlamaFileType.MOSTLY_Q8_0,
    context: int = 2048,
    kind: str = "",
    split: tuple[int, int] | None = None,
    rows: int = 4,
) -> Path:
    """A model file; ``split`` is the part's number from 0 and the number of parts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, architecture)
    if kind:
        writer.add_type(kind)
    if split is None or split[0] == 0:
        writer.add_name(name)
        writer.add_context_length(context)
        writer.add_block_count(2)
        writer.add_embedding_length(64)
        writer.add_head_count(4)
        writer.add_head_count_kv(2)
        writer.add_file_type(quantization)
    if split is not None:
        writer.add_uint16("split.no", split[0])
        writer.add_uint16("split.count", split[1])
    number = split[0] if split is not None else 0
    writer.add_tensor(f"blk.{number}.ffn_up.weight", np.ones((rows, 32), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_adapter(path: Path, *, architecture: str = "llama") -> Path:
    """A LoRA file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_tensor("blk.0.ffn_up.weight.lora_a", np.ones((2, 32), dtype=np.float32))
    writer.add_tensor("blk.0.ffn_up.weight.lora_b", np.ones((4, 2), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
