"""What a parser may be told besides the path."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParseOptions:
    """The same for every file of a library, but for the password."""

    password: str | None = None
    """For a protected file; ``None`` where the user gave none."""
    ocr: bool = True
    """Whether pictures of text are read."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes that text in pictures is likely in; empty where nothing is known."""


DEFAULTS = ParseOptions()
