"""Finding the files of what the user added."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from errno import ELOOP
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from engine.errors import NotFoundError
from engine.ingest.rules import CACHES, Chain, Rules, walk_down
from engine.library_types import FailedFile, LibrarySettings

NOWHERE = "This link points nowhere."
NO_FILE = "This is no file but a door to a program or a device, which is not read."


class FoundFile(NamedTuple):
    """A file as it stands on the disk."""

    path: str
    size_bytes: int
    """-1 where it could not be asked for."""
    mtime_ns: int


@dataclass(slots=True)
class Found:
    """The files below the added paths, in a fixed order, and what could not be looked into."""

    files: list[FoundFile] = field(default_factory=list)
    failed: list[FailedFile] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    """Folders and links that could not be opened: what is known of their files is kept."""
    mounts: list[str] = field(default_factory=list)
    """Other disks that are mounted below."""


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


def scan(
    root: Path,
    *,
    skip: frozenset[str] = frozenset(),
    settings: LibrarySettings | None = None,
    start: Path | None = None,
) -> Found:
    """All wanted files of a folder and its folders, or the one file itself; nothing where it is
    gone. ``start`` looks only at one file or folder below the root.

    What the rules leave out (see :mod:`engine.ingest.rules`) and the paths in ``skip`` are left
    out; a file named as the root is wanted whatever it is called. Links are followed, but no folder
    is entered twice, so that a loop of links ends.
    """
    found = Found()
    rules = Rules(str(root), settings or LibrarySettings())
    chain = rules.start
    if start is not None and start != root:
        for chain, left_out in walk_down(rules, root, start):  # noqa: B007 - the last one counts
            if left_out is not None:
                return found
        if any(str(folder) in skip for folder in (start, *start.parents) if folder != root):
            return found
    here = start or root
    if here.is_dir():
        _enter(here, rules, chain, skip, found, is_root=here == root)
    elif here.is_file():
        found.files.append(_file(str(here)))
    found.failed += [FailedFile(printable(path), "rule", reason) for path, reason in rules.bad]
    return found


def _enter(
    top: Path, rules: Rules, chain: Chain, skip: frozenset[str], found: Found, *, is_root: bool
) -> None:
    entered: set[tuple[int, int]] = set()
    pending: list[tuple[str, Chain, int]] = [(str(top), chain, 0)]
    while pending:
        current, chain, device = pending.pop()
        try:
            stat = os.stat(current)  # noqa: PTH116 - for many files
            if (stat.st_dev, stat.st_ino) in entered:
                continue
            entered.add((stat.st_dev, stat.st_ino))
            with os.scandir(current) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            reason = f"This folder cannot be opened: {error.strerror}."
            found.failed.append(FailedFile(printable(current), "unreadable", reason))
            found.closed.append(current)
            continue
        if device and stat.st_dev != device and os.path.ismount(current):
            found.mounts.append(current)
        names = [entry.name for entry in entries]
        if not (is_root and current == str(top)) and not CACHES.isdisjoint(names):
            continue
        chain = rules.entered(current, chain, names)
        folders: list[tuple[str, Chain, int]] = []
        for entry in entries:
            _take(entry, rules, chain, skip, folders, found, stat.st_dev)
        pending += reversed(folders)
    found.files.sort()


def _take(
    entry: os.DirEntry[str],
    rules: Rules,
    chain: Chain,
    skip: frozenset[str],
    folders: list[tuple[str, Chain, int]],
    found: Found,
    device: int,
) -> None:
    """Put one entry of a folder where it belongs."""
    path = entry.path
    if path in skip:
        return
    try:
        is_folder = entry.is_dir()
    except OSError:  # a link that leads to itself, or through a folder that may not be entered
        is_folder = False
    if rules.judge(chain, path, entry.name, folder=is_folder) is not None:
        return
    if is_folder:
        folders.append((path, chain, device))
        return
    try:
        stat = entry.stat()
    except OSError as error:
        if not entry.is_symlink():
            found.files.append(FoundFile(path, -1, 0))
            return
        # Where it leads may be on a disk that is away.
        reason = "This link leads to itself." if error.errno == ELOOP else NOWHERE
        found.failed.append(FailedFile(printable(path), "unreadable", reason))
        found.closed.append(path)
        return
    if S_ISREG(stat.st_mode):
        found.files.append(FoundFile(path, stat.st_size, stat.st_mtime_ns))
    else:
        found.failed.append(FailedFile(printable(path), "unsupported", NO_FILE))


def _file(path: str) -> FoundFile:
    try:
        stat = os.stat(path)  # noqa: PTH116 - a path as the vault names it
    except OSError:
        return FoundFile(path, -1, 0)
    return FoundFile(path, stat.st_size, stat.st_mtime_ns)


def printable(path: Path | str) -> str:
    """A path as text; bytes that are no text are shown as question marks."""
    return str(path).encode("utf-8", "replace").decode("utf-8")
