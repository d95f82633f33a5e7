"""What the table shows of each file: its state in words, worked out from what the vault holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from desktop.names import SOURCE
from engine.library_types import FileState
from engine.store.attached import SEPARATOR, file_of
from engine.types import Document

if TYPE_CHECKING:
    from engine.assistant import Assistant

State = Literal["waiting", "locked", "failed", "away", "scanned", "ready"]
WORDS: dict[State, str] = {
    "waiting": "Waiting",
    "locked": "Locked",
    "failed": "Not read",
    "away": "Away",
    "scanned": "Scanned",
    "ready": "Ready",
}
NEEDS_USER: tuple[State, ...] = ("locked", "failed")
AWAY = "Its disk or folder is not there now. What was read of it is kept and still found."
WAITING = "It waits to be read."


@dataclass(frozen=True, slots=True)
class FileRow:
    path: str
    library: str
    state: State
    reason: str = ""
    """Why it is not ready, in words."""
    document: Document | None = None
    """None for a file that was never read."""

    @property
    def name(self) -> str:
        if self.path.startswith(SOURCE):
            return self.path.removeprefix(SOURCE)
        return PurePath(self.path.rpartition(SEPARATOR)[2]).name

    @property
    def container(self) -> str:
        return self.document.container if self.document is not None else ""

    @property
    def on_disk(self) -> bool:
        """Whether there is a file of this name that a program can open."""
        return not self.path.startswith(SOURCE) and file_of(self.path) == self.path

    @property
    def file(self) -> str:
        """The file on the disk that holds it."""
        return file_of(self.path)

    @property
    def pages(self) -> int:
        return self.document.pages if self.document is not None else 0

    @property
    def passages(self) -> int:
        return self.document.passages if self.document is not None else 0


@dataclass(frozen=True, slots=True)
class Files:
    """The rows of one library, or of all."""

    library: str | None
    rows: tuple[FileRow, ...]
    roots: tuple[str, ...]

    def count(self, state: State) -> int:
        return sum(row.state == state for row in self.rows)


def read(assistant: "Assistant", library: str | None) -> Files:
    """Runs on the read lane, because it looks whether the folders are there."""
    libraries = [one for one in assistant.libraries() if library in (None, one.name)]
    states = assistant.upkeep.files(library)
    rows = [row_of(each) for each in states]
    known = {row.path for row in rows}
    for path in assistant.waiting_files():
        home = next((one.name for one in libraries if _covered(path, one.roots)), None)
        if home is not None and path not in known:
            rows.append(FileRow(path, home, "waiting", WAITING))
    return Files(library, tuple(rows), tuple(root for one in libraries for root in one.roots))


def row_of(found: FileState) -> FileRow:
    document = found.document
    state, reason = _state(found)
    return FileRow(document.path, document.library, state, reason, document)


def _state(found: FileState) -> tuple[State, str]:
    document = found.document
    if found.waiting:
        return "waiting", WAITING
    if document.state == "failed" and document.code == "encrypted":
        return "locked", document.reason
    if document.state == "failed":
        return "failed", document.reason
    if found.away:
        return "away", AWAY
    # A file that could not be opened lately keeps what was read of it, and says why.
    return ("scanned" if found.scanned else "ready"), document.reason


def _covered(path: str, roots: Iterable[str]) -> bool:
    file = PurePath(file_of(path))
    return any(file == PurePath(root) or PurePath(root) in file.parents for root in roots)


def folder(path: str, roots: Sequence[str]) -> str:
    """Where a file lies, from the folder that was added on; the whole path where it was alone."""
    parent = Path(file_of(path)).parent
    for root in map(Path, roots):
        if parent.is_relative_to(root):
            return str(Path(root.name) / parent.relative_to(root))
    return str(parent)
