"""Memory of a process by what it is made of, from Linux's smaps."""

import re
from dataclasses import dataclass
from pathlib import Path

_MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Memory:
    """In bytes."""

    own: int
    """Private to the process: its heap, the context, buffers; without pages of model files."""
    file: int
    """Pages of model files that are in memory, counted once however many processes map them."""

    @property
    def total(self) -> int:
        return self.own + self.file


def of(pid: int) -> Memory:
    """Memory of a process. Raises OSError where there is no smaps."""
    own = file = 0
    model = False
    for line in Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8").splitlines():
        if mapping := _MAPPING.match(line):
            model = mapping[1].endswith(".gguf")
            continue
        key, _, value = line.partition(":")
        if key == "Rss" and model:
            file += 1024 * int(value.split()[0])
        elif key in ("Private_Clean", "Private_Dirty") and not model:
            own += 1024 * int(value.split()[0])
    return Memory(own, file)
