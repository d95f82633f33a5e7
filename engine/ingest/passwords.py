"""Passwords of locked files: those given while Alcove runs, and those the user had kept."""

from collections.abc import Callable

from engine.inference import keys
from engine.store.attached import file_of

Find = Callable[[str], str]
Keep = Callable[[str, str], None]


class Passwords:
    """What opens which file. Nothing is written down but in the system's keyring."""

    def __init__(self, find: Find = keys.read, keep: Keep = keys.store) -> None:
        self._find = find
        self._keep = keep
        self._given: dict[str, str] = {}

    def give(self, path: str, password: str) -> None:
        """Use a password for a file for as long as Alcove runs."""
        self._given[file_of(path)] = password

    def forget(self, path: str) -> None:
        """Neither use nor keep the password of a file any more. Raises KeyringError."""
        self._given.pop(file_of(path), None)
        self._keep(_name(path), "")

    def remember(self, path: str, password: str) -> None:
        """Keep a password for the next time. Raises KeyringError."""
        self._keep(_name(path), password)

    def candidates(self, path: str) -> list[str]:
        """What may open a file, likeliest first."""
        found = [self._given.get(path, ""), self._find(_name(path))]
        return [password for password in dict.fromkeys(found) if password]


def _name(path: str) -> str:
    return f"file {file_of(path)}"
