"""winmail.dat: what Outlook packs a mail's text and files into (TNEF, MS-OXTNEF)."""

import struct
from dataclasses import dataclass, field
from typing import Any

from engine.ingest.parsers.mail import mapi

SIGNATURE = 0x223E9F78
ATTACH_START = 0x9002
ATTACH_TITLE = 0x8010
ATTACH_DATA = 0x800F
ATTACH_PROPERTIES = 0x9005
PROPERTIES = 0x9003
BODY = 0x800C
CODE_PAGE = 0x9007
MAX_ITEMS = 10_000


@dataclass(slots=True)
class Sealed:
    text: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)


def read(data: bytes) -> Sealed | None:
    """What is in it; ``None`` where it is something else or too damaged to tell."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != SIGNATURE:
        return None
    found = Sealed()
    properties: dict[int, Any] = {}
    body = b""
    code_page = 1252
    name, content = "", b""
    place = 6
    for _ in range(MAX_ITEMS):
        if place + 9 > len(data):
            break
        number, _, size = struct.unpack_from("<HHI", data, place + 1)
        value = data[place + 9 : place + 9 + size]
        place += 9 + size + 2
        if number == CODE_PAGE and len(value) >= 4:
            code_page = struct.unpack_from("<I", value)[0]
        elif number == ATTACH_START:
            _keep(found, name, content)
            name, content = "", b""
        elif number == ATTACH_TITLE:
            name = name or mapi.narrow(value, code_page)
        elif number == ATTACH_DATA:
            content = value
        elif number == ATTACH_PROPERTIES:
            own = _properties(value, code_page)
            name = str(own.get(mapi.LONG_NAME) or own.get(mapi.SHORT_NAME) or name)
            inner = own.get(mapi.ATTACH_DATA)
            if not content and isinstance(inner, bytes):
                content = inner
        elif number == BODY:
            body = value
        elif number == PROPERTIES:
            properties = _properties(value, code_page)
    _keep(found, name, content)
    found.text = mapi.body_text(properties) or mapi.narrow(body, code_page)
    return found


def _keep(found: Sealed, name: str, content: bytes) -> None:
    if content:
        found.files.append((name or "unnamed", content))


def _properties(data: bytes, code_page: int) -> dict[int, Any]:
    """Properties by number; those read before the data ended in the middle of one."""
    found: dict[int, Any] = {}
    try:
        count = struct.unpack_from("<I", data)[0]
        place = 4
        for _ in range(min(count, MAX_ITEMS)):
            kind, number = struct.unpack_from("<HH", data, place)
            place += 4
            if number >= 0x8000:  # a named one: GUID, then a number or a name
                if struct.unpack_from("<I", data, place + 16)[0] == 0:
                    place += 24
                else:
                    place += 24 + _padded(struct.unpack_from("<I", data, place + 20)[0])
            values, place = _values(data, place, kind)
            if values:
                found[number] = _plain(values[0], kind, code_page)
    except struct.error:
        pass
    return found


def _values(data: bytes, place: int, kind: int) -> tuple[list[bytes], int]:
    base = kind & 0x0FFF
    sized = base in (0x1E, 0x1F, 0x0D, 0x102)
    count = 1
    if sized or kind & 0x1000:
        count = struct.unpack_from("<I", data, place)[0]
        place += 4
    values: list[bytes] = []
    for _ in range(min(count, MAX_ITEMS)):
        if sized:
            size = struct.unpack_from("<I", data, place)[0]
            place += 4
        else:
            size = 8 if base in (0x05, 0x06, 0x07, 0x14, 0x40) else 16 if base == 0x48 else 4
        if place + size > len(data):
            raise struct.error("cut off")
        value = data[place : place + size]
        values.append(value[16:] if base == 0x0D else value)  # an object begins with its kind
        place += _padded(size)
    return values, place


def _plain(value: bytes, kind: int, code_page: int) -> Any:
    base = kind & 0x0FFF
    if base == 0x1F:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    if base == 0x1E:
        return mapi.narrow(value, code_page)
    if base == 0x03 and len(value) >= 4:
        return struct.unpack_from("<I", value)[0]
    return value


def _padded(size: int) -> int:
    return size + -size % 4
