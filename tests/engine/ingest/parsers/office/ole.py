"""Writes OLE2 files for tests: a tree of storages (dicts) and streams (bytes)."""

import struct
from itertools import pairwise

FREE, END, FAT, NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
SECTOR = 512
Tree = dict[str, "bytes | Tree"]


def write(tree: Tree) -> bytes:
    """All streams lie in the main sectors: each is padded to the size from which they do."""
    entries: list[list[object]] = [["Root Entry", 5, NONE, b""]]
    siblings: list[int] = [NONE]

    def add(folder: Tree) -> int:
        """Entries of a storage as a chain to the right; returns its first."""
        numbers = []
        for name in sorted(folder, key=lambda name: (len(name), name.upper())):
            number = len(entries)
            content = folder[name]
            numbers.append(number)
            siblings.append(NONE)
            if isinstance(content, bytes):
                entries.append([name, 2, NONE, content])
            else:
                entries.append([name, 1, NONE, b""])
                entries[number][2] = add(content)
        for left, right in pairwise(numbers):
            siblings[left] = right
        return numbers[0] if numbers else NONE

    entries[0][2] = add(tree)
    sectors: list[bytes] = []
    fat: list[int] = []
    starts: list[int] = []
    for _, kind, _, content in entries:
        if kind != 2 or not content:
            starts.append(END)
            continue
        data = bytes(content)  # type: ignore[call-overload]
        count = max(-(-len(data) // SECTOR), 8)  # below 4096 bytes it would be a small stream
        starts.append(len(sectors))
        for place in range(count):
            sectors.append(data[place * SECTOR : (place + 1) * SECTOR].ljust(SECTOR, b"\0"))
            fat.append(len(fat) + 1 if place + 1 < count else END)
    listing = b""
    for (name, kind, child, content), right, start in zip(entries, siblings, starts, strict=True):
        label = str(name).encode("utf-16-le") + b"\0\0"
        size = max(len(content), 4096) if kind == 2 and content else 0  # type: ignore[arg-type]
        listing += label.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ",
            len(label),
            kind,
            1,
            NONE,
            right,
            child,
            bytes(16),
            0,
            0,
            0,
            start,
            size,
        )
    directory = len(sectors)
    count = -(-len(listing) // SECTOR)
    listing = listing.ljust(count * SECTOR, b"\0")
    for place in range(count):
        sectors.append(listing[place * SECTOR : (place + 1) * SECTOR])
        fat.append(len(fat) + 1 if place + 1 < count else END)
    tables = -(-(len(fat) + 1) // 128)
    while tables * 128 < len(fat) + tables:
        tables += 1
    places = list(range(len(sectors), len(sectors) + tables))
    fat += [FAT] * tables
    fat += [FREE] * (tables * 128 - len(fat))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack(
            "<HHHHH6xIIIIIIIII",
            0x3E,
            3,
            0xFFFE,
            9,
            6,
            0,
            tables,
            directory,
            0,
            4096,
            END,
            0,
            END,
            0,
        )
    )
    header += struct.pack("<109I", *(places + [FREE] * (109 - tables)))
    table = struct.pack(f"<{len(fat)}I", *fat)
    return header + b"".join(sectors) + table
