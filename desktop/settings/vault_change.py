"""What is to become of the vault: encrypted or in clear. Nothing else may have it open then."""

from dataclasses import dataclass, field
from typing import Literal

from engine.paths import Profile
from engine.services.vault_lock import VaultLock


@dataclass(frozen=True, slots=True)
class VaultChange:
    kind: Literal["encrypt", "decrypt"]
    passphrase: str = field(default="", repr=False)
    """The new one, or the one that opens it."""
    keyring: bool = False
    """Whether the system's keyring is to open it."""

    @property
    def words(self) -> str:
        """While it is being done."""
        return "Encrypting the library" if self.kind == "encrypt" else "Decrypting the library"

    @property
    def done(self) -> str:
        return "The library is encrypted." if self.kind == "encrypt" else "The library is in clear."


def apply(profile: Profile, change: VaultChange) -> bytes | None:
    """Make the change; returns the key that opens the vault from now on.

    Raises InputError, KeyringError, VaultBusyError, VaultError, DiskFullError; the vault is as it
    was then.
    """
    lock = VaultLock(profile)
    if change.kind == "decrypt":
        lock.decrypt(change.passphrase)
        return None
    lock.encrypt(passphrase=change.passphrase, keyring=change.keyring)
    return lock.key(change.passphrase)
