"""``python -m tests.quality.read_one FILE PASSWORD``: read a file and tell what became of it.

Imports nothing but the parsers, so that time and memory are theirs.
"""

import json
import re
import resource
import sys
import time
from pathlib import Path

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.types import ParsedDocument


def child(path: Path, password: str) -> None:
    """In the child process: read the file and tell on stdout what became of it."""
    started = time.perf_counter()
    code, text, note = "read", "", ""
    try:
        document = registry.parse(path, password=password or None)
        text, note = all_text(document), document.note
    except ParseError as error:
        code, note = error.code, error.message
    peak = _peak_mb()
    said = {
        "code": code, "text": text, "note": note,
        "seconds": time.perf_counter() - started, "peak_mb": peak,
    }  # fmt: skip
    print(json.dumps(said))


def _peak_mb() -> float:
    """Of this process alone: what is inherited from the one that started it does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if match:
            return int(match.group(1)) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def all_text(document: ParsedDocument) -> str:
    pieces = [page.text for page in document.pages]
    for attachment in document.attachments:
        if attachment.parsed is not None:
            pieces += [attachment.name, all_text(attachment.parsed)]
    return "\n".join(pieces)


if __name__ == "__main__":
    child(Path(sys.argv[1]), sys.argv[2])
