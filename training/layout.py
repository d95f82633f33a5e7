"""How a base lays out its matrices for llama.cpp, so that an adapter may stand beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.formats import adapter as adapter_file
from training import architectures
from training.architectures import Architecture
from training.errors import ExportError
from training.gguf_file import GgufFile
from training.peft_adapter import Matrix, Pair, PeftAdapter


@dataclass(frozen=True, slots=True)
class Layout:
    """What has to be known of a base to write an adapter for it."""

    path: Path
    architecture: Architecture
    name: str
    heads: int
    kv_heads: int
    shapes: Mapping[str, tuple[int, ...]]
    """By tensor, in ggml's order."""
    carried: Mapping[str, str]
    """The fingerprint, as keys of the adapter."""

    @classmethod
    def of(cls, path: Path) -> "Layout":
        """Raises TrainingError, UnknownArchitectureError and ExportError."""
        with GgufFile(path) as file:
            kind = file.text("general.architecture")
            heads = file.number(f"{kind}.attention.head_count")
            return cls(
                path=path,
                architecture=architectures.known(kind),
                name=file.text("general.name") or path.stem,
                heads=heads,
                kv_heads=file.number(f"{kind}.attention.head_count_kv") or heads,
                shapes={name: info.shape for name, info in file.tensors.items()},
                carried=adapter_file.fingerprint(path).as_metadata(),
            )

    def placed(self, adapter: PeftAdapter) -> dict[str, Pair]:
        """The adapter's pairs with their rows in the base's order.

        Raises ExportError where they are not made for this base.
        """
        found = {}
        for tensor, pair in adapter.pairs.items():
            shape = self.shapes.get(tensor)
            length_out, length_in = pair.second.shape[0], pair.first.shape[1]
            if shape is None:
                raise _strange(f"it changes {tensor}, which {self.name} does not have")
            if shape != (length_in, length_out):
                raise _strange(
                    f"its matrices for {tensor} are {length_in} × {length_out}, and those of "
                    f"{self.name} are {' × '.join(map(str, shape))}"
                )
            found[tensor] = self._turned(tensor, pair)
        return found

    def _turned(self, tensor: str, pair: Pair) -> Pair:
        heads = {"attn_q": self.heads, "attn_k": self.kv_heads}.get(tensor.split(".")[2], 0)
        if not self.architecture.permuted or not heads:
            return pair
        magnitude = None if pair.magnitude is None else interleave(pair.magnitude, heads)
        return Pair(pair.first, interleave(pair.second, heads), pair.scale, magnitude)


def interleave(rows: Matrix, heads: int) -> Matrix:
    """Rows of a rotary projection in llama.cpp's order.

    transformers turns the first half of a head against its second, llama.cpp each number against
    its neighbour: row i of the one half and row i of the other come to stand side by side.
    """
    halves = rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows.shape))


def _strange(reason: str) -> ExportError:
    return ExportError(
        f"The adapter does not belong to this model: {reason}.",
        "Choose the model that it was trained on.",
    )
