"""How a vector is stored: as floats, or as 8-bit numbers.

A vector is stretched so that its largest part becomes 127, which the cosine does not see. Over
the data of docs/benchmarks.md, 99.6 % of the ten nearest stay the same and search quality does not
change.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Storage = Literal["float32", "int8"]
Matrix = NDArray[np.float32]

FULL = 127


def packed(vector: Matrix, storage: str) -> bytes:
    """The bytes that are stored of a vector."""
    values = np.ascontiguousarray(vector, dtype=np.float32)
    if storage == "float32":
        return values.tobytes()
    largest = float(np.abs(values).max(initial=0.0))
    if largest <= 0.0:
        return bytes(values.size)
    whole: NDArray[np.int8] = np.rint(values * (FULL / largest)).astype(np.int8)
    return whole.tobytes()


def unpacked(blob: bytes, storage: str) -> Matrix:
    """A stored vector, L2-normalised float32. Packing it again gives the same bytes."""
    if storage == "float32":
        return np.frombuffer(blob, dtype=np.float32)
    values = np.frombuffer(blob, dtype=np.int8).astype(np.float32)
    length = float(np.linalg.norm(values))
    return values / np.float32(length) if length else values


def unpacked_all(blobs: Sequence[bytes], storage: str) -> Matrix:
    """Stored vectors as the rows of one matrix, each L2-normalised float32."""
    if storage == "float32":
        return np.frombuffer(b"".join(blobs), dtype=np.float32).reshape(len(blobs), -1)
    whole = np.frombuffer(b"".join(blobs), dtype=np.int8).reshape(len(blobs), -1)
    values: Matrix = whole.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", values, values))
    values /= np.where(lengths > 0, lengths, np.float32(1.0))[:, None]
    return values
