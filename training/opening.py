"""Opens the model that is trained, from its GGUF file or a Hugging Face folder, offline.

transformers reads the GGUF and gives its tensors back their own order and numbers. The vocabulary,
which it would take long over and training does not need, is left out of what it reads: tokens come
from the model process (:mod:`engine.inference.lessons`).
"""

import tempfile
from collections import deque
from pathlib import Path
from typing import Any

import torch
import transformers

from training import gguf_file
from training.base import BaseFacts
from training.errors import TrainingError
from training.gguf_file import GgufFile

_VOCABULARY = ("tokenizer.ggml.tokens", "tokenizer.ggml.merges", "tokenizer.ggml.scores",
               "tokenizer.ggml.token_type", "tokenizer.chat_template")  # fmt: skip


def open_model(facts: BaseFacts, dtype: torch.dtype, **options: Any) -> Any:
    """The model as transformers' own class, its weights in ``dtype``. Raises TrainingError."""
    transformers.utils.logging.disable_progress_bar()
    try:
        if not facts.is_gguf:
            return transformers.AutoModelForCausalLM.from_pretrained(
                facts.path, dtype=dtype, local_files_only=True, **options
            )
        return _open_gguf(facts.path, dtype, options)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise TrainingError(
            f"The model {facts.path.name} cannot be opened for training: {error}.",
            "Choose another model.",
            code="model_load",
        ) from error


def _open_gguf(path: Path, dtype: torch.dtype, options: dict[str, Any]) -> Any:
    with tempfile.TemporaryDirectory(prefix="alcove-base-") as folder, GgufFile(path) as file:
        slim = Path(folder) / "base.gguf"
        name = file.text("general.architecture")
        vocabulary = file.tensors["token_embd.weight"].shape[-1]
        deque(
            gguf_file.copy(file, slim, without=_VOCABULARY, add={f"{name}.vocab_size": vocabulary}),
            maxlen=0,
        )
        config = transformers.AutoConfig.from_pretrained(
            folder, gguf_file=slim.name, local_files_only=True
        )
        _complete(config, file)
        read = transformers.AutoModelForCausalLM.from_pretrained(
            folder,
            config=config,
            gguf_file=slim.name,
            dtype=dtype,
            local_files_only=True,
            quantization_config=transformers.GgufConfig(dequantize=True),
            **options,
        )
    # What was read counts as quantized, and as such would be refused or trained otherwise.
    read.config.__dict__.pop("quantization_config", None)
    read.hf_quantizer = None
    read.is_quantized = False
    read.quantization_method = None
    read.config._name_or_path = str(path)
    return read


def _complete(config: Any, file: GgufFile) -> None:
    """Set what transformers does not take from the file and llama.cpp derives.

    Source: ``llama-model.cpp``: the scale of attention in Gemma's largest models is another.
    """
    name = file.text("general.architecture")
    head = file.number(f"{name}.attention.key_length")
    if head and hasattr(config, "head_dim"):
        config.head_dim = head
    if name in ("gemma2", "gemma3"):
        largest = file.number(f"{name}.block_count") == {"gemma2": 46, "gemma3": 62}[name]
        config.query_pre_attn_scalar = (
            config.hidden_size // config.num_attention_heads if largest else config.head_dim
        )
