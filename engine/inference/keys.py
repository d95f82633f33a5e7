"""Keys of servers, in the keyring of the operating system and nowhere else.

The keyring package is optional: without it, or without a keyring that works, servers that need no
key can still be used, and the user is told when one is to be stored.
"""

import logging
from types import ModuleType

from engine.errors import EngineError

log = logging.getLogger(__name__)

SERVICE = "alcove"


class KeyringError(EngineError):
    code = "keyring"


def _keyring() -> ModuleType:
    """Raises KeyringError where the package is absent."""
    try:
        import keyring
    except ImportError as error:
        raise KeyringError(
            "The keyring of this system cannot be reached, because a package is missing.",
            "Install it with: pip install keyring",
        ) from error
    module: ModuleType = keyring
    return module


def read(url: str) -> str:
    """The key for a server; empty where none is stored or no keyring works."""
    try:
        keyring = _keyring()
        from keyring.errors import KeyringError as Failed
    except KeyringError:
        return ""
    try:
        return keyring.get_password(SERVICE, url) or ""
    except Failed as error:
        log.warning("the keyring gave no key: %s", type(error).__name__)
        return ""


def store(url: str, key: str) -> None:
    """Keep a key; an empty one forgets it. Raises KeyringError."""
    keyring = _keyring()
    from keyring.errors import KeyringError as Failed
    from keyring.errors import PasswordDeleteError

    try:
        if key:
            keyring.set_password(SERVICE, url, key)
        else:
            try:
                keyring.delete_password(SERVICE, url)
            except PasswordDeleteError:
                log.debug("there was no key to forget")
    except Failed as error:
        raise KeyringError(
            "The keyring of this system does not take the key.",
            "Unlock or set up the system's keyring and try again.",
        ) from error
