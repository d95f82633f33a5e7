"""Writes OLE2 containers and, in them, small old Word and PowerPoint files."""

import struct
from pathlib import Path

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole2(path: Path, streams: dict[str, bytes]) -> Path:
    """A container with these streams at its root; each is filled up to 4,096 bytes."""
    sectors: list[bytes] = []
    fat: list[int] = []
    places = {}
    for name, content in streams.items():
        content = content.ljust(4096, b"\0")
        content += bytes(-len(content) % SECTOR)
        first, count = len(sectors), len(content) // SECTOR
        places[name] = (first, len(content))
        sectors += [content[SECTOR * n : SECTOR * (n + 1)] for n in range(count)]
        fat += [*range(first + 1, first + count), END]
    entries = [_entry("Root Entry", 5, 1 if streams else FREE, FREE, END, 0)]
    for number, (name, (first, size)) in enumerate(places.items(), 1):
        entries.append(
            _entry(name, 2, FREE, number + 1 if number < len(places) else FREE, first, size)
        )
    while len(entries) % 4:
        entries.append(_entry("", 0, FREE, FREE, 0, 0))
    directory = len(sectors)
    joined = b"".join(entries)
    count = len(joined) // SECTOR
    sectors += [joined[SECTOR * n : SECTOR * (n + 1)] for n in range(count)]
    fat += [*range(directory + 1, directory + count), END]
    tables = len(fat) // 127 + 1
    first_table = len(fat)
    fat += [FAT] * tables
    fat += [FREE] * (128 * tables - len(fat))
    packed = struct.pack(f"<{len(fat)}I", *fat)
    sectors += [packed[SECTOR * n : SECTOR * (n + 1)] for n in range(tables)]
    header = struct.pack(
        "<8s16sHHHHHHIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, 0, 0, tables, directory, 0, 4096, END, 0, END, 0,
    )  # fmt: skip
    listed = [*range(first_table, first_table + tables)]
    header += struct.pack("<109I", *listed, *[FREE] * (109 - tables))
    path.write_bytes(header + b"".join(sectors))
    return path


def _entry(name: str, kind: int, below: int, after: int, first: int, size: int) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0" if name else b""
    return (
        struct.pack("<64sHBBIII", written, len(written), kind, 1, FREE, after, below)
        + bytes(36)
        + struct.pack("<IQ", first, size)
    )


def old_word(path: Path, text: str, *, notes: str = "", narrow: str = "", flags: int = 0) -> Path:
    """A Word 97 file: ``text`` in Unicode, then ``narrow`` in one byte a letter, then notes."""
    start = 0x600
    wide = text.encode("utf-16-le")
    body = wide + narrow.encode("cp1252") + notes.encode("utf-16-le")
    document = bytearray(start)
    struct.pack_into("<HH", document, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", document, 0x0A, 0x0200 | flags)
    units = len(wide) // 2
    struct.pack_into("<II", document, 0x4C, units + len(narrow), len(notes))
    parts = [(units, start), (len(narrow), 2 * (start + len(wide)) | 0x40000000),
             (len(notes), start + len(wide) + len(narrow))]  # fmt: skip
    borders, total = [0], 0
    for length, _ in parts:
        total += length
        borders.append(total)
    pieces = struct.pack("<4I", *borders)
    pieces += b"".join(struct.pack("<HIH", 0, place, 0) for _, place in parts)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", document, 0x1A2, 0, len(table))
    return ole2(path, {"WordDocument": bytes(document) + body, "1Table": table})


def record(kind: int, content: bytes, *, container: bool = False, instance: int = 0) -> bytes:
    head = instance << 4 | (0xF if container else 0)
    return struct.pack("<HHI", head, kind, len(content)) + content


def old_slides(path: Path, slides: list[list[tuple[int, str]]]) -> Path:
    """A PowerPoint 97 file; a slide is (kind, text) from bottom to top."""
    stream, offsets, listed = b"", [], b""
    for number, texts in enumerate(slides, 2):
        shapes = b""
        for place, (kind, text) in enumerate(reversed(texts)):
            anchor = record(0xF010, struct.pack("<4h", 400 * (len(texts) - place), 10, 0, 0))
            box = record(0x0F9F, struct.pack("<I", kind)) + record(
                0x0FA0, text.replace("\n", "\r").encode("utf-16-le")
            )
            shapes += record(0xF004, anchor + record(0xF00D, box, container=True), container=True)
        offsets.append(len(stream))
        stream += record(0x03EE, record(0x040C, shapes, container=True), container=True)
        listed += record(0x03F3, struct.pack("<5I", number, 0, 0, 256 + number, 0))
    offsets.insert(0, len(stream))
    stream += record(0x03E8, record(0x0FF0, listed, container=True), container=True)
    directory = len(stream)
    stream += record(0x1772, struct.pack(f"<{len(offsets) + 1}I", len(offsets) << 20 | 1, *offsets))
    edit = len(stream)
    stream += record(0x0FF5, struct.pack("<7I", 0, 0, 0, directory, 1, 1, 0))
    user = record(0x0FF6, struct.pack("<III", 0x14, 0xE391C05F, edit))
    return ole2(path, {"PowerPoint Document": stream, "Current User": user})
