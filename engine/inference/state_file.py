"""A saved state on disk: the tokens a model has read and what it made of them.

Layout: magic, length of the header (4 bytes, little-endian), header as JSON, the tokens as 32-bit
integers, llama.cpp's state, then a BLAKE2b digest of all before it. With a key, all behind another
magic is encrypted and authenticated instead (:mod:`engine.inference.state_seal`). Written beside
its place and moved there, so that a process killed while writing leaves no file that is taken for
a whole one.
"""

import hashlib
import json
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

MAGIC = b"ALCOVEKV"
SEALED_MAGIC = b"ALCOVEKS"
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


@dataclass(frozen=True, slots=True)
class _Header:
    size: int
    """Bytes of the header with the length before it."""
    tokens: int
    data: int


def write(
    path: Path,
    identity: str,
    tokens: Sequence[int],
    data: NDArray[np.uint8],
    *,
    key: bytes | None = None,
) -> int:
    """Write a state durably; returns the bytes written. Raises OSError, with nothing left behind.

    ``identity`` names what made the state: the model, its adapters and how it was loaded. With a
    ``key`` the file is encrypted.
    """
    header = json.dumps(
        {"version": VERSION, "identity": identity, "tokens": len(tokens), "bytes": data.nbytes}
    ).encode()
    head = _LENGTH.pack(len(header)) + header + np.asarray(tokens, dtype="<i4").tobytes()
    parts = _digested(head, data.data) if key is None else _sealed(key, head, data.data)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}{PARTIAL_SUFFIX}")
    try:
        with partial.open("wb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    return path.stat().st_size


def _digested(*parts: bytes | memoryview) -> Iterator[bytes | memoryview]:
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in (MAGIC, *parts):
        digest.update(part)
        yield part
    yield digest.digest()


def _sealed(key: bytes, *parts: bytes | memoryview) -> Iterable[bytes | memoryview]:
    # Takes a tenth of a second to import, which only encrypted profiles need.
    from engine.inference import state_seal

    return state_seal.seal(key, SEALED_MAGIC, parts)


def is_sealed(path: Path) -> bool:
    """Whether a file is an encrypted state, going by its beginning. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(SEALED_MAGIC)) == SEALED_MAGIC


def read(path: Path, identity: str, *, key: bytes | None = None) -> State:
    """Read a whole state of this identity. Raises StateFileError and OSError.

    With a ``key`` only an encrypted file is taken, without one only a plain file.
    """
    with path.open("rb") as file:
        magic = file.read(len(MAGIC))
        if magic not in (MAGIC, SEALED_MAGIC):
            raise StateFileError("it is not a saved state")
        if (magic == SEALED_MAGIC) != (key is not None):
            raise StateFileError("it is encrypted" if key is None else "it is not encrypted")
        if key is not None:
            return _read_sealed(file, identity, key)
    return _read_plain(path, identity)


def _read_plain(path: Path, identity: str) -> State:
    raw = np.fromfile(path, dtype=np.uint8)
    if raw.size < len(MAGIC) + DIGEST_BYTES:
        raise StateFileError("it is not a saved state")
    body, digest = raw[:-DIGEST_BYTES], raw[-DIGEST_BYTES:].tobytes()
    if hashlib.blake2b(body.data, digest_size=DIGEST_BYTES).digest() != digest:
        raise StateFileError("it is damaged or was not written to its end")
    body = body[len(MAGIC) :]
    header = _header(body.data, identity)
    data_at = header.size + 4 * header.tokens
    if data_at + header.data != body.size:
        raise StateFileError("its lengths do not agree")
    tokens = np.frombuffer(body[header.size : data_at].tobytes(), dtype="<i4")
    return State(tokens.tolist(), np.ascontiguousarray(body[data_at:]))


def _read_sealed(file: IO[bytes], identity: str, key: bytes) -> State:
    from engine.inference import state_seal

    try:
        pieces = state_seal.opened(key, SEALED_MAGIC, file)
        head = next(pieces)
        header = _header(memoryview(head), identity)
        data_at = header.size + 4 * header.tokens
        while len(head) < data_at:  # more tokens than one piece holds
            head += next(pieces)
        if len(head) != data_at:
            raise StateFileError("its lengths do not agree")
        data = np.empty(header.data, dtype=np.uint8)
        filled = 0
        for piece in pieces:
            if filled + len(piece) > data.size:
                raise StateFileError("its lengths do not agree")
            data[filled : filled + len(piece)] = np.frombuffer(piece, dtype=np.uint8)
            filled += len(piece)
    except state_seal.SealError as error:
        raise StateFileError("it is damaged, or its key is another") from error
    except (StopIteration, MemoryError) as error:
        raise StateFileError("its lengths do not agree") from error
    if filled != data.size:
        raise StateFileError("its lengths do not agree")
    tokens = np.frombuffer(head[header.size : data_at], dtype="<i4")
    return State(tokens.tolist(), data)


def _header(body: memoryview, identity: str) -> _Header:
    """What stands at the beginning of a body. Raises StateFileError."""
    try:
        (length,) = _LENGTH.unpack(body[: _LENGTH.size])
        if length > min(MAX_HEADER_BYTES, len(body) - _LENGTH.size):
            raise StateFileError("its header is damaged")
        header = json.loads(bytes(body[_LENGTH.size : _LENGTH.size + length]))
        same = header["version"] == VERSION and header["identity"] == identity
        found = _Header(_LENGTH.size + length, int(header["tokens"]), int(header["bytes"]))
    except (struct.error, ValueError, KeyError, TypeError) as error:
        if isinstance(error, StateFileError):
            raise
        raise StateFileError("its header is damaged") from error
    if not same:
        raise StateFileError("it belongs to another model, adapter, template or version")
    return found
