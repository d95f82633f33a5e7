"""Finding the files of what the user added."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import NotFoundError
from engine.types import FailedFile


@dataclass(slots=True)
class Found:
    """The files below the added paths, in a fixed order, and what could not be looked into."""

    files: list[Path] = field(default_factory=list)
    failed: list[FailedFile] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    """Folders that could not be opened: what is known of their files is kept."""


def absolute(paths: Iterable[Path | str]) -> list[Path]:
    """The paths as the vault names them, each once: absolute, without dots, links as they are."""
    # Not resolve(): a path the user named through a link is shown as it was named.
    named = (os.path.abspath(Path(path).expanduser()) for path in paths)  # noqa: PTH100
    return list(dict.fromkeys(map(Path, named)))


def present(paths: Iterable[Path | str]) -> list[Path]:
    """As :func:`absolute`. Raises NotFoundError where one does not exist."""
    found = absolute(paths)
    for path in found:
        if not path.exists():
            raise NotFoundError(f"There is no {path}.", "Check the spelling of the path.")
    return found


def scan(root: Path, *, skip: frozenset[str] = frozenset()) -> Found:
    """All files of a folder and its folders, or the one file itself; nothing where it is gone.

    Hidden files and folders below the root and the paths in ``skip`` are left out. Links are
    followed, but no folder is entered twice, so that a loop of links ends.
    """
    found = Found()
    if root.is_dir():
        _enter(root, skip, set(), found)
    elif root.is_file():
        found.files.append(root)
    return found


def _enter(folder: Path, skip: frozenset[str], entered: set[tuple[int, int]], found: Found) -> None:
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            stat = current.stat()
            if (stat.st_dev, stat.st_ino) in entered:
                continue
            entered.add((stat.st_dev, stat.st_ino))
            with os.scandir(current) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            reason = f"This folder cannot be opened: {error.strerror}."
            found.failed.append(FailedFile(printable(current), "unreadable", reason))
            found.closed.append(str(current))
            continue
        folders = []
        for entry in entries:
            if entry.name.startswith(".") or entry.path in skip:
                continue
            if entry.is_dir():
                folders.append(Path(entry.path))
            elif entry.is_file():
                found.files.append(Path(entry.path))
            elif entry.is_symlink():
                found.failed.append(
                    FailedFile(printable(entry.path), "unreadable", "This link points nowhere.")
                )
        pending += reversed(folders)
    found.files.sort()


def printable(path: Path | str) -> str:
    """A path as text; bytes that are no text are shown as question marks."""
    return str(path).encode("utf-8", "replace").decode("utf-8")
