"""What a GGUF file says of itself, read without loading it.

Only the header is looked at, through a memory map, in a few milliseconds: the vocabulary is
stepped over. Nothing in it is believed: counts, lengths and offsets are checked against the size
of the file. Source: ``docs/gguf.md`` of the ggml repository, versions 2 and 3 (little-endian).
"""

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType, LlamaFileType

from engine.errors import ModelLoadError, ModelMissingError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_DIMENSIONS = 4
MAX_KEY_BYTES = 1 << 16
KEPT_ARRAY_ITEMS = 256
"""Longer arrays (the vocabulary) are stepped over, not kept."""

EMBEDDER_ARCHITECTURES = frozenset(
    {"bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2",
     "jina-bert-v3", "gemma-embedding", "t5encoder"}
)  # fmt: skip
_EMBEDDINGS, _OUTPUT = "token_embd.weight", "output.weight"

_SCALARS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """A model file as its header describes it. Missing numbers are 0, missing texts empty."""

    architecture: str
    name: str
    kind: str
    """``"model"``, ``"adapter"``, ``"mmproj"`` …; ``"model"`` where the file does not say."""
    quantization: str
    licence: str
    n_ctx_train: int
    layers: int
    heads: int
    kv_heads: int
    embedding: int
    parameters: int
    tensor_bytes: int
    file_bytes: int
    chat_template: str
    kv_width: int = 0
    """Numbers that one token of context leaves behind: keys and values of all layers."""
    decode_bytes: int = 0
    """Weights read to write one token: not the table of embeddings, only the experts at work."""
    prefill_parameters: int = 0
    """Weights multiplied for each token read: as above, without the output layer."""
    repackable: Mapping[str, int] = field(default_factory=dict)
    """Bytes of the matrices inside the layers, by quantization; llama.cpp copies some kinds."""
    head_width: int = 0
    """Numbers in one head's key; 0 where it is not known."""
    split_parts: int = 1
    """Files that the model is spread over; the sizes above are those of this file alone."""
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """All other values as they stand, long arrays left out."""

    @property
    def kv_bytes_per_token(self) -> int:
        """Memory that one token of context takes, keys and values as 16-bit floats."""
        return 2 * self.kv_width

    @property
    def embeds(self) -> bool:
        """Whether the model turns texts into vectors and cannot answer."""
        return self.architecture in EMBEDDER_ARCHITECTURES or (
            f"{self.architecture}.pooling_type" in self.metadata
        )


def read(path: Path) -> GgufHeader:
    """Read a header. Raises ModelMissingError, and ModelLoadError for what is not a whole GGUF."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if size < len(MAGIC) + 20:
                raise _fault(path, "it is empty or cut off")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(path, data, size).header()
    except FileNotFoundError as error:
        raise ModelMissingError(f"The model file {path} is not there.") from error
    except OSError as error:
        raise ModelLoadError(
            f"The model file {path.name} cannot be read: {error.strerror}.",
            "Check that the file may be read.",
        ) from error


class _Reader:
    """Reads on from a position, never past the end."""

    def __init__(self, path: Path, data: mmap.mmap, size: int) -> None:
        self._path = path
        self._data = data
        self._size = size
        self._at = 0

    def header(self) -> GgufHeader:
        if self._bytes(4) != MAGIC:
            raise _fault(self._path, "it is not a GGUF file", code="not_a_model")
        version = self._scalar("I")
        if version not in VERSIONS:
            raise _fault(
                self._path, f"its GGUF version {version} is not known", code="unsupported_model"
            )
        tensors, pairs = self._scalar("Q"), self._scalar("Q")
        metadata: dict[str, Any] = {}
        for _ in range(self._count(pairs, each=12)):
            key = self._string(MAX_KEY_BYTES)
            metadata[key] = self._value(self._scalar("I"))
        weights = self._tensors(self._count(tensors, each=24), metadata)
        return _describe(metadata, weights, self._size)

    def _tensors(self, count: int, metadata: Mapping[str, Any]) -> "_Weights":
        """Number of weights and their bytes; checks that the file holds them all."""
        weights = _Weights(_experts_at_work(metadata))
        end = 0
        for _ in range(count):
            name = self._string(MAX_KEY_BYTES)
            dimensions = self._scalar("I")
            if dimensions > MAX_DIMENSIONS:
                raise _fault(self._path, "a tensor has too many dimensions")
            elements = math.prod(self._scalar("Q") for _ in range(dimensions))
            kind, offset = self._scalar("I"), self._scalar("Q")
            try:
                block, block_bytes = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
            except (KeyError, ValueError) as error:
                raise _fault(
                    self._path, f"its tensor type {kind} is not known", code="unsupported_model"
                ) from error
            size = elements // block * block_bytes
            weights.count(name, elements, size)
            if dimensions > 1 and name not in (_EMBEDDINGS, _OUTPUT):
                kind_name = GGMLQuantizationType(kind).name
                weights.kinds[kind_name] = weights.kinds.get(kind_name, 0) + size
            end = max(end, offset + size)
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise _fault(self._path, "its alignment is not a number")
        start = -(-self._at // alignment) * alignment
        if start + end > self._size:
            missing = start + end - self._size
            raise _fault(self._path, f"{missing:,} bytes are missing at its end")
        return weights

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string(self._size)
        if kind == _ARRAY:
            return self._array()
        form = _SCALARS.get(kind)
        if form is None:
            raise _fault(self._path, f"a value has the unknown type {kind}")
        return self._scalar(form)

    def _array(self) -> list[Any] | None:
        """An array; None for a long one, which is stepped over."""
        kind, length = self._scalar("I"), self._scalar("Q")
        form = _SCALARS.get(kind)
        if form is not None:
            self._count(length, each=struct.calcsize(f"<{form}"))
            if length > KEPT_ARRAY_ITEMS:
                self._skip(length * struct.calcsize(f"<{form}"))
                return None
            return [self._scalar(form) for _ in range(length)]
        if kind != _STRING:
            raise _fault(self._path, "it holds arrays inside arrays")
        self._count(length, each=8)
        if length > KEPT_ARRAY_ITEMS:
            self._skip_strings(length)
            return None
        return [self._string(self._size) for _ in range(length)]

    def _skip_strings(self, count: int) -> None:
        """A vocabulary has a hundred thousand of them; this is most of the time of a reading."""
        at, data, last = self._at, self._data, self._size - 8
        unpack = struct.Struct("<Q").unpack_from
        for _ in range(count):
            if at > last:
                raise _fault(self._path, "its header is cut off or damaged")
            at += 8 + unpack(data, at)[0]
        self._at = min(at, self._size)

    def _count(self, count: int, *, each: int) -> int:
        """A count that the rest of the file can hold, at so many bytes each."""
        if count > (self._size - self._at) // each:
            raise _fault(self._path, "its header is cut off or damaged")
        return count

    def _string(self, limit: int) -> str:
        length = self._scalar("Q")
        if length > limit:
            raise _fault(self._path, "its header is cut off or damaged")
        return self._bytes(length).decode("utf-8", "replace")

    def _scalar(self, form: str) -> Any:
        size = struct.calcsize(f"<{form}")
        (value,) = struct.unpack(f"<{form}", self._bytes(size))
        return value

    def _bytes(self, count: int) -> bytes:
        start = self._at
        self._skip(count)
        return self._data[start : self._at]

    def _skip(self, count: int) -> None:
        if count > self._size - self._at:
            raise _fault(self._path, "its header is cut off or damaged")
        self._at += count


class _Weights:
    """Adds up tensors: all of them, and those that a token passes."""

    def __init__(self, experts_at_work: float) -> None:
        self._experts_at_work = experts_at_work
        self.parameters = self.size = 0
        self.kinds: dict[str, int] = {}
        self._read_bytes = self._multiplied = 0.0
        self._tied_bytes = 0
        self._has_output = False

    def count(self, name: str, elements: int, size: int) -> None:
        self.parameters += elements
        self.size += size
        share = self._experts_at_work if "_exps." in name else 1.0
        if name == _EMBEDDINGS:
            self._tied_bytes = size
        elif name == _OUTPUT:
            self._has_output = True
            self._read_bytes += size
        else:
            self._read_bytes += size * share
            self._multiplied += elements * share

    @property
    def decode_bytes(self) -> int:
        """Without an output layer of its own, a model writes with its table of embeddings."""
        return int(self._read_bytes) + (0 if self._has_output else self._tied_bytes)

    @property
    def prefill_parameters(self) -> int:
        return int(self._multiplied)


def _experts_at_work(metadata: Mapping[str, Any]) -> float:
    """Share of a mixture's experts that one token passes; 1 for other models."""
    architecture = _text(metadata, "general.architecture")
    used = metadata.get(f"{architecture}.expert_used_count")
    experts = metadata.get(f"{architecture}.expert_count")
    if isinstance(used, int) and isinstance(experts, int) and 0 < used <= experts:
        return used / experts
    return 1.0


def _describe(metadata: dict[str, Any], weights: _Weights, file_bytes: int) -> GgufHeader:
    architecture = _text(metadata, "general.architecture")

    def number(key: str) -> int:
        value = metadata.get(f"{architecture}.{key}", 0)
        if isinstance(value, list):  # one value a layer
            value = max(value, default=0)
        return int(value) if isinstance(value, int | float) and math.isfinite(value) else 0

    heads = number("attention.head_count")
    kv_heads = number("attention.head_count_kv") or heads
    layers = number("block_count")
    each = metadata.get(f"{architecture}.attention.head_count_kv")
    numbers = isinstance(each, list) and all(isinstance(value, int) for value in each)
    all_kv_heads = sum(each) if numbers and each else layers * kv_heads
    width = number("embedding_length") // heads if heads else 0
    split = metadata.get("split.count", 1)
    return GgufHeader(
        architecture=architecture,
        name=_text(metadata, "general.name"),
        kind=_text(metadata, "general.type") or "model",
        quantization=_quantization(metadata.get("general.file_type")),
        licence=_text(metadata, "general.license"),
        n_ctx_train=number("context_length"),
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        embedding=number("embedding_length"),
        parameters=weights.parameters,
        tensor_bytes=weights.size,
        file_bytes=file_bytes,
        chat_template=_text(metadata, "tokenizer.chat_template"),
        kv_width=all_kv_heads
        * ((number("attention.key_length") or width) + (number("attention.value_length") or width)),
        decode_bytes=weights.decode_bytes,
        prefill_parameters=weights.prefill_parameters,
        repackable=weights.kinds,
        head_width=number("attention.key_length") or width,
        split_parts=split if isinstance(split, int) and split > 1 else 1,
        metadata=metadata,
    )


def _text(metadata: Mapping[str, Any], key: str) -> str:
    value = metadata.get(key, "")
    return value if isinstance(value, str) else ""


def _quantization(file_type: Any) -> str:
    try:
        return LlamaFileType(file_type).name.removeprefix("MOSTLY_").removeprefix("ALL_")
    except ValueError:
        return ""


def _fault(path: Path, because: str, *, code: str = "model_damaged") -> ModelLoadError:
    return ModelLoadError(
        f"The model file {path.name} cannot be used: {because}.",
        "Fetch or copy the file again, or choose another one.",
        code=code,
    )
