import bz2
import gzip
import io
import lzma
import random
import tarfile
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry
from engine.types import ParsedDocument


def tar(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as package:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            package.addfile(info, io.BytesIO(content))
        for kind, target in ((tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "../../secret")):
            link = tarfile.TarInfo("link" + kind.decode())
            link.type, link.linkname = kind, target
            package.addfile(link)
        device = tarfile.TarInfo("device")
        device.type = tarfile.CHRTYPE
        package.addfile(device)
    return stream.getvalue()


def parsed(tmp_path: Path, content: bytes, name: str) -> ParsedDocument:
    path = tmp_path / name
    path.write_bytes(content)
    return registry.parse(path)


def test_files_are_read_and_links_are_not_followed(tmp_path: Path) -> None:
    document = parsed(tmp_path, tar({"../../a.txt": b"one", "d/b.txt": b"two"}), "a.tar")
    assert document.type == "tar"
    assert [found.name for found in document.attachments] == ["a.txt", "d/b.txt"]
    assert "Links are not followed (2)." in document.note


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.tar.gz", gzip.compress), ("a.tgz", gzip.compress), ("a.tar.bz2", bz2.compress),
     ("a.tar.xz", lzma.compress), ("named.wrong", gzip.compress)],
)  # fmt: skip
def test_compressed_tars(tmp_path: Path, name: str, pack: object) -> None:
    document = parsed(tmp_path, pack(tar({"a.txt": b"one"})), name)  # type: ignore[operator]
    assert document.type == "tar"
    assert document.attachments[0].parsed is not None


def test_a_tar_without_a_mark_is_known_by_its_checksum(tmp_path: Path) -> None:
    content = bytearray(tar({"a.txt": b"one"}))
    content[257:265] = bytes(8)
    content[148:156] = b" " * 8
    content[148:156] = b"%06o\0 " % sum(content[:512])
    document = parsed(tmp_path, bytes(content[:2048]) + bytes(2048), "old.tar")
    assert [found.name for found in document.attachments] == ["a.txt"]


def test_a_single_compressed_file(tmp_path: Path) -> None:
    document = parsed(tmp_path, gzip.compress(b"one line"), "notes.txt.gz")
    assert [found.name for found in document.attachments] == ["notes.txt"]


def test_cut_off_in_the_middle(tmp_path: Path) -> None:
    words = random.Random(1).randbytes(40_000).hex().encode()
    whole = gzip.compress(tar({"a.txt": b"first", "b.txt": words}))
    document = parsed(tmp_path, whole[: len(whole) * 2 // 3], "a.tgz")
    assert document.attachments[0].parsed is not None
    with pytest.raises(ParseError) as caught:
        parsed(tmp_path, b"\x1f\x8b\x08" + bytes(20), "b.gz")
    assert caught.value.code == "damaged"


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(gzip.compress(bytes(60 * 2**20), 9), 9)
    document = parsed(tmp_path, content, "bomb.gz")
    assert document.attachments[0].code == "too_large"


def test_a_file_that_holds_itself_ends(tmp_path: Path) -> None:
    content = b"bottom"
    for _ in range(40):
        content = gzip.compress(content)
    document = parsed(tmp_path, content, "quine.gz")
    depth = 0
    while document.attachments and document.attachments[0].parsed is not None:
        document, depth = document.attachments[0].parsed, depth + 1
    assert depth < 10
    assert "too deep" in document.attachments[0].reason
