"""Telling a file that moved from a new one: the same bytes, and nothing where they lay before."""

from pathlib import Path

from engine.ingest.away import is_gone
from engine.store.document_rows import FileStamp
from engine.store.document_state import DocumentStates


def former_path(states: DocumentStates, stamp: FileStamp, away: tuple[str, ...] = ()) -> str | None:
    """Where a file lay before; None where it is new, or a copy of one that is still there.

    ``away`` is what the paths of files begin with that cannot be looked at: a copy of one of them
    is a copy. Of several, the one with the same name moved.
    """
    if not stamp.sha256 or not stamp.size_bytes:
        return None
    gone = [
        path
        for path in states.same_bytes(stamp.sha256, stamp.path)
        if Path(path).is_absolute() and not path.startswith(away) and is_gone(path)
    ]
    name = Path(stamp.path).name
    return min(gone, key=lambda path: (Path(path).name != name, path), default=None)
