"""What tells contents apart."""

import hashlib
from pathlib import Path

from engine.ingest.fingerprint import END_BYTES, fingerprint


def test_a_file_is_told_by_all_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one" * 1000)
    assert fingerprint(tmp_path / "a") == hashlib.sha256(b"one" * 1000).digest()


def test_a_file_too_large_for_every_parser_is_told_by_its_size_and_ends(tmp_path: Path) -> None:
    """Read through, four terabytes would take hours; they take no room on the disk."""
    size = 2**42
    found = []
    for name, length, last in (("a", size, b"x"), ("b", size, b"y"), ("c", size + 1, b"x")):
        with (tmp_path / name).open("wb") as file:
            file.truncate(length)
            file.seek(length - END_BYTES)
            file.write(last)
        found.append(fingerprint(tmp_path / name))
    (tmp_path / "a").rename(tmp_path / "moved")
    assert fingerprint(tmp_path / "moved") == found[0]
    assert len(set(found)) == 3
