"""The key of an encrypted vault: random, wrapped by a passphrase or kept by the system's keyring.

``vault-key.json`` holds the vault's key sealed with AES-256-GCM under a key that scrypt (RFC 7914)
makes of the passphrase; changing the passphrase leaves the vault as it is. Without passphrase and
keyring nobody can open the vault.
"""

import json
import os
import unicodedata
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError, VaultError, VaultLockedError
from engine.inference import keys
from engine.inference.keys import KeyringError
from engine.inference.state_store import StateStore
from engine.paths import Profile
from engine.store import encrypt
from engine.store.connect import Vault

FILE = "vault-key.json"
VERSION = 1
LEAST_LENGTH = 8
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 16, 8, 1
"""64 MiB and about a quarter of a second for every guess."""
MOST_SCRYPT_N = 1 << 20


@dataclass(frozen=True, slots=True)
class VaultState:
    encrypted: bool
    passphrase: bool = False
    """Whether a passphrase opens it."""
    keyring: bool = False
    """Whether the system's keyring opens it."""


class VaultLock:
    """Encrypts the vault of a profile and opens it again. Nothing else may have it open then."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._file = profile.root / FILE

    def state(self) -> VaultState:
        if not encrypt.is_encrypted(self._profile.vault):
            return VaultState(False)
        known = self._read()
        return VaultState(True, "passphrase" in known, "keyring" in known)

    def key(self, passphrase: str = "") -> bytes | None:
        """The vault's key; None where it is not encrypted.

        Raises VaultLockedError where a passphrase is missing or wrong.
        """
        if not encrypt.is_encrypted(self._profile.vault) or not self._file.exists():
            return None  # a damaged file tells itself when it is opened
        known = self._read()
        if passphrase and "passphrase" in known:
            return _opened(known["passphrase"], passphrase)
        if "keyring" in known and (kept := keys.read(known["keyring"])):
            return bytes.fromhex(kept)
        if "passphrase" in known:
            raise VaultLockedError(
                "Your library is encrypted.", "Give the passphrase that it was encrypted with."
            )
        raise VaultLockedError(
            "Your library is encrypted, and the system's keyring does not give its key.",
            "Unlock the keyring of the user who encrypted it and try again.",
        )

    def encrypt(self, *, passphrase: str = "", keyring: bool = False) -> None:
        """Encrypt the vault. Raises InputError, KeyringError, VaultBusyError, VaultError."""
        if self.state().encrypted:
            raise InputError(
                "The library is encrypted already.", "Change the passphrase, or decrypt it."
            )
        if not passphrase and not keyring:
            raise InputError("An encrypted library needs a passphrase or the keyring.")
        Vault.open(self._profile.vault).close()  # makes it, or tells what is wrong with it
        key = os.urandom(32)
        slots: dict[str, Any] = {}
        if passphrase:
            slots["passphrase"] = _sealed(key, passphrase)
        if keyring:
            slots["keyring"] = self._keep(key)
        # Kept before the vault is changed: a plain vault beside a key file opens as ever.
        self._write(slots)
        encrypt.rewrite(self._profile.vault, None, key)
        StateStore(self._profile.states).drop_plain()

    def change(self, old: str, new: str) -> None:
        """Another passphrase; ``old`` is empty only where there was none, and the keyring opens it.

        Raises VaultLockedError.
        """
        key = self._must(old)
        self._write({**self._read(), "passphrase": _sealed(key, new)})

    def decrypt(self, passphrase: str = "") -> None:
        """Write the vault in clear again and forget its key.

        Where there is a passphrase it is needed, also where the keyring opens the vault: whoever
        sits at an open window shall not take it away. Raises VaultLockedError.
        """
        key = self._must(passphrase)
        known = self._read()
        encrypt.rewrite(self._profile.vault, key, None)
        self._file.unlink(missing_ok=True)
        if "keyring" in known:
            try:
                keys.store(known["keyring"], "")
            except KeyringError:
                return  # it opens nothing any more

    def _must(self, passphrase: str) -> bytes:
        state = self.state()
        if not state.encrypted:
            raise InputError("The library is not encrypted.", "Encrypt it first.")
        if state.passphrase and not passphrase:
            raise VaultLockedError(
                "This needs its passphrase, also where the keyring opens the library.",
                "Give the passphrase that the library has now.",
            )
        key = self.key(passphrase)
        assert key is not None
        return key

    def _keep(self, key: bytes) -> str:
        name = f"vault {os.urandom(8).hex()}"
        keys.store(name, key.hex())
        if keys.read(name) != key.hex():
            raise KeyringError(
                "The keyring of this system does not give back what it was given.",
                "Choose a passphrase instead.",
            )
        return name

    def _read(self) -> dict[str, Any]:
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
            newer = known["version"] > VERSION
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise VaultError(
                f"The key file {self._file} is missing or cannot be read, and without it the "
                "encrypted library cannot be opened.",
                "Bring it back from a copy of the profile.",
            ) from error
        if newer:
            raise VaultError(f"{self._file} was written by a newer version.", "Update Alcove.")
        return dict(known)

    def _write(self, slots: dict[str, Any]) -> None:
        temporary = self._file.with_name(f".{FILE}.{os.getpid()}")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                temporary.chmod(0o600)
                json.dump({**slots, "version": VERSION}, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._file)
        except OSError as error:
            raise VaultError(
                f"{self._file} cannot be written: {error.strerror}.",
                "Check that the profile folder can be written and has room.",
            ) from error


def key_of(profile: Profile, passphrase: str = "") -> bytes | None:
    """What opens the vault of a profile; None where nothing is needed. Raises VaultLockedError."""
    return VaultLock(profile).key(passphrase)


def _sealed(key: bytes, passphrase: str) -> dict[str, Any]:
    if len(passphrase) < LEAST_LENGTH:
        raise InputError(
            f"A passphrase needs at least {LEAST_LENGTH} characters.",
            "Four or five words that do not belong together are a good one.",
        )
    # Only encrypted vaults need it.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(16), os.urandom(12)
    wrapping = _scrypt(passphrase, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P)
    sealed = AESGCM(wrapping).encrypt(nonce, key, FILE.encode())
    return {
        "kdf": "scrypt", "n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P, "salt": salt.hex(),
        "nonce": nonce.hex(), "sealed": sealed.hex(),
    }  # fmt: skip


def _opened(slot: dict[str, Any], passphrase: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        if not slot["n"] <= MOST_SCRYPT_N:
            raise ValueError("too costly")
        wrapping = _scrypt(passphrase, bytes.fromhex(slot["salt"]), slot["n"], slot["r"], slot["p"])
        return AESGCM(wrapping).decrypt(
            bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["sealed"]), FILE.encode()
        )
    except InvalidTag as error:
        raise VaultLockedError(
            "That passphrase does not open the library.", "Try again.", code="wrong_passphrase"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise VaultError("The key file of the library is damaged.") from error


def _scrypt(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:

    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    text = unicodedata.normalize("NFC", passphrase)
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(text.encode("utf-8"))
