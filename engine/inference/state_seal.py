"""Encrypted pieces of a saved state, each authenticated with its place in the file.

AES-256-GCM in the manner of the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, 2015):
every file has a key of its own, derived with HKDF from the profile's key and a random salt; a
piece's nonce is its number and whether it is the last one. Pieces cannot be changed, moved, left
out or cut off at the end unnoticed. A state of gigabytes needs no second copy in memory.
"""

import os
import struct
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT_BYTES = 16
PIECE_BYTES = 1 << 20
MAX_SEALED_BYTES = PIECE_BYTES + 16

_LENGTH = struct.Struct("<I")


class SealError(ValueError):
    """A piece is missing, changed, or was sealed with another key."""


def seal(
    key: bytes, magic: bytes, pieces: Iterable[bytes | memoryview]
) -> Iterator[bytes | memoryview]:
    """What to write: magic and salt, then every piece encrypted behind its length."""
    head = magic + os.urandom(SALT_BYTES)
    cipher = _cipher(key, head[len(magic) :])
    yield head
    waiting: bytes | memoryview | None = None
    number = 0
    for piece in chain.from_iterable(map(_cut, pieces)):
        if waiting is not None:
            yield from _sealed(cipher, number, waiting, head, last=False)
            number += 1
        waiting = piece
    if waiting is not None:
        yield from _sealed(cipher, number, waiting, head, last=True)


def opened(key: bytes, magic: bytes, file: IO[bytes]) -> Iterator[bytes]:
    """The pieces of a file that stands behind its magic. Raises SealError."""
    salt = file.read(SALT_BYTES)
    cipher = _cipher(key, salt)
    number = 0
    length = file.read(_LENGTH.size)
    if not length:
        raise SealError
    while length:
        if len(length) < _LENGTH.size:
            raise SealError
        (size,) = _LENGTH.unpack(length)
        if size > MAX_SEALED_BYTES:
            raise SealError
        sealed = file.read(size)
        length = file.read(_LENGTH.size)
        nonce = _nonce(number, last=not length)
        try:
            yield cipher.decrypt(nonce, sealed, magic + salt)
        except InvalidTag as error:
            raise SealError from error
        number += 1


def _cut(piece: bytes | memoryview) -> Iterator[bytes | memoryview]:
    for start in range(0, len(piece), PIECE_BYTES):
        yield piece[start : start + PIECE_BYTES]


def _sealed(
    cipher: AESGCM, number: int, piece: bytes | memoryview, head: bytes, *, last: bool
) -> Iterator[bytes]:
    sealed = cipher.encrypt(_nonce(number, last=last), piece, head)
    yield _LENGTH.pack(len(sealed))
    yield sealed


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"alcove saved state").derive(key))
