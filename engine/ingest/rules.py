"""Which files of an added folder are left out: Alcove's own rules, files of rules, settings.

The later rule wins, as in git: those of a folder over those around it, ``.alcoveignore`` over
``.gitignore`` beside it, the library's own patterns over Alcove's. A rule that begins with ``!``
takes a file in again, also one that Alcove would leave out by itself.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pathspec

from engine.ingest.parsers.formats import BY_SUFFIX
from engine.library_types import LibrarySettings

RULE_FILES = (".gitignore", ".alcoveignore")
"""The later one wins."""

CACHES = frozenset({"CACHEDIR.TAG", "pyvenv.cfg"})
"""A folder with one of these holds what programs made (https://bford.info/cachedir/)."""

_FOLDERS = frozenset(
    {
        "node_modules", "bower_components", "__pycache__", "site-packages", "__macosx",
        "$recycle.bin", "system volume information", "lost+found", "@eadir", "#recycle",
    }
)  # fmt: skip
_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
_ENDINGS = (
    ".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".opdownload", ".swp",
    ".swo", "~",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The rule that leaves a file out."""

    rule: str
    source: str = ""
    """The file that it stands in, or the library's settings; empty for Alcove's own."""

    @property
    def words(self) -> str:
        if not self.source:
            return f"Alcove leaves out {self.rule}."
        return f"The rule “{self.rule}” in {self.source} leaves it out."


@dataclass(frozen=True, slots=True)
class _RuleFile:
    folder: str
    """With a separator at the end: what the rules are relative to."""
    source: str
    lines: tuple[str, ...]
    spec: pathspec.GitIgnoreSpec


Chain = tuple[_RuleFile, ...]
"""Rules that count in a folder, the weakest first."""


class Rules:
    """The rules below one added folder."""

    def __init__(self, root: str, settings: LibrarySettings) -> None:
        self._settings = settings
        self._off = frozenset(settings.formats_off)
        self.bad: list[tuple[str, str]] = []
        """Rules that make no sense, each with its file."""
        own = self._made(root, "the settings of the library", settings.ignore)
        self.start: Chain = (own,) if own else ()

    def entered(self, folder: str, chain: Chain, names: Iterable[str]) -> Chain:
        """The rules that count in a folder. ``names`` are what lies in it."""
        if not self._settings.ignore_files:
            return chain
        there = set(RULE_FILES).intersection(names)
        for name in RULE_FILES:
            if name in there and (found := self._read(folder, name)):
                chain = (*chain, found)
        return chain

    def judge(self, chain: Chain, path: str, name: str, *, folder: bool) -> LeftOut | None:
        """The rule that leaves a file or folder out; None where it is wanted."""
        for rules in reversed(chain):
            inside = path[len(rules.folder) :].replace("\\", "/") + ("/" if folder else "")
            found = rules.spec.check_file(inside)
            if found.include is True:
                line = rules.lines[found.index] if found.index is not None else ""
                return LeftOut(line, rules.source)
            if found.include is False:
                return None if folder else self._format(name)
        return own_rule(name, folder=folder) or (None if folder else self._format(name))

    def _format(self, name: str) -> LeftOut | None:
        if not self._off:
            return None
        row = BY_SUFFIX.get(os.path.splitext(name)[1].lower())  # noqa: PTH122 - for many files
        if row is None or row.type not in self._off:
            return None
        return LeftOut(f"formats_off: {row.type}", "the settings of the library")

    def _read(self, folder: str, name: str) -> _RuleFile | None:
        source = Path(folder) / name
        try:
            text = source.read_text("utf-8-sig", "replace")
        except OSError:
            self.bad.append((str(source), "It cannot be opened, so its rules do not count."))
            return None
        return self._made(folder, str(source), text.splitlines())

    def _made(self, folder: str, source: str, lines: Iterable[str]) -> _RuleFile | None:
        kept: list[str] = []
        for line in lines:
            if not line.strip() or line.startswith("#"):
                continue
            try:
                pathspec.GitIgnoreSpec.from_lines([line])
            except ValueError:
                self.bad.append((source, f"“{line}” is no rule that can be understood."))
                continue
            kept.append(line)
        if not kept:
            return None
        base = folder if folder.endswith(("/", "\\")) else folder + os.sep
        return _RuleFile(base, source, tuple(kept), pathspec.GitIgnoreSpec.from_lines(kept))


def own_rule(name: str, *, folder: bool) -> LeftOut | None:
    """What Alcove leaves out in every folder: hidden and unfinished files, what programs made."""
    if name.startswith("."):
        return LeftOut("hidden files and folders")
    low = name.lower()
    if folder:
        return LeftOut(f"folders named {name}") if low in _FOLDERS else None
    if low.startswith("~$"):
        return LeftOut("lock files of office programs (~$…)")
    if low.endswith(_ENDINGS) or (low.startswith("#") and low.endswith("#")):
        return LeftOut("temporary and unfinished files")
    return LeftOut(f"files named {name}") if low in _FILES else None


def explain(root: Path, path: Path, settings: LibrarySettings) -> LeftOut | None:
    """Why a file or folder below an added folder is left out; None where it is wanted."""
    rules = Rules(str(root), settings)
    for _, left_out in walk_down(rules, root, path):
        if left_out is not None:
            return left_out
    return None


def walk_down(rules: Rules, root: Path, path: Path) -> Iterator[tuple[Chain, LeftOut | None]]:
    """The rules that count beside each part of the way from a folder down to a path."""
    chain, here = rules.start, root
    for name in path.relative_to(root).parts:
        try:
            names = set(os.listdir(here))  # noqa: PTH208 - names are enough
        except OSError:
            names = set()
        if here != root and names & CACHES:
            yield chain, LeftOut("folders that programs keep for themselves (caches)")
            return
        chain = rules.entered(str(here), chain, names)
        here = here / name
        yield chain, rules.judge(chain, str(here), name, folder=here.is_dir())
