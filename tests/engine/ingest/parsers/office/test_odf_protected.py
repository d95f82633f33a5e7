"""OpenDocument files with a password, locked here the way office programs do."""

import base64
import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from engine.errors import ParseError
from engine.ingest.parsers import registry
from tests.engine.ingest.parsers.office.office import odf

PASSWORD = "harbour"
MIMETYPE = "application/vnd.oasis.opendocument.text"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    'xmlns:loext="urn:loext">{}</manifest:manifest>'
)
ENTRY = (
    '<manifest:file-entry manifest:full-path="{name}"><manifest:encryption-data>'
    '<manifest:algorithm manifest:algorithm-name="{cipher}" '
    'manifest:initialisation-vector="{start}"/>'
    '<manifest:key-derivation manifest:key-size="{size}" manifest:salt="{salt}" {derivation}/>'
    '<manifest:start-key-generation manifest:start-key-generation-name="{digest}"/>'
    "</manifest:encryption-data></manifest:file-entry>"
)
PBKDF2 = 'manifest:key-derivation-name="PBKDF2" manifest:iteration-count="{}"'
ARGON2 = (
    'manifest:key-derivation-name="urn:…:argon2id" loext:argon2-iterations="2" '
    'loext:argon2-memory="1024" loext:argon2-lanes="1"'
)


def _64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def packed(content: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(content) + deflate.flush()


def plain(tmp_path: Path) -> dict[str, bytes]:
    path = odf(tmp_path / "plain.odt", "text", "<text:p>High tide at noon.</text:p>")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def by_parts(tmp_path: Path, *, rounds: int = 1000) -> Path:
    """As LibreOffice did until 24.2: each part for itself, AES in chained blocks."""
    members, salt, start = plain(tmp_path), os.urandom(16), os.urandom(16)
    secret = hashlib.sha256(PASSWORD.encode()).digest()
    key = hashlib.pbkdf2_hmac("sha1", secret, salt, min(rounds, 1000), dklen=32)
    content = packed(members["content.xml"])
    filled = 16 - len(content) % 16
    cipher = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    members["content.xml"] = cipher.update(content + bytes(filled - 1) + bytes([filled]))
    entry = ENTRY.format(
        name="content.xml", cipher="http://www.w3.org/2001/04/xmlenc#aes256-cbc",
        start=_64(start), size=32, salt=_64(salt), derivation=PBKDF2.format(rounds),
        digest="http://www.w3.org/2000/09/xmldsig#sha256",
    )  # fmt: skip
    members["META-INF/manifest.xml"] = MANIFEST.format(entry).encode()
    return written(tmp_path / "a.odt", members)


def old(tmp_path: Path) -> Path:
    """As OpenOffice did: Blowfish."""
    members, salt, start = plain(tmp_path), os.urandom(16), os.urandom(8)
    secret = hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).digest()
    key = hashlib.pbkdf2_hmac("sha1", secret, salt, 1024, dklen=16)
    cipher = Cipher(Blowfish(key), CFB(start)).encryptor()
    members["content.xml"] = cipher.update(packed(members["content.xml"]))
    entry = ENTRY.format(
        name="content.xml", cipher="Blowfish CFB", start=_64(start), size=16, salt=_64(salt),
        derivation=PBKDF2.format(1024), digest="SHA1",
    )  # fmt: skip
    members["META-INF/manifest.xml"] = MANIFEST.format(entry).encode()
    return written(tmp_path / "a.odt", members)


def whole(tmp_path: Path) -> Path:
    """As LibreOffice does since 24.2: the package as one part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in plain(tmp_path).items():
            archive.writestr(name, content)
    salt, nonce = os.urandom(16), os.urandom(12)
    secret = hashlib.sha256(PASSWORD.encode()).digest()
    key = Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=1024).derive(secret)
    entry = ENTRY.format(
        name="encrypted-package", cipher="http://www.w3.org/2009/xmlenc11#aes256-gcm",
        start=_64(nonce), size=32, salt=_64(salt), derivation=ARGON2,
        digest="http://www.w3.org/2000/09/xmldsig#sha256",
    )  # fmt: skip
    return written(
        tmp_path / "a.odt",
        {
            "mimetype": MIMETYPE.encode(),
            "encrypted-package": nonce + AESGCM(key).encrypt(nonce, stream.getvalue(), None),
            "META-INF/manifest.xml": MANIFEST.format(entry).encode(),
        },
    )


@pytest.mark.parametrize("make", [by_parts, old, whole])
def test_opened(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    assert registry.parse(path, password=PASSWORD).pages[0].text == "High tide at noon."
    for wrong, said in ((None, "needs a password"), ("anchor", "does not open")):
        with pytest.raises(ParseError, match=said) as error:
            registry.parse(path, password=wrong)
        assert error.value.code == "encrypted"


def test_made_to_take_for_ever(tmp_path: Path) -> None:
    with pytest.raises(ParseError) as error:
        registry.parse(by_parts(tmp_path, rounds=2_000_000_000), password=PASSWORD)
    assert error.value.code == "too_large"
