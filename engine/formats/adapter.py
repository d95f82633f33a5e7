"""What ties an adapter to its base model, and the check that they belong together.

An adapter is a GGUF file of llama.cpp's own form: ``general.type`` is ``adapter``, and beside each
changed tensor of the base stand two small ones, ``NAME.lora_a`` (in, rank) and ``NAME.lora_b``
(rank, out). Alcove's own adapters carry the fingerprint of their base in the keys below; those
from elsewhere do not, so that of them only architecture and shapes can be checked.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.formats.gguf_walk import GgufError, Walked, walk
from engine.formats.taught_form import TaughtForm

KEY_SHAPES = "alcove.base.shapes"
KEY_TOKENIZER = "alcove.base.tokenizer"
KEY_TEMPLATE = "alcove.base.template"
KEY_BASE = "alcove.base.name"
KEY_TASK = "alcove.task"
KEY_SYSTEM, KEY_PROMPT = "alcove.form.system", "alcove.form.prompt"

GROUNDED = "grounded answers"
"""The task of an adapter with which a small model can be trusted to word its own answers."""

_TOKENIZER_KEYS = (
    "tokenizer.ggml.model",
    "tokenizer.ggml.pre",
    "tokenizer.ggml.tokens",
    "tokenizer.ggml.token_type",
    "tokenizer.ggml.merges",
    "tokenizer.ggml.bos_token_id",
    "tokenizer.ggml.eos_token_id",
)
_A, _B = ".lora_a", ".lora_b"


class AdapterError(ValueError):
    """An adapter that cannot be used with a base; the text says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What must be alike in the base an adapter was trained on and the one it is used with.

    Quantization is no part of it: the same model at another precision has the same fingerprint.
    """

    architecture: str
    shapes: str
    """SHA-256 over the names and shapes of all tensors."""
    tokenizer: str
    """SHA-256 over the vocabulary, its merges and the tokens that begin and end a text."""
    template: str
    """SHA-256 of the chat template."""

    def as_metadata(self) -> dict[str, str]:
        """The GGUF keys that an adapter carries; the architecture has a key of its own."""
        return {
            KEY_SHAPES: self.shapes,
            KEY_TOKENIZER: self.tokenizer,
            KEY_TEMPLATE: self.template,
        }


@dataclass(frozen=True, slots=True)
class AdapterManifest:
    """An adapter file as it describes itself."""

    name: str
    architecture: str
    base: str
    """Name of the model it was trained on; empty where the file does not say."""
    rank: int
    tensors: Mapping[str, tuple[int, int, int]]
    """By name of the base's tensor: length in, length out, rank."""
    carried: Mapping[str, str]
    """What it says of its base's fingerprint; empty for adapters from elsewhere."""
    task: str = ""
    """What it was trained for, such as ``"grounded answers"``; empty where it does not say."""
    form: TaughtForm | None = None
    """In which it was asked; None where it does not say."""


def fingerprint(path: Path) -> Fingerprint:
    """The fingerprint of a base model. Raises AdapterError where the file cannot be read."""
    base = _walked(path)
    shapes = "\n".join(f"{name} {base.tensors[name]}" for name in sorted(base.tensors))
    tokenizer = hashlib.sha256()
    for key in _TOKENIZER_KEYS:
        tokenizer.update(key.encode() + b"\0" + base.values.get(key, b"") + b"\0")
    return Fingerprint(
        architecture=base.text("general.architecture"),
        shapes=hashlib.sha256(shapes.encode()).hexdigest(),
        tokenizer=tokenizer.hexdigest(),
        template=hashlib.sha256(base.text("tokenizer.chat_template").encode()).hexdigest(),
    )


def manifest(path: Path) -> AdapterManifest:
    """What an adapter says of itself. Raises AdapterError where it is none."""
    file = _walked(path)
    if file.text("general.type") != "adapter" or file.text("adapter.type") != "lora":
        raise AdapterError("it is not a LoRA adapter in GGUF form")
    tensors: dict[str, tuple[int, int, int]] = {}
    for name, first in file.tensors.items():
        if not name.endswith(_A):
            continue
        base = name.removesuffix(_A)
        second = file.tensors.get(base + _B, ())
        if len(first) != 2 or len(second) != 2 or first[1] != second[0]:
            raise AdapterError(f"its matrices for {base} do not fit together")
        tensors[base] = (first[0], second[1], first[1])
    if not tensors or len(file.tensors) != 2 * len(tensors):
        raise AdapterError("its matrices are not in pairs")
    return AdapterManifest(
        name=file.text("general.name") or path.stem,
        architecture=file.text("general.architecture"),
        base=file.text(KEY_BASE),
        rank=max(rank for _, _, rank in tensors.values()),
        tensors=tensors,
        carried={
            key: value
            for key in (KEY_SHAPES, KEY_TOKENIZER, KEY_TEMPLATE)
            if (value := file.text(key))
        },
        task=file.text(KEY_TASK),
        form=TaughtForm.read(file.text(KEY_SYSTEM), file.text(KEY_PROMPT)),
    )


def check(path: Path, base: Path) -> str:
    """Check an adapter against a base; returns what could not be checked, empty where all was.

    Raises AdapterError where they do not belong together.
    """
    adapter, expected = manifest(path), fingerprint(base)
    if adapter.architecture != expected.architecture:
        raise AdapterError(
            f"it is made for the architecture {adapter.architecture or 'of no name'}, and this "
            f"model is {expected.architecture}"
        )
    _check_shapes(adapter, _walked(base).tensors)
    if not adapter.carried:
        return "it does not say which tokenizer and chat template it was trained with"
    words = {
        KEY_SHAPES: "with other tensors",
        KEY_TOKENIZER: "with another tokenizer",
        KEY_TEMPLATE: "with another chat template",
    }
    for key, wanted in expected.as_metadata().items():
        if adapter.carried.get(key, wanted) != wanted:
            of = f" ({adapter.base})" if adapter.base else ""
            raise AdapterError(f"it was trained on another model{of}, {words[key]}")
    missing = [key for key in words if key not in adapter.carried]
    return f"it does not say {', '.join(missing)}" if missing else ""


def _check_shapes(adapter: AdapterManifest, tensors: Mapping[str, tuple[int, ...]]) -> None:
    for name, (length_in, length_out, _) in adapter.tensors.items():
        shape = tensors.get(name)
        if shape is None:
            raise AdapterError(f"it changes {name}, which this model does not have")
        # Embeddings are looked up, not multiplied: there the matrices stand the other way round.
        turned = name == "token_embd.weight" and shape == (length_out, length_in)
        if shape != (length_in, length_out) and not turned:
            raise AdapterError(
                f"its matrices for {name} are {length_in} × {length_out}, and this model's is "
                f"{' × '.join(map(str, shape))}"
            )


def _walked(path: Path) -> Walked:
    try:
        return walk(path)
    except GgufError as error:
        raise AdapterError(f"{path.name} cannot be read: {error}") from error
    except OSError as error:
        raise AdapterError(f"{path.name} cannot be read: {error.strerror}") from error
