"""Outlook's package for mails, and its compressed RTF."""

import struct

from engine.ingest.parsers.mail import mail_rtf, mapi, winmail


def attribute(level: int, number: int, data: bytes) -> bytes:
    return (
        struct.pack("<BHHI", level, number, 6, len(data))
        + data
        + struct.pack("<H", sum(data) & 0xFFFF)
    )


def properties(values: list[tuple[int, int, bytes]]) -> bytes:
    out = struct.pack("<I", len(values))
    for kind, number, data in values:
        out += struct.pack("<HHII", kind, number, 1, len(data)) + data + bytes(-len(data) % 4)
    return out


def package(*attributes: bytes) -> bytes:
    return struct.pack("<IH", winmail.SIGNATURE, 1) + b"".join(attributes)


def test_text_and_files() -> None:
    own = properties([(0x1F, mapi.LONG_NAME, "Größe.txt\0".encode("utf-16-le"))])
    found = winmail.read(
        package(
            attribute(1, winmail.PROPERTIES,
                      properties([(0x1F, mapi.BODY, "The quay is closed.\0".encode("utf-16-le"))])),
            attribute(2, winmail.ATTACH_START, bytes(14)),
            attribute(2, winmail.ATTACH_TITLE, b"GROES~1.TXT\0"),
            attribute(2, winmail.ATTACH_DATA, b"4 m"),
            attribute(2, winmail.ATTACH_PROPERTIES, own),
            attribute(2, winmail.ATTACH_START, bytes(14)),
            attribute(2, winmail.ATTACH_TITLE, b"plan.txt\0"),
            attribute(2, winmail.ATTACH_DATA, b"tides"),
        )
    )  # fmt: skip
    assert found is not None
    assert found.text == "The quay is closed."
    assert found.files == [("Größe.txt", b"4 m"), ("plan.txt", b"tides")]


def test_damaged_packages() -> None:
    assert winmail.read(b"something else") is None
    whole = package(attribute(2, winmail.ATTACH_START, bytes(14)),
                    attribute(2, winmail.ATTACH_DATA, b"tides"))  # fmt: skip
    for cut in range(len(whole)):
        winmail.read(whole[:cut])


def test_rtf_that_was_compressed() -> None:
    plain = rb"{\rtf1\ansi Hello}"
    stored = struct.pack("<III", len(plain) + 12, len(plain), 0x414C454D) + bytes(4) + plain
    assert mapi.unpack_rtf(stored) == plain
    # Two references into the dictionary both sides know, then letters, then the end mark.
    start = mapi.RTF_START.index(rb"{\rtf1\ansi")
    packed = struct.pack(">H", start << 4 | 11 - 2)
    body = bytes([0b00000001]) + packed + b" Hi you"
    body += bytes([0b00000010]) + b"}" + struct.pack(">H", (len(mapi.RTF_START) + 19) << 4)
    compressed = struct.pack("<III", len(body) + 12, 200, 0x75465A4C) + bytes(4) + body
    assert mapi.unpack_rtf(compressed) == rb"{\rtf1\ansi Hi you}"


def test_html_and_text_disguised_as_rtf() -> None:
    html = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}Fee \htmlrtf {\b \htmlrtf0 "
        rb"{\*\htmltag84 <b>}65\'80{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 {\*\htmltag72 </p>}}"
    )
    assert mail_rtf.text_of(html) == "Fee 65€"
    text = rb"{\rtf1\ansi\fromtext {\fonttbl{\f0 Arial;}}One\par Two \u33337? \'e9}"
    assert mail_rtf.text_of(text) == "One\nTwo 船 é"
