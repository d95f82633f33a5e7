"""Waiting until a changed file is whole: saved ten times it is told once, half written not at all.

Editors save by writing beside the file and renaming, some delete the file for a moment; programs
that copy write for a while. What is told here has been left alone for a moment and looks finished.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.ingest.rules import RULE_FILES, own_rule

QUIET_S = 0.4
"""A file is told once it has been left alone for so long."""
GONE_S = 1.5
"""A file that is not there may be coming back: many editors save so."""
UNFINISHED_S = 10.0
"""A file whose end is missing is waited for, but not for longer than this after the last change."""
LONGEST_S = 20.0
"""A file that never rests, as a log does not, is told this often."""
TAIL_BYTES = 66_000
"""The end of a ZIP stands in the last 64 KB."""

State = tuple[int, int] | None


@dataclass(slots=True)
class _Pending:
    since: float
    changed: float
    state: State


class Settling:
    """The changed paths that are waited for. Times are seconds of a clock that only goes on."""

    def __init__(self) -> None:
        self._pending: dict[str, _Pending] = {}

    def note(self, paths: Iterable[str], now: float) -> None:
        """These changed. What Alcove leaves out everywhere is passed over at once."""
        for path in paths:
            name = os.path.basename(path)  # noqa: PTH119 - for many files
            if name not in RULE_FILES and own_rule(name, folder=False) is not None:
                continue
            held = self._pending.get(path)
            if held is None:
                self._pending[path] = _Pending(now, now, _state(path))
            else:
                held.changed = now

    def due(self, now: float) -> frozenset[str]:
        """Those that can be looked at now; they are no longer waited for."""
        ready = frozenset(path for path, held in self._pending.items() if _ready(path, held, now))
        for path in ready:
            del self._pending[path]
        return ready

    def __len__(self) -> int:
        return len(self._pending)


def _ready(path: str, held: _Pending, now: float) -> bool:
    if now - held.changed < QUIET_S:
        return now - held.since >= LONGEST_S
    state = _state(path)
    if state != held.state:
        held.state, held.changed = state, now
        return now - held.since >= LONGEST_S
    if state is None:
        return now - held.changed >= GONE_S
    return now - held.changed >= UNFINISHED_S or looks_whole(Path(path))


def _state(path: str) -> State:
    try:
        stat = os.stat(path)  # noqa: PTH116 - for many files
    except (OSError, ValueError):
        return None
    return stat.st_size, stat.st_mtime_ns


def looks_whole(path: Path) -> bool:
    """Whether nothing tells that the end of a file is still to come. Folders are whole."""
    if path.is_dir():
        return True
    try:
        with path.open("rb") as file:
            head = file.read(5)
            if not head:
                return False
            if not head.startswith((b"PK\x03\x04", b"%PDF-")):
                return True
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            tail = file.read()
    except OSError:
        return True  # whoever reads it will tell why it cannot be
    return (b"%%EOF" if head == b"%PDF-" else b"PK\x05\x06") in tail
