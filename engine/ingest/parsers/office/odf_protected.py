"""OpenDocument files that a password protects, after ODF 1.2 and LibreOffice's whole packages.

Every part is packed and then encrypted for itself; since LibreOffice 24.2 the package as a whole
may be. The decrypted parts stay in memory.
"""

import base64
import binascii
import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from engine.errors import ParseError
from engine.ingest.parsers.office.docx_xml import attribute, child, name_of
from engine.ingest.parsers.office.ooxml import MAX_PART_BYTES, Package, too_large
from engine.ingest.parsers.office.protected import damaged, needed

WHOLE = "encrypted-package"
MAX_ROUNDS = 5_000_000
MAX_ARGON_ROUNDS = 20
MAX_ARGON_KIB = 512 * 1024
TAG_BYTES = 16
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class _Lock:
    """How one part is locked."""

    cipher: str
    start: bytes
    """The initialisation vector."""
    key: bytes


def is_locked(manifest: Any) -> bool:
    return manifest is not None and any(
        name_of(element) == "encryption-data" for element in manifest.iter()
    )


def decrypted(package: Package, manifest: Any, password: str | None) -> io.BytesIO:
    """The package in clear. Raises ParseError where the password is missing or wrong."""
    if password is None:
        raise needed(given=False)
    clear = io.BytesIO()
    with zipfile.ZipFile(clear, "w") as copy:
        for entry in manifest:
            name = attribute(entry, "full-path")
            data = child(entry, "encryption-data")
            locked = package.data(name) if name and name.endswith(("xml", WHOLE)) else None
            if locked is None:
                continue
            part = locked if data is None else _opened(locked, data, password)
            if name == WHOLE:
                return io.BytesIO(part)
            copy.writestr(name, part)
    clear.seek(0)
    return clear


def _opened(locked: bytes, data: Any, password: str) -> bytes:
    try:
        return _unpacked(_clear(locked, _lock(data, password)))
    except (InvalidTag, zlib.error) as error:
        raise needed(given=True) from error
    except (binascii.Error, ValueError, IndexError) as error:
        raise damaged() from error


def _lock(data: Any, password: str) -> _Lock:
    algorithm, derivation = child(data, "algorithm"), child(data, "key-derivation")
    if algorithm is None or derivation is None:
        raise damaged()
    beginning = child(data, "start-key-generation")
    kind = attribute(beginning, "start-key-generation-name") if beginning is not None else "SHA1"
    digest = hashlib.sha256 if "sha256" in kind.lower() else hashlib.sha1
    secret = digest(password.encode()).digest()
    salt = base64.b64decode(attribute(derivation, "salt"))
    size = int(attribute(derivation, "key-size") or 16)
    if size not in (16, 24, 32):
        raise damaged()
    if "argon2" in attribute(derivation, "key-derivation-name").lower():
        rounds = int(attribute(derivation, "argon2-iterations"))
        memory = int(attribute(derivation, "argon2-memory"))
        lanes = int(attribute(derivation, "argon2-lanes"))
        if rounds > MAX_ARGON_ROUNDS or memory > MAX_ARGON_KIB:
            raise _too_slow()
        key = Argon2id(
            salt=salt, length=size, iterations=rounds, lanes=lanes, memory_cost=memory
        ).derive(secret)
    else:
        rounds = int(attribute(derivation, "iteration-count") or 1024)
        if rounds > MAX_ROUNDS:
            raise _too_slow()
        key = hashlib.pbkdf2_hmac("sha1", secret, salt, rounds, dklen=size)
    start = base64.b64decode(attribute(algorithm, "initialisation-vector"))
    return _Lock(attribute(algorithm, "algorithm-name").lower(), start, key)


def _clear(locked: bytes, lock: _Lock) -> bytes:
    if "gcm" in lock.cipher:
        # The nonce stands before the data as well.
        return AESGCM(lock.key).decrypt(locked[:NONCE_BYTES], locked[NONCE_BYTES:], None)
    if "aes" in lock.cipher:
        whole = locked[: len(locked) // 16 * 16]
        return Cipher(algorithms.AES(lock.key), modes.CBC(lock.start)).decryptor().update(whole)
    if "blowfish" in lock.cipher:
        return Cipher(Blowfish(lock.key), CFB(lock.start)).decryptor().update(locked)
    raise ParseError(
        "This document is protected in a way that cannot be opened yet.",
        "Save a copy without the password and add that.",
        "encrypted",
    )


def _unpacked(data: bytes) -> bytes:
    if data.startswith(b"PK\3\4"):
        return data
    inflate = zlib.decompressobj(-15)
    part = inflate.decompress(data, MAX_PART_BYTES)
    if inflate.unconsumed_tail:
        raise too_large()
    if not inflate.eof:
        raise zlib.error
    return part


def _too_slow() -> ParseError:
    return ParseError(
        "Opening this document would take far too much time or memory.",
        "Save a copy without the password and add that.",
        "too_large",
    )
