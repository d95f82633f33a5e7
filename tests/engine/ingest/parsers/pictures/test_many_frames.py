"""Pictures of very many pages."""

import struct
import time
from pathlib import Path

from engine.ingest.parsers.pictures import image


def tiff(pages: int) -> bytes:
    """Small grey pages that share one strip."""
    out = bytearray(b"II*\0" + struct.pack("<I", 8))
    tags = ((256, 10), (257, 10), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 10),
            (279, 100))  # fmt: skip
    for number in range(pages):
        following = len(out) + 2 + 12 * len(tags) + 4 if number < pages - 1 else 0
        out += struct.pack("<H", len(tags))
        for tag, value in tags:
            out += struct.pack("<HHII", tag, 4, 1, value)
        out += struct.pack("<I", following)
    return bytes(out)


def test_the_first_pages_are_read_however_many_follow(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    path.write_bytes(tiff(20_000))
    began = time.process_time()
    found = list(image.frames(path))
    assert time.process_time() - began < 30
    assert len(found) == image.MAX_FRAMES + 1
    assert found[-1] == "Only the first 500 pages were read."
