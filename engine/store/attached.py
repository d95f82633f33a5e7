"""How documents that lie inside a file are named: ``mail.eml!/offer.pdf``."""

from pathlib import PurePath

SEPARATOR = "!/"


def inner_path(container: str, name: str) -> str:
    """Path of a document in a file."""
    return f"{container}{SEPARATOR}{name}"


def file_of(path: str) -> str:
    """The file on the disk that holds a document; the path itself where it is one."""
    return path.partition(SEPARATOR)[0]


def bounds(container: str) -> tuple[str, str]:
    """Bounds ``low <= path < high`` of everything inside a file, for an index on the path."""
    low = container + SEPARATOR
    return low, low[:-1] + chr(ord(low[-1]) + 1)


def shown_name(path: str) -> str:
    """A document's name for a reader: ``offer.pdf in mail.eml``."""
    outer, *inner = path.split(SEPARATOR)
    names = [PurePath(outer).name, *(PurePath(name).name or name for name in inner)]
    return " in ".join(reversed(names))


def place(path: str, page: int, label: str = "") -> str:
    """Where a quote stands: ``handbook.pptx, Slide 3``, ``travel.pdf, page 2``."""
    return f"{shown_name(path)}, {label or f'page {page}'}"
