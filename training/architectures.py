"""The kinds of models that can be trained and exported, and how llama.cpp lays them out."""

from dataclasses import dataclass

from training.errors import UnknownArchitectureError


@dataclass(frozen=True, slots=True)
class Architecture:
    """One kind of model, by llama.cpp's name for it."""

    name: str
    permuted: bool = False
    """Whether the rows of attn_q and attn_k stand in the order of interleaved rotary halves."""


KNOWN = {
    kind.name: kind
    for kind in (
        Architecture("llama", permuted=True),
        Architecture("qwen2"),
        Architecture("qwen3"),
        Architecture("gemma2"),
        Architecture("gemma3"),
        Architecture("phi3"),
    )
}

OF_MODEL_TYPE = {
    "llama": "llama",
    "mistral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
    "gemma2": "gemma2",
    "gemma3_text": "gemma3",
    "phi3": "phi3",
}
"""llama.cpp's name by Hugging Face's ``model_type``."""


def known(name: str) -> Architecture:
    """Raises UnknownArchitectureError for one that is not."""
    try:
        return KNOWN[name]
    except KeyError as error:
        raise UnknownArchitectureError(
            f"Models of the architecture {name or 'of no name'} cannot be trained here.",
            f"Choose a model of one of these: {', '.join([*KNOWN, 'mistral'])}.",
        ) from error


# By the end of a layer's name in transformers, its name in GGUF. Phi-3's fused matrices are fused
# in GGUF, too.
_LAYERS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.qkv_proj": "attn_qkv",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "mlp.gate_up_proj": "ffn_up",
}


def tensor_name(module: str) -> str:
    """The GGUF tensor of a linear layer such as ``model.layers.3.mlp.up_proj``; empty if none."""
    parts = module.split(".")
    if len(parts) < 4 or "layers" not in parts:
        return ""
    at = parts.index("layers")
    name = _LAYERS.get(".".join(parts[at + 2 :]))
    return f"blk.{parts[at + 1]}.{name}.weight" if name and parts[at + 1].isdigit() else ""
