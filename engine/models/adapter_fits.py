"""Which adapters fit which models, remembered as long as the files stay the same."""

import threading
from collections.abc import Sequence
from pathlib import Path

from engine.formats import adapter
from engine.formats.adapter import AdapterError, AdapterManifest

Facts = tuple[str, int, int]
"""Path, size and time of change of a file."""


class AdapterFits:
    """Checks by fingerprint, each pair of files once. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[Facts, Facts], tuple[bool, str]] = {}

    def check(self, path: Path, base: Path) -> tuple[bool, str]:
        """Whether the adapter fits, and why not, or what could not be checked (may be empty).

        The words are the end of a sentence.
        """
        pair = (_facts(path), _facts(base))
        with self._lock:
            known = self._known.get(pair)
        if known is None:
            try:
                known = True, adapter.check(path, base)
            except AdapterError as error:
                known = False, str(error)
            with self._lock:
                self._known[pair] = known
        return known

    def fitting(self, path: Path, bases: Sequence[Path]) -> tuple[list[Path], str]:
        """The bases that it fits, and where there is none, why; else what was not checked."""
        fits: list[Path] = []
        notes: list[str] = []
        reasons: list[str] = []
        for base in bases:
            good, words = self.check(path, base)
            if good:
                fits.append(base)
                notes.append(words)
            else:
                reasons.append(words)
        if fits:
            return fits, notes[0]
        # Why it does not fit a model of its own kind tells more than why it fits no other.
        telling = sorted(reasons, key=lambda reason: "for the architecture" in reason)
        return [], telling[0] if telling else "there is no model here that it could belong to"


def told(path: Path) -> AdapterManifest | None:
    """What an adapter says of itself; None where it cannot be read."""
    try:
        return adapter.manifest(path)
    except AdapterError:
        return None


def task_of(path: Path) -> str:
    """What an adapter says it was taught; empty where it does not, or cannot be read."""
    known = told(path)
    return known.task if known is not None else ""


def _facts(path: Path) -> Facts:
    try:
        status = path.stat()
    except OSError:
        return str(path), -1, 0
    return str(path), status.st_size, status.st_mtime_ns
