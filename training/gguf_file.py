"""GGUF files with their tensors, read and written without unpacking the vocabulary.

The gguf package's reader takes seconds for the vocabulary of a small model, and its writer wants
every value again. Here metadata is copied as it stands, byte by byte, and tensors are looked at
one at a time through a memory map. Layout: ``docs/gguf.md`` of the ggml repository.
"""

import mmap
import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import gguf
import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from numpy.typing import NDArray

from engine.formats.gguf_walk import GgufError, Walked, walk
from training.errors import TrainingError

_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")
_STRING, _FILE_TYPE = 8, "general.file_type"
ALIGNMENT = 32


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor as the header tells it."""

    name: str
    shape: tuple[int, ...]
    """In ggml's order: the contiguous dimension first."""
    kind: GGMLQuantizationType
    offset: int
    """From the beginning of the file."""

    @property
    def size(self) -> int:
        """Bytes."""
        return tensor_bytes(self.shape, self.kind)


def tensor_bytes(shape: tuple[int, ...], kind: GGMLQuantizationType) -> int:
    block, block_bytes = GGML_QUANT_SIZES[kind]
    count = 1
    for side in shape:
        count *= side
    return count // block * block_bytes


class GgufFile:
    """An open file; a context manager. Raises TrainingError where it cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._walked: Walked = walk(path)
            self._file = path.open("rb")
        except GgufError as error:
            raise _unreadable(path, str(error)) from error
        except OSError as error:
            raise _unreadable(path, error.strerror or str(error)) from error
        self._data = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        self.pairs = _U64.unpack_from(self._data, 16)[0]
        try:
            self.keys_end, self.tensors = self._read_tensors()
        except TrainingError:
            self.close()
            raise

    def __enter__(self) -> "GgufFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._data.close()
        self._file.close()

    def _read_tensors(self) -> tuple[int, dict[str, TensorInfo]]:
        count = len(self._walked.tensors)
        # Tensor infos follow the last value; all lengths were checked by the walk.
        at = end = self._keys_end()
        found = []
        for _ in range(count):
            length = _U64.unpack_from(self._data, at)[0]
            name = self._data[at + 8 : at + 8 + length].decode("utf-8", "replace")
            at += 8 + length
            dimensions = _U32.unpack_from(self._data, at)[0]
            shape = struct.unpack_from(f"<{dimensions}Q", self._data, at + 4)
            at += 4 + 8 * dimensions
            kind, offset = struct.unpack_from("<IQ", self._data, at)
            at += 12
            try:
                found.append(TensorInfo(name, shape, GGMLQuantizationType(kind), offset))
            except ValueError as error:
                raise _unreadable(self.path, f"its tensor type {kind} is not known") from error
        start = -(-at // self.alignment) * self.alignment
        placed = {
            each.name: TensorInfo(each.name, each.shape, each.kind, start + each.offset)
            for each in found
        }
        size = len(self._data)
        if any(each.offset + each.size > size for each in placed.values()):
            raise _unreadable(self.path, "bytes are missing at its end")
        return end, placed

    def _keys_end(self) -> int:
        return 24 + sum(
            8 + len(key.encode()) + 4 + len(value) for key, value in self._walked.values.items()
        )

    @property
    def alignment(self) -> int:
        return self.number("general.alignment") or ALIGNMENT

    def text(self, key: str) -> str:
        return self._walked.text(key)

    def number(self, key: str) -> int:
        """A whole number of 32 bits; 0 where it is missing."""
        raw = self._walked.values.get(key, b"")
        return int(_U32.unpack(raw)[0]) if len(raw) == 4 else 0

    def raw_pairs(self, without: Collection[str] = ()) -> tuple[int, bytes]:
        """Number and bytes of the metadata as they stand, but for some keys."""
        at, count, kept = 24, 0, bytearray()
        for key, value in self._walked.values.items():
            end = at + 8 + len(key.encode()) + 4 + len(value)
            if not key.startswith(tuple(without)):
                kept += self._data[at:end]
                count += 1
            at = end
        return count, bytes(kept)

    def raw(self, name: str) -> bytes:
        """The bytes of a tensor."""
        info = self.tensors[name]
        return self._data[info.offset : info.offset + info.size]

    def array(self, name: str) -> NDArray[np.float32]:
        """A tensor's numbers, dequantized, in numpy's order: (rows, contiguous) for a matrix."""
        info = self.tensors[name]
        raw = np.frombuffer(self.raw(name), dtype=np.uint8)
        block, block_bytes = GGML_QUANT_SIZES[info.kind]
        shape = tuple(reversed(info.shape))
        rows = raw.reshape(*shape[:-1], shape[-1] // block * block_bytes)
        if info.kind == GGMLQuantizationType.F32:
            return rows.view(np.float32).copy()
        numbers: NDArray[np.float32] = gguf.quants.dequantize(rows, info.kind)
        return numbers.reshape(shape)


Change = Callable[[TensorInfo], tuple[GGMLQuantizationType, Callable[[], bytes]] | None]
"""A tensor's new type and what makes its bytes; None leaves it as it stands."""


def copy(
    source: GgufFile,
    target: Path,
    *,
    change: Change = lambda _: None,
    without: Collection[str] = (),
    add: Mapping[str, str | int] | None = None,
) -> Iterator[TensorInfo]:
    """Write a file anew with some tensors changed; yields each tensor before it is written.

    ``without`` are beginnings of keys to leave out, ``add`` texts and 32-bit numbers to put in
    their place. One tensor is in memory at a time. Raises OSError.
    """
    add = dict(add or {})
    count, pairs = source.raw_pairs([*without, *add])
    changes = {name: change(info) for name, info in source.tensors.items()}
    infos, offset = bytearray(), 0
    for name, info in source.tensors.items():
        changed = changes[name]
        kind = changed[0] if changed else info.kind
        infos += _string(name) + _U32.pack(len(info.shape))
        infos += struct.pack(f"<{len(info.shape)}Q", *info.shape)
        infos += struct.pack("<IQ", kind, offset)
        offset += -(-tensor_bytes(info.shape, kind) // source.alignment) * source.alignment
    with target.open("wb") as file:
        head = b"GGUF" + _U32.pack(3) + _U64.pack(len(source.tensors)) + _U64.pack(count + len(add))
        file.write(head + pairs + b"".join(_pair(key, value) for key, value in add.items()) + infos)
        file.write(bytes(-file.tell() % source.alignment))
        for name, info in source.tensors.items():
            yield info
            changed = changes[name]
            file.write(changed[1]() if changed else source.raw(name))
            file.write(bytes(-file.tell() % source.alignment))


def _pair(key: str, value: str | int) -> bytes:
    if isinstance(value, int):
        return _string(key) + _U32.pack(4) + _U32.pack(value)
    return _string(key) + _U32.pack(_STRING) + _string(value)


def _string(text: str) -> bytes:
    raw = text.encode()
    return _U64.pack(len(raw)) + raw


def _unreadable(path: Path, reason: str) -> TrainingError:
    return TrainingError(
        f"The model file {path.name} cannot be used: {reason}.",
        "Fetch or copy the file again, or choose another one.",
        code="model_damaged",
    )
