"""Which model files the user added, Alcove fetched or made, and which ones to leave out."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from engine.errors import ModelError
from engine.paths import Profile

VERSION = 1
FILE = "registry.json"

Kind = Literal["added", "downloaded", "made"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered file. Only what Alcove downloaded or made is ever deleted."""

    path: str
    """Absolute, or relative to the profile's models folder, which may move as a whole."""
    kind: Kind
    name: str = ""
    licence: str = ""
    origin: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    entries: tuple[Entry, ...] = ()
    hidden: tuple[str, ...] = ()
    """Files that the user removed from the list and Alcove does not own."""


class Registry:
    """The registry file of a profile. Safe to use from several processes."""

    def __init__(self, profile: Profile) -> None:
        self._models = profile.models
        self._file = profile.models / FILE

    def read(self) -> Contents:
        """What is registered. Raises ModelError where the file cannot be understood."""
        try:
            values: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
            if values["version"] > VERSION:
                raise ModelError(
                    f"{self._file} was written by a newer version of Alcove.", "Update Alcove."
                )
            return Contents(
                tuple(Entry(**entry) for entry in values["entries"]), tuple(values["hidden"])
            )
        except FileNotFoundError:
            return Contents()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The list of models {self._file} cannot be read.",
                "Correct the file, or delete it and add your models again.",
            ) from error

    def path_of(self, entry: Entry) -> Path:
        return self._models / entry.path

    def put(self, path: Path, entry: Entry) -> None:
        """Register a file, in place of an earlier entry for it, and show it again."""
        stored = self._stored(path)

        def change(contents: Contents) -> Contents:
            others = tuple(old for old in contents.entries if old.path != stored)
            return Contents(
                (*others, replace(entry, path=stored)),
                tuple(name for name in contents.hidden if name != stored),
            )

        self._change(change)

    def forget(self, path: Path, *, hide: bool) -> None:
        """Drop a file's entry; ``hide`` keeps it out of the list where it is found again."""
        stored = self._stored(path)

        def change(contents: Contents) -> Contents:
            hidden = tuple(name for name in contents.hidden if name != stored)
            return Contents(
                tuple(entry for entry in contents.entries if entry.path != stored),
                (*hidden, stored) if hide else hidden,
            )

        self._change(change)

    def is_hidden(self, contents: Contents, path: Path) -> bool:
        return self._stored(path) in contents.hidden

    def _stored(self, path: Path) -> str:
        absolute = path.absolute()
        if absolute.is_relative_to(self._models):
            return absolute.relative_to(self._models).as_posix()
        return str(absolute)

    def _change(self, change: Callable[[Contents], Contents]) -> None:
        try:
            with FileLock(f"{self._file}.lock"):
                contents = change(self.read())
                values = {
                    "version": VERSION,
                    "entries": [asdict(entry) for entry in contents.entries],
                    "hidden": list(contents.hidden),
                }
                temporary = self._file.with_name(f".{FILE}.{os.getpid()}")
                temporary.write_text(
                    json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
                )
                temporary.replace(self._file)
        except OSError as error:
            raise ModelError(
                f"The list of models {self._file} cannot be written: {error.strerror}.",
                "Check that the profile folder can be written and has room.",
            ) from error
