"""The records of an old PowerPoint file ([MS-PPT], 2.3): a tree of headers and contents."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = struct.Struct("<HHI")
MAX_DEPTH = 24
MAX_RECORDS = 500_000


@dataclass(frozen=True, slots=True)
class Record:
    kind: int
    instance: int
    container: bool
    start: int
    """Where its content begins in the stream."""
    end: int


def records(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Record]:
    """The records that follow each other here; a length that leads out is cut."""
    end = len(data) if end is None else min(end, len(data))
    while start + HEADER.size <= end:
        head, kind, length = HEADER.unpack_from(data, start)
        start += HEADER.size
        yield Record(kind, head >> 4, head & 0xF == 0xF, start, min(start + length, end))
        start += length


def first(data: bytes, within: Record, kind: int) -> Record | None:
    """The first record of a kind directly inside another."""
    return next((one for one in records(data, within.start, within.end) if one.kind == kind), None)


def walk(data: bytes, within: Record, depth: int = 0) -> Iterator[Record]:
    """All records below another, outer ones before inner ones."""
    if depth > MAX_DEPTH:
        return
    for one in records(data, within.start, within.end):
        yield one
        if one.container:
            yield from walk(data, one, depth + 1)


def record_at(data: bytes, offset: int) -> Record | None:
    if not 0 <= offset <= len(data) - HEADER.size:
        return None
    return next(records(data, offset), None)
