"""The raw parts of a GGUF file: metadata as bytes, tensors by name and shape; no weights are read.

Source: ``docs/gguf.md`` of the ggml repository, versions 2 and 3 (little-endian). Counts and
lengths are checked against the file before they are believed.
"""

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_DIMENSIONS = 4

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")


class GgufError(ValueError):
    """The file is not a whole GGUF file."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a file holds beside its weights."""

    values: Mapping[str, bytes]
    """Value of each key as it stands in the file, after its type."""
    tensors: Mapping[str, tuple[int, ...]]
    """Shape of each tensor in ggml's order, the contiguous dimension first."""

    def text(self, key: str) -> str:
        """A text value; empty where the key is absent."""
        raw = self.values.get(key, b"")
        return raw[8:].decode("utf-8", "replace")


def walk(path: Path) -> Walked:
    """Read a file's parts. Raises GgufError and OSError."""
    with path.open("rb") as file:
        if path.stat().st_size < 24:
            raise GgufError("it is empty or cut off")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            try:
                return _walk(data)
            except struct.error as error:
                raise GgufError("its header is cut off") from error


def _walk(data: mmap.mmap) -> Walked:
    if data[:4] != MAGIC or _U32.unpack_from(data, 4)[0] not in VERSIONS:
        raise GgufError("it is not a GGUF file of a known version")
    (tensors,), (pairs,) = _U64.unpack_from(data, 8), _U64.unpack_from(data, 16)
    if tensors > len(data) // 24 or pairs > len(data) // 12:
        raise GgufError("its counts do not fit the file")
    at = 24
    values: dict[str, bytes] = {}
    for _ in range(pairs):
        key, at = _string(data, at)
        (kind,) = _U32.unpack_from(data, at)
        end = _after(data, at + 4, kind)
        values[key] = data[at + 4 : end]
        at = end
    shapes: dict[str, tuple[int, ...]] = {}
    for _ in range(tensors):
        name, at = _string(data, at)
        (dimensions,) = _U32.unpack_from(data, at)
        if dimensions > MAX_DIMENSIONS:
            raise GgufError("a tensor has too many dimensions")
        shape = struct.unpack_from(f"<{dimensions}Q", data, at + 4)
        shapes[name] = tuple(int(side) for side in shape)
        at += 4 + 8 * dimensions + 12  # type and offset follow
    return Walked(values, shapes)


def _string(data: mmap.mmap, at: int) -> tuple[str, int]:
    (length,) = _U64.unpack_from(data, at)
    end = at + 8 + length
    if end > len(data):
        raise GgufError("its header is cut off")
    return data[at + 8 : end].decode("utf-8", "replace"), end


def _after(data: mmap.mmap, at: int, kind: int) -> int:
    """Where a value of this type ends."""
    if kind in _SIZES:
        end = at + _SIZES[kind]
    elif kind == _STRING:
        end = at + 8 + _U64.unpack_from(data, at)[0]
    elif kind == _ARRAY:
        (inner,), (count,) = _U32.unpack_from(data, at), _U64.unpack_from(data, at + 4)
        end = at + 12
        if inner in _SIZES:
            end += _SIZES[inner] * count
        elif inner == _STRING and count <= len(data) // 8:
            for _ in range(count):
                end += 8 + _U64.unpack_from(data, end)[0]
        else:
            raise GgufError("it holds an array of an unknown kind")
    else:
        raise GgufError(f"a value has the unknown type {kind}")
    if end > len(data):
        raise GgufError("its header is cut off")
    return end
