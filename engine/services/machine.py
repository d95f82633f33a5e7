"""What a measurement says of the machine and the files it was made with."""

import os
import platform
from pathlib import Path


def words() -> str:
    """The kind of processor and the number of its cores."""
    return f"{platform.machine()}, {os.cpu_count() or 1} cores, {platform.system()}"


def stamp(path: Path | None) -> tuple[int, int]:
    """Size and time of change of a file, which tell it from another of its name."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        found = None
    return (found.st_size, found.st_mtime_ns) if found is not None else (0, 0)
