"""What the table shows of each file: its state in words, worked out from what the vault holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from desktop.names import SOURCE
from engine.store.attached import SEPARATOR, file_of
from engine.types import Document, Library

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
RECOGNISED = "text recognition"
"""What the notes of files say whose text was recognised in a picture."""


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
    return files_of(library, libraries, assistant.documents(library), assistant.waiting_files())


def files_of(
    library: str | None,
    libraries: Sequence[Library],
    documents: Iterable[Document],
    waiting: Iterable[str],
) -> Files:
    documents = tuple(documents)
    roots = tuple(root for one in libraries for root in one.roots)
    single = {each.path for each in documents}
    away = tuple(root for root in roots if is_away(Path(root), is_file=root in single))
    left = set(waiting)
    rows = [row_of(each, waiting=each.path in left, away=away) for each in documents]
    known = {row.path for row in rows}
    for path in sorted(left - known):
        home = next((one.name for one in libraries if _covered(path, one.roots)), None)
        if home is not None:
            rows.append(FileRow(path, home, "waiting", WAITING))
    return Files(library, tuple(rows), roots)


def row_of(document: Document, *, waiting: bool = False, away: Sequence[str] = ()) -> FileRow:
    state, reason = _state(document, waiting=waiting, away=_covered(document.path, away))
    return FileRow(document.path, document.library, state, reason, document)


def is_away(root: Path, *, is_file: bool) -> bool:
    """Whether a folder that was added, or the folder of a file that was, cannot be reached."""
    return not root.exists() and (not is_file or not root.parent.exists())


def _state(document: Document, *, waiting: bool, away: bool) -> tuple[State, str]:
    if waiting:
        return "waiting", WAITING
    if document.state == "failed" and document.code == "encrypted":
        return "locked", document.reason
    if document.state == "failed":
        return "failed", document.reason
    if away:
        return "away", AWAY
    if document.type == "picture" or RECOGNISED in document.note:
        return "scanned", ""
    return "ready", ""


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
