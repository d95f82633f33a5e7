"""Members of ZIP archives that WinZip and 7-Zip encrypted with AES.

After WinZip's description "AE-1 and AE-2": PBKDF2 with SHA-1 makes the keys, AES counts upwards
from 1 with the lowest byte first, ten bytes of an HMAC prove that nothing was changed.
"""

import bz2
import hashlib
import hmac
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

METHOD = 99
"""What such a member gives as the way it is packed; the true one stands in an extra field."""
FIELD = 0x9901
ROUNDS = 1000
PROOF = 10
PIECE = 2**20
BLOCK = 16


class WrongPasswordError(Exception):
    """The password is not that of the member."""


@dataclass(frozen=True, slots=True)
class Lock:
    """How a member is locked."""

    key_bytes: int
    method: int
    """How it is packed: 0 not at all, 8 deflate, 12 bzip2."""


def lock_of(info: zipfile.ZipInfo) -> Lock | None:
    """None where the member is not locked this way, or nobody knows how."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == FIELD and size >= 7 and len(extra) >= 11:
            strength, method = struct.unpack("<BH", extra[8:11])
            return Lock(8 + 8 * strength, method) if strength in (1, 2, 3) else None
        extra = extra[4 + size :]
    return None


def read(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, lock: Lock, password: str
) -> Iterator[bytes]:
    """The member, piece by piece.

    Raises WrongPasswordError, BadZipFile where it was changed, NotImplementedError for other ways
    of packing, and what zlib and bz2 raise.
    """
    stream = archive.fp
    if stream is None:
        raise zipfile.BadZipFile
    stream.seek(info.header_offset)
    head = stream.read(30)
    if len(head) < 30 or head[:4] != b"PK\3\4":
        raise zipfile.BadZipFile
    name, extra = struct.unpack("<HH", head[26:30])
    start = info.header_offset + 30 + name + extra
    stream.seek(start)
    salt, check = stream.read(lock.key_bytes // 2), stream.read(2)
    keys = hashlib.pbkdf2_hmac(
        "sha1", password.encode(), salt, ROUNDS, dklen=2 * lock.key_bytes + 2
    )
    if not hmac.compare_digest(keys[-2:], check):
        raise WrongPasswordError
    begin = start + len(salt) + 2
    length = info.compress_size - len(salt) - 2 - PROOF
    proof = hmac.new(keys[lock.key_bytes : -2], digestmod="sha1")
    unpack = _unpacker(lock.method)
    for piece in _clear(stream, begin, length, keys[: lock.key_bytes], proof):
        yield from unpack(piece)
    stream.seek(begin + length)
    if not hmac.compare_digest(proof.digest()[:PROOF], stream.read(PROOF)):
        raise zipfile.BadZipFile


def _clear(
    stream: IO[bytes], begin: int, length: int, key: bytes, proof: "hmac.HMAC"
) -> Iterator[bytes]:
    # The counter's lowest byte comes first, which the library's own counting mode does not offer.
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    done = 0
    while done < length:
        stream.seek(begin + done)
        locked = stream.read(min(PIECE, length - done))
        if not locked:
            raise zipfile.BadZipFile
        proof.update(locked)
        blocks = -(-len(locked) // BLOCK)
        counters = np.zeros((blocks, 2), dtype="<u8")
        counters[:, 0] = np.arange(done // BLOCK + 1, done // BLOCK + 1 + blocks, dtype=np.uint64)
        mask = np.frombuffer(encryptor.update(counters.tobytes()), np.uint8)[: len(locked)]
        yield (np.frombuffer(locked, np.uint8) ^ mask).tobytes()
        done += len(locked)


def _unpacker(method: int) -> Callable[[bytes], Iterator[bytes]]:
    if method == zipfile.ZIP_STORED:
        return lambda piece: iter((piece,))
    if method == zipfile.ZIP_BZIP2:
        bunzip = bz2.BZ2Decompressor()
        return lambda piece: _bounded_pieces(piece, bunzip)
    if method != zipfile.ZIP_DEFLATED:
        raise NotImplementedError
    inflate = zlib.decompressobj(-15)

    def inflated(piece: bytes) -> Iterator[bytes]:
        while piece and not inflate.eof:
            yield inflate.decompress(piece, PIECE)
            piece = inflate.unconsumed_tail

    return inflated


def _bounded_pieces(piece: bytes, bunzip: bz2.BZ2Decompressor) -> Iterator[bytes]:
    while not bunzip.eof:
        yield bunzip.decompress(piece, PIECE)
        piece = b""
        if bunzip.needs_input:
            return
