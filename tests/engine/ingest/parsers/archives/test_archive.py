"""ZIP archives: bounded, never leading out, and told file by file."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import inside, registry
from engine.ingest.parsers.archives import archive


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return stream.getvalue()


def write(tmp_path: Path, files: dict[str, bytes], name: str = "papers.zip") -> Path:
    path = tmp_path / name
    path.write_bytes(zipped(files))
    return path


def locked(content: bytes, password: bytes) -> bytes:
    """One stored file with the old encryption of ZIP, which zipfile reads but does not write."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(byte: int, value: int) -> int:
        entry = (value ^ byte) & 0xFF
        for _ in range(8):
            entry = entry >> 1 ^ 0xEDB88320 if entry & 1 else entry >> 1
        return value >> 8 ^ entry

    def update(byte: int) -> None:
        keys[0] = step(byte, keys[0])
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = step(keys[1] >> 24, keys[2])

    for byte in password:
        update(byte)
    check = zlib.crc32(content) & 0xFFFFFFFF
    sealed = bytearray()
    for byte in bytes(11) + bytes([check >> 24]) + content:
        mask = keys[2] | 2
        sealed.append(byte ^ (mask * (mask ^ 1) >> 8 & 0xFF))
        update(byte)
    name = b"secret.txt"
    head = struct.pack("<HHHHHIIIHH", 20, 1, 0, 0, 0x21, check, len(sealed), len(content), 10, 0)
    local = b"PK\x03\x04" + head + name + bytes(sealed)
    central = b"PK\x01\x02\x14\x00" + head + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + b"PK\x05\x06" + end


def test_every_file_is_a_document(tmp_path: Path) -> None:
    inner = zipped({"deep.txt": b"At the bottom."})
    path = write(
        tmp_path,
        {"a/notes.txt": b"Keys hang in the shed.", "b.zip": inner, "x.bin": bytes(range(256)) * 9},
    )
    document = registry.parse(path)
    assert document.type == "zip"
    assert document.pages[0].text.startswith("Files in this archive:\n• a/notes.txt\n• b.zip")
    notes, nested, binary = document.attachments
    assert notes.parsed is not None
    assert (notes.name, notes.parsed.pages[0].text) == ("a/notes.txt", "Keys hang in the shed.")
    assert nested.parsed is not None
    deep = nested.parsed.attachments[0].parsed
    assert deep is not None and deep.title == "deep"
    assert (binary.parsed, binary.code) == (None, "unsupported")
    assert "1 of 3 files could not be read" in document.note


def test_no_way_out_and_no_leftovers(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        {"../../evil.txt": b"one", "/abs.txt": b"two", "..\\win.txt": b"three",
         "__MACOSX/._a.txt": b"x", ".DS_Store": b"y"},
    )  # fmt: skip
    document = registry.parse(path)
    assert [found.name for found in document.attachments] == ["evil.txt", "abs.txt", "win.txt"]
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["papers.zip"]
    assert not (tmp_path.parent / "evil.txt").exists()


def test_depth_is_bounded(tmp_path: Path) -> None:
    content = b"the innermost"
    for _ in range(12):
        content = zipped({"inner.zip": content})
    (tmp_path / "a.zip").write_bytes(content)
    document = registry.parse(tmp_path / "a.zip")
    depth = 0
    while document.attachments[0].parsed is not None:
        document = document.attachments[0].parsed
        depth += 1
    assert depth == inside.MAX_DEPTH
    assert document.attachments[0].code == "too_large"
    assert "too deep" in document.attachments[0].reason


def test_a_bomb_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, {"zeros.txt": b"0" * (30 * 2**20), "fine.txt": b"fine"})
    zeros, fine = registry.parse(path).attachments
    assert zeros.code == "too_large" and zeros.parsed is None
    assert fine.parsed is not None


def test_the_count_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "MAX_FILES", 3)
    path = write(tmp_path, {f"{number}.txt": b"words" for number in range(5)})
    codes = [found.code for found in registry.parse(path).attachments]
    assert codes == ["", "", "", "too_large", "too_large"]


def test_the_sum_is_bounded_over_all_depths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside, "MAX_BYTES", 5000)
    inner = zipped({"a.txt": bytes(range(32, 127)) * 40})
    path = write(tmp_path, {"one.zip": inner, "two.zip": inner, "three.txt": b"words " * 300})
    document = registry.parse(path)
    assert document.attachments[0].parsed is not None
    second = document.attachments[1].parsed
    assert second is None or second.attachments[0].code == "too_large"
    assert document.attachments[2].code == "too_large"


def test_the_time_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "MAX_SECONDS", -1.0)
    (found,) = registry.parse(write(tmp_path, {"a.txt": b"words"})).attachments
    assert found.code == "too_large" and "too long" in found.reason


def test_a_list_of_contents_made_to_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_DIRECTORY", 1000)
    path = write(tmp_path, {f"{number}.txt": b"" for number in range(100)})
    with pytest.raises(ParseError, match="too many files") as caught:
        archive.parse(path, registry.ParseOptions())
    assert caught.value.code == "too_large"


def test_a_locked_archive_asks_for_its_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.zip"
    path.write_bytes(locked(b"The safe is behind the clock.", b"tide"))
    with pytest.raises(ParseError, match="need a password") as caught:
        registry.parse(path)
    assert caught.value.code == "encrypted"
    with pytest.raises(ParseError, match="does not open") as caught:
        registry.parse(path, password="ebb")
    assert caught.value.code == "encrypted"
    (found,) = registry.parse(path, password="tide").attachments
    assert found.parsed is not None
    assert found.parsed.pages[0].text == "The safe is behind the clock."


def test_names_of_old_programs(tmp_path: Path) -> None:
    path = write(tmp_path, {"AAAAAAAA.txt": b"words"})
    raw = "报告文件".encode("gbk")
    path.write_bytes(path.read_bytes().replace(b"AAAAAAAA", raw))
    assert registry.parse(path).attachments[0].name == "报告文件.txt"


def test_empty_and_damaged(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="no files"):
        registry.parse(write(tmp_path, {}))
    path = write(tmp_path, {"a.txt": b"words " * 1000, "b.txt": b"more"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "damaged"
    broken = bytearray(whole)
    broken[40:45] = b"XXXXX"
    path.write_bytes(bytes(broken))
    first, second = registry.parse(path).attachments
    assert (first.code, second.code) == ("damaged", "")


def in_an_old_way(content: bytes, name: bytes) -> bytes:
    """The archive with a member marked as imploded, as archives of the eighties are."""
    data = bytearray(content)
    for mark, method, at_name in ((b"PK\x03\x04", 8, 30), (b"PK\x01\x02", 10, 46)):
        at = data.find(mark)
        while at >= 0:
            if data[at + at_name :].startswith(name):
                data[at + method : at + method + 2] = struct.pack("<H", 6)
            at = data.find(mark, at + 4)
    return bytes(data)


def test_packed_in_an_old_way(tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    whole = zipped({"a.txt": b"one", "b.txt": b"two"})
    path.write_bytes(in_an_old_way(whole, b"b.txt"))
    document = registry.parse(path)
    assert [member.name for member in document.attachments] == ["a.txt"]
    assert document.note == "1 further file is packed in an old way that cannot be read yet."
    path.write_bytes(in_an_old_way(in_an_old_way(whole, b"b.txt"), b"a.txt"))
    with pytest.raises(ParseError) as error:
        registry.parse(path)
    assert error.value.code == "unsupported"
