"""Opens the model that is trained, from its GGUF file or a Hugging Face folder, offline.

transformers reads the GGUF and gives its tensors back their own order and numbers. The vocabulary,
which it would take long over and training does not need, is left out of what it reads: tokens come
from the model process (:mod:`engine.inference.lessons`).
"""

import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from training import gguf_file
from training.base import BaseFacts
from training.errors import TrainingError
from training.gguf_file import GgufFile

_VOCABULARY = ("tokenizer.ggml.tokens", "tokenizer.ggml.merges", "tokenizer.ggml.scores",
               "tokenizer.ggml.token_type", "tokenizer.chat_template")  # fmt: skip

DTYPES = {"bf16": torch.bfloat16, "fp32": torch.float32}
"""Of the precisions of a job."""


def open_model(facts: BaseFacts, dtype: torch.dtype, **options: Any) -> Any:
    """The model as transformers' own class, its weights in ``dtype``. Raises TrainingError."""
    return (_open_gguf if facts.is_gguf else open_folder)(facts.path, dtype, **options)


def open_folder(path: Path, dtype: torch.dtype, **options: Any) -> Any:
    """As :func:`open_model`, from a Hugging Face folder."""
    with _told(path):
        return transformers.AutoModelForCausalLM.from_pretrained(
            path, dtype=dtype, local_files_only=True, **options
        )


@contextmanager
def _told(path: Path) -> Iterator[None]:
    transformers.utils.logging.disable_progress_bar()
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise TrainingError(
            f"The model {path.name} cannot be opened for training: {error}.",
            "Choose another model.",
            code="model_load",
        ) from error


@contextmanager
def as_folder(facts: BaseFacts, work: Path, dtype: torch.dtype) -> Iterator[Path]:
    """The base as a Hugging Face folder, for what opens no other: its own, or for a GGUF file one
    below ``work`` while the context lasts, with its numbers in ``dtype``.

    Raises TrainingError and OSError.
    """
    if not facts.is_gguf:
        yield facts.path
        return
    with tempfile.TemporaryDirectory(
        prefix="base-", dir=work, ignore_cleanup_errors=True
    ) as folder:
        model = open_model(facts, dtype)
        # Its own shape and classes alone: what it was read from would be looked for again.
        model.config._name_or_path = ""
        model.save_pretrained(folder)
        del model
        numbered_tokens(facts).save_pretrained(folder)
        yield Path(folder)


def numbered_tokens(facts: BaseFacts) -> Any:
    """A tokenizer whose words are the tokens' numbers, for libraries that want one beside a GGUF.

    They look at its size and at how a text ends and is filled up; rows are tokens already.
    """
    words = WordLevel({str(number): number for number in range(facts.vocabulary)}, unk_token="0")
    with GgufFile(facts.path) as file:
        end = file.number("tokenizer.ggml.eos_token_id")
        filler = file.number("tokenizer.ggml.padding_token_id") or end
    named = dict.fromkeys(("bos_token", "eos_token", "unk_token", "mask_token"), str(end))
    return transformers.PreTrainedTokenizerFast(
        # All of them: a family's own class, which a library may open it with, adds what is missing.
        tokenizer_object=Tokenizer(words), pad_token=str(filler), **named
    )  # fmt: skip


def _open_gguf(path: Path, dtype: torch.dtype, **options: Any) -> Any:
    with (
        _told(path),
        tempfile.TemporaryDirectory(prefix="alcove-base-") as folder,
        GgufFile(path) as file,
    ):
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
