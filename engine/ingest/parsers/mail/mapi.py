"""Outlook's properties of a mail: their numbers, their letters, and which body to read."""

import struct
from typing import Any

from engine.ingest.parsers.charsets import decode_as
from engine.ingest.parsers.encoding import decode
from engine.ingest.parsers.mail import mail_rtf
from engine.ingest.parsers.web.html import fragment_text

SUBJECT = 0x0037
SENDER_NAME = 0x0C1A
SENDER_MAIL = 0x0C1F
SENDER_SMTP = 0x5D01
SENT_FOR_SMTP = 0x5D02
SENT_FOR_NAME = 0x0042
SENT_FOR_MAIL = 0x0065
SHOWN_TO = 0x0E04
SHOWN_CC = 0x0E03
SHOWN_BCC = 0x0E02
SENT_AT = 0x0039
DELIVERED_AT = 0x0E06
TRANSPORT_HEADERS = 0x007D
BODY = 0x1000
BODY_RTF = 0x1009
BODY_HTML = 0x1013
INTERNET_CODE_PAGE = 0x3FDE
MESSAGE_CODE_PAGE = 0x3FFD
CLASS = 0x001A
ATTACH_DATA = 0x3701
ATTACH_METHOD = 0x3705
LONG_NAME = 0x3707
SHORT_NAME = 0x3704
SHOWN_NAME = 0x3001
CONTENT_ID = 0x3712
MIME = 0x370E
HIDDEN = 0x7FFE
RECIPIENT_KIND = 0x0C15
RECIPIENT_SMTP = 0x39FE
RECIPIENT_MAIL = 0x3003

PAGES = {65001: "utf-8", 932: "cp932", 936: "gb18030", 949: "cp949", 950: "big5hkscs",
         20127: "ascii", 28591: "iso-8859-1", 28592: "iso-8859-2", 28595: "iso-8859-5",
         20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp", 50221: "iso-2022-jp",
         51932: "euc_jp", 51949: "cp949", 52936: "hz", 54936: "gb18030"}  # fmt: skip

RTF_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n\\par "
    rb"\pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the compression of RTF in mails takes as known (MS-OXRTFCP)."""
MAX_RTF = 50 * 2**20


def narrow(value: bytes, code_page: int) -> str:
    """A string of single bytes in a Windows code page."""
    value = value.rstrip(b"\0")
    text = decode_as(value, PAGES.get(code_page, f"cp{code_page}"))
    return text if text is not None else decode(value) or value.decode("latin-1")


def body_text(properties: dict[int, Any]) -> str:
    """The body: plain where there is one, else HTML, else RTF."""
    plain = properties.get(BODY)
    if isinstance(plain, str) and plain.strip():
        return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    html = properties.get(BODY_HTML)
    if isinstance(html, bytes):
        page = properties.get(INTERNET_CODE_PAGE)
        html = narrow(html, page) if isinstance(page, int) else decode(html)
    if isinstance(html, str) and html.strip():
        text = fragment_text(html)
        if text.strip():
            return text
    packed = properties.get(BODY_RTF)
    return mail_rtf.text_of(unpack_rtf(packed)) if isinstance(packed, bytes) else ""


def unpack_rtf(data: bytes) -> bytes:
    """RTF as it was before Outlook compressed it; what came out before any damage."""
    if len(data) < 16:
        return b""
    _, size, magic, _ = struct.unpack_from("<IIII", data)
    if magic == 0x414C454D:  # MELA: stored as it is
        return data[16 : 16 + size]
    if magic != 0x75465A4C:  # LZFu
        return b""
    window = bytearray(RTF_START.ljust(4096, b"\0"))
    at = len(RTF_START)
    out = bytearray()
    place = 16
    while place < len(data) and len(out) < min(size, MAX_RTF):
        flags = data[place]
        place += 1
        for bit in range(8):
            if place >= len(data) or len(out) >= MAX_RTF:
                break
            if not flags >> bit & 1:
                piece = data[place : place + 1]
                place += 1
            else:
                if place + 2 > len(data):
                    return bytes(out)
                pair = data[place] << 8 | data[place + 1]
                place += 2
                start, length = pair >> 4, (pair & 15) + 2
                if start == at:
                    return bytes(out)
                step = (at - start) % 4096
                piece = bytes(window[(start + index % step) % 4096] for index in range(length))
            for byte in piece:
                window[at] = byte
                at = (at + 1) % 4096
            out += piece
    return bytes(out)
