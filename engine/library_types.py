"""Values about libraries and the files in them: how they are read, and how they stand."""

from dataclasses import dataclass, fields
from typing import Any, Literal

from engine.errors import InputError
from engine.model_types import ModelCard
from engine.types import Document, Library

FileKind = Literal["indexed", "failed", "locked", "away", "scanned", "waiting"]
WhyState = Literal[
    "indexed", "failed", "locked", "away", "waiting", "new", "ignored", "removed", "outside",
    "missing", "folder",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """How the files of a library are chosen and read."""

    languages: tuple[str, ...] = ()
    """ISO 639-1 codes that text in pictures is likely in; empty leaves it open."""
    formats_off: tuple[str, ...] = ()
    """Types that are left out: ``pdf``, ``xlsx``, ``code`` and so on."""
    ocr: bool = True
    """Whether text in pictures and scanned pages is read."""
    max_mb: int = 0
    """Largest file that is read, in megabytes; 0 for any."""
    ignore: tuple[str, ...] = ()
    """Patterns of files and folders left out, as in a ``.gitignore`` at every added folder."""
    ignore_files: bool = True
    """Whether ``.gitignore`` and ``.alcoveignore`` files in the folders count."""

    def __post_init__(self) -> None:
        for language in self.languages:
            if not (len(language) == 2 and language.isascii() and language.isalpha()):
                raise InputError(
                    f"“{language}” is no code of a language.", "Use two letters, as in de,en."
                )
        if not 0 <= self.max_mb <= 1_000_000:
            raise InputError("That is no size limit.", "Give megabytes, 0 for none.")

    def changed(self, key: str, text: str) -> "LibrarySettings":
        """These with one value as somebody typed it; empty takes it back. Raises InputError."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        if key not in values:
            raise InputError(
                f"A library has no setting “{key}”.", f"There are: {', '.join(values)}."
            )
        values[key] = _typed(key, text.strip())
        return LibrarySettings(**values)

    def to_values(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON can hold it."""
        default = LibrarySettings()
        return {
            field.name: list(value) if isinstance(value, tuple) else value
            for field in fields(self)
            if (value := getattr(self, field.name)) != getattr(default, field.name)
        }

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> "LibrarySettings":
        """From what :meth:`to_values` made; what is not known here is passed over."""
        known = {field.name for field in fields(cls)}
        held: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
            if name in known
        }
        return cls(**held)

    @property
    def recognition(self) -> str:
        """Names how pictures of text are read: what depends on it is read again with another."""
        return f"ocr {' '.join(self.languages)}".strip() if self.ocr else "no ocr"


def _typed(key: str, text: str) -> Any:
    default = getattr(LibrarySettings(), key)
    if not text:
        return default
    if isinstance(default, bool):
        if text.lower() in ("on", "yes", "true", "1"):
            return True
        if text.lower() in ("off", "no", "false", "0"):
            return False
        raise InputError(f"“{text}” is neither on nor off.", f"Use {key}=on or {key}=off.")
    if isinstance(default, int):
        if not text.isdecimal():
            raise InputError(f"“{text}” is no whole number.", f"Use {key}=50, say.")
        return int(text)
    parts = tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())
    return parts if key == "ignore" else tuple(part.lower().lstrip(".") for part in parts)


@dataclass(frozen=True, slots=True)
class LibraryState:
    """How a library stands at this moment. Attachments count with the documents."""

    name: str
    documents: int
    failed: int
    """Those that are locked counted too."""
    locked: int
    away: int
    """Documents whose disk or folder is not there; they stay searchable."""
    scanned: int
    """Documents with pages that are pictures of text."""
    waiting: int
    """Files that a piece of work, running or interrupted, has yet to read."""
    watched: Literal["", "events", "polling"]
    """Whether changes are followed at this moment, and how; empty for not."""
    changed_at: float | None
    """Unix seconds of the last change to any of its documents."""
    away_roots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileState:
    """How a document stands at this moment."""

    document: Document
    away: bool
    scanned: int
    """Pages that are pictures of text."""
    waiting: bool

    def is_a(self, kind: FileKind) -> bool:
        if kind == "indexed":
            return self.document.state == "indexed"
        if kind == "failed":
            return self.document.state == "failed"
        if kind == "locked":
            return self.document.code == "encrypted"
        if kind == "scanned":
            return self.scanned > 0
        return self.away if kind == "away" else self.waiting


@dataclass(frozen=True, slots=True)
class Why:
    """Why a file is found, or is not."""

    path: str
    state: WhyState
    words: str
    hint: str = ""
    document: Document | None = None
    lines: tuple[str, ...] = ()
    """The first lines that were extracted."""


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be indexed."""

    path: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one file, for those who watch."""

    path: str
    what: Literal["added", "changed", "moved", "removed", "failed", "away", "back"]
    passages: int = 0
    former: str = ""
    """Where it lay before it was moved."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AddReport:
    """Result of ``add`` and ``sync``; files counted, passages counted over the indexed ones."""

    indexed: int
    unchanged: int
    removed: int
    failed: tuple[FailedFile, ...]
    passages: int
    seconds: float
    moved: int = 0
    """Files that lie elsewhere now and are the same documents."""
    changes: tuple[Change, ...] = ()
    """One by one, where single files were looked at."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an interrupted piece of work left to do; ``sync`` does it."""

    files: int = 0
    """To be read."""
    removals: int = 0
    """Documents to be forgotten."""
    renewals: int = 0
    """Passages that a new sentence encoder has yet to read."""

    def __bool__(self) -> bool:
        return bool(self.files or self.removals or self.renewals)


@dataclass(frozen=True, slots=True)
class Status:
    """What ``status`` and the foot of the window tell."""

    profile: str
    libraries: tuple[Library, ...]
    documents: int
    failed: int
    passages: int
    vault_bytes: int
    models: tuple[ModelCard, ...]
    network_policy: str
    """``"off"`` unless the user opened it."""
    connections: int
    """Connections made to other machines since start."""
    refused: int
    """Connections that the policy refused since start."""
    waiting: Waiting = Waiting()
    """Interrupted work."""
    index_bytes: int = 0
    """Memory that the index of a large library takes now."""
    index_needed_bytes: int = 0
    """Memory that it takes while searching, about; 0 where so few passages need none."""
