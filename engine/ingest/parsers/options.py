"""What a parser may be told besides the path."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from engine.types import Attachment


class Inner(Protocol):
    """Reads files that lie inside the file: attachments, members of archives."""

    def read(
        self, name: str, content: bytes | Iterable[bytes], options: "ParseOptions"
    ) -> Attachment | None:
        """The file read, or the reason why not; ``None`` for a system's leftovers."""


class Nothing:
    """Reads no files inside."""

    def read(
        self,
        name: str,  # noqa: ARG002
        content: bytes | Iterable[bytes],  # noqa: ARG002
        options: "ParseOptions",  # noqa: ARG002
    ) -> Attachment | None:
        return None


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """The same for every file of a library, but for the password."""

    password: str | None = None
    """For a protected file; ``None`` where the user gave none."""
    ocr: bool = True
    """Whether pictures of text are read."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes that text in pictures is likely in; empty where nothing is known."""
    inside: Inner = field(default_factory=Nothing, compare=False)
    """For files inside this one; the registry gives one that reads them."""


DEFAULTS = ParseOptions()
