"""Reading a file's bytes within bounds, with reasons in words where that fails."""

from pathlib import Path

from engine.errors import ParseError

MAX_BYTES = 200 * 1024 * 1024
"""Largest file that is read."""
MAX_TEXT_BYTES = 50 * 1024 * 1024
"""Largest text, Markdown or HTML file; a thick book has one megabyte."""


def check_size(path: Path, limit: int = MAX_BYTES) -> int:
    """Size of a file in bytes. Raises ParseError where it is empty, too large or unreadable."""
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise not_readable(error) from error
    if size == 0:
        raise ParseError("This file is empty.", "", "empty")
    if size > limit:
        raise ParseError(
            f"This file has {size / 2**20:,.0f} MB; at most {limit / 2**20:,.0f} MB can be read.",
            "Split it into smaller files.",
            "too_large",
        )
    return size


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The whole file. Raises ParseError as :func:`check_size` does."""
    check_size(path, limit)
    try:
        return path.read_bytes()
    except OSError as error:
        raise not_readable(error) from error


def not_readable(error: OSError) -> ParseError:
    if isinstance(error, PermissionError):
        return ParseError(
            "This file may not be read.", "Give yourself the right to read it.", "unreadable"
        )
    if isinstance(error, FileNotFoundError):
        return ParseError("This file is no longer there.", "", "unreadable")
    reason = error.strerror or type(error).__name__
    return ParseError(f"This file cannot be read: {reason}.", "", "unreadable")
