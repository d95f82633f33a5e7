"""A saved state on disk: the tokens a model has read and what it made of them.

Layout: magic, length of the header (4 bytes, little-endian), header as JSON, the tokens as 32-bit
integers, llama.cpp's state, then a BLAKE2b digest of all before it. Written beside its place and
moved there, so that a process killed while writing leaves no file that is taken for a whole one.
"""

import hashlib
import json
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"ALCOVEKV"
VERSION = 1
DIGEST_BYTES = 32
MAX_HEADER_BYTES = 1 << 16
PARTIAL_SUFFIX = ".partial"
SUFFIX = ".state"

_LENGTH = struct.Struct("<I")


class StateFileError(ValueError):
    """A file that is no whole state, or one of another model; the text says which."""


@dataclass(frozen=True, slots=True)
class State:
    """What a file holds."""

    tokens: list[int]
    data: NDArray[np.uint8]
    """llama.cpp's own form, to be handed back as it is."""


def write(path: Path, identity: str, tokens: Sequence[int], data: NDArray[np.uint8]) -> int:
    """Write a state durably; returns the bytes written. Raises OSError, with nothing left behind.

    ``identity`` names what made the state: the model, its adapters and how it was loaded.
    """
    header = json.dumps(
        {"version": VERSION, "identity": identity, "tokens": len(tokens), "bytes": data.nbytes}
    ).encode()
    parts: list[bytes | memoryview] = [
        MAGIC + _LENGTH.pack(len(header)) + header,
        np.asarray(tokens, dtype="<i4").tobytes(),
        data.data,
    ]
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL_SUFFIX}")
    try:
        with partial.open("wb") as file:
            for part in parts:
                digest.update(part)
                file.write(part)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    return path.stat().st_size


def read(path: Path, identity: str) -> State:
    """Read a whole state of this identity. Raises StateFileError and OSError."""
    raw = np.fromfile(path, dtype=np.uint8)
    start = len(MAGIC) + _LENGTH.size
    if raw.size < start + DIGEST_BYTES or raw[: len(MAGIC)].tobytes() != MAGIC:
        raise StateFileError("it is not a saved state")
    body, digest = raw[:-DIGEST_BYTES], raw[-DIGEST_BYTES:].tobytes()
    if hashlib.blake2b(body.data, digest_size=DIGEST_BYTES).digest() != digest:
        raise StateFileError("it is damaged or was not written to its end")
    (length,) = _LENGTH.unpack(raw[len(MAGIC) : start].tobytes())
    if length > min(MAX_HEADER_BYTES, body.size - start):
        raise StateFileError("its header is damaged")
    try:
        header = json.loads(raw[start : start + length].tobytes())
        same = header["version"] == VERSION and header["identity"] == identity
        count, size = int(header["tokens"]), int(header["bytes"])
    except (ValueError, KeyError, TypeError) as error:
        raise StateFileError("its header is damaged") from error
    if not same:
        raise StateFileError("it belongs to another model, adapter, template or version")
    tokens_at = start + length
    data_at = tokens_at + 4 * count
    if data_at + size != body.size:
        raise StateFileError("its lengths do not agree")
    tokens = body[tokens_at:data_at].view("<i4") if count else np.empty(0, dtype="<i4")
    return State([int(token) for token in tokens], np.ascontiguousarray(body[data_at:]))
