"""Tiny random models of every family, as Hugging Face keeps them and as a GGUF file.

The vocabulary is one token a byte and a few control tokens, so that any text can be read; the
weights are dice. The GGUF is written by the few rules that llama.cpp's own converter has for these
families, so that export is tested against the format and not against itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
import transformers

CONTROL = ["<|end|>", "<|im_start|>", "<|im_end|>"]
LAYERS, WIDTH, WIDE, HEADS, KV_HEADS, CONTEXT = 2, 64, 96, 4, 2, 256
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Family:
    """How one family is made."""

    name: str
    architecture: str
    config: Callable[[], Any]
    permuted: bool = False
    norm_plus_one: bool = False


def _common(**more: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(vocabulary()),
        "hidden_size": WIDTH,
        "intermediate_size": WIDE,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "max_position_embeddings": CONTEXT,
        "initializer_range": 0.2,
        "bos_token_id": None,
        "eos_token_id": 258,
        "pad_token_id": 256,
        "tie_word_embeddings": False,
        **more,
    }


def _gemma(**more: Any) -> dict[str, Any]:
    return _common(
        head_dim=16,
        query_pre_attn_scalar=16,
        sliding_window=CONTEXT,
        tie_word_embeddings=True,
        hidden_activation="gelu_pytorch_tanh",
        **more,
    )


FAMILIES = {
    family.name: family
    for family in (
        Family("llama", "llama", lambda: transformers.LlamaConfig(**_common()), permuted=True),
        Family(
            "mistral",
            "llama",
            lambda: transformers.MistralConfig(**_common(sliding_window=None)),
            permuted=True,
        ),
        Family("qwen2", "qwen2", lambda: transformers.Qwen2Config(**_common())),
        Family("qwen3", "qwen3", lambda: transformers.Qwen3Config(**_common(head_dim=24))),
        Family(
            "gemma2",
            "gemma2",
            lambda: transformers.Gemma2Config(**_gemma()),
            norm_plus_one=True,
        ),
        Family(
            "gemma3",
            "gemma3",
            lambda: transformers.Gemma3TextConfig(**_gemma()),
            norm_plus_one=True,
        ),
        Family("phi3", "phi3", lambda: transformers.Phi3Config(**_common(sliding_window=CONTEXT))),
    )
}


def vocabulary() -> list[str]:
    """One token a byte in the byte-to-letter form of GPT-2, control tokens, and one merged pair."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    spare = 0
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + spare)
            spare += 1
    return [letters[byte] for byte in range(256)] + CONTROL + ["qq"]


def make_model(family: Family, *, seed: int = 1) -> Any:
    """The model with random weights, in float32."""
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(family.config()).float()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter += torch.randn_like(parameter) * 0.1
            elif name.endswith("bias"):
                parameter.normal_(0, 0.1)
    return model.eval()


def write_gguf(
    family: Family, model: Any, path: Path, *, template: str = TEMPLATE, half: bool = False
) -> Path:
    """The model for llama.cpp, in 32-bit numbers, or 16-bit matrices."""
    config = model.config
    writer = gguf.GGUFWriter(path, family.architecture)
    writer.add_type("model")
    # Not the family's name: llama.cpp expects certain tokens where a model is called Phi-3.
    writer.add_name("Tiny")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16 if half else gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(WIDE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    head = getattr(config, "head_dim", None) or WIDTH // HEADS
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(_theta(config))
    if family.architecture in ("gemma2", "gemma3", "phi3"):
        writer.add_sliding_window(CONTEXT)
    if family.architecture == "gemma2":
        writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
        writer.add_final_logit_softcapping(config.final_logit_softcapping)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(vocabulary())
    writer.add_token_types([1] * 256 + [3] * len(CONTROL) + [1])
    writer.add_token_merges(["q q"])
    writer.add_eos_token_id(258)
    writer.add_pad_token_id(256)
    writer.add_add_bos_token(False)
    if template:
        writer.add_chat_template(template)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[family.architecture.upper()], LAYERS)
    for key, tensor in model.state_dict().items():
        if key == "lm_head.weight" and config.tie_word_embeddings:
            continue
        name = names.get_name(key, try_suffixes=(".weight", ".bias"))
        assert name is not None, key
        array = tensor.float().numpy()
        if family.norm_plus_one and key.endswith("norm.weight"):
            array = array + 1
        if family.permuted and ("q_proj" in key or "k_proj" in key):
            array = _permuted(array, HEADS if "q_proj" in key else KV_HEADS)
        writer.add_tensor(
            name, array.astype(np.float16 if half and array.ndim == 2 else np.float32)
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _theta(config: Any) -> float:
    parameters = config.rope_parameters
    if "full_attention" in parameters:
        parameters = parameters["full_attention"]
    return float(parameters["rope_theta"])


def _permuted(rows: Any, heads: int) -> Any:
    """As llama.cpp's converter writes it: two halves of a head become pairs of neighbours."""
    out = np.empty_like(rows)
    size = rows.shape[0] // heads
    for head in range(heads):
        for index in range(size // 2):
            out[head * size + 2 * index] = rows[head * size + index]
            out[head * size + 2 * index + 1] = rows[head * size + size // 2 + index]
    return out
