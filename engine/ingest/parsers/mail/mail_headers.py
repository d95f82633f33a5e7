"""Headers of mails: encoded words, raw letters beyond ASCII, addresses, dates."""

import base64
import binascii
import re
from email.message import Message
from email.utils import parsedate_to_datetime

from engine.ingest.parsers.archives import member_names
from engine.ingest.parsers.charsets import decode_as
from engine.ingest.parsers.encoding import decode

MAX_VALUE = 20_000
MAX_SHOWN = 2000
"""Characters of a list of addressees that are kept."""
WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
SHOWN = (("from", "From"), ("to", "To"), ("cc", "Cc"), ("bcc", "Bcc"), ("date", "Date"),
         ("subject", "Subject"))  # fmt: skip


def header(message: Message, name: str) -> str:
    """A header's text on one line; empty where it is missing."""
    for key, value in message.raw_items():
        if key.lower() == name:
            return decode_value(str(value))
    return ""


def decode_value(value: str) -> str:
    """The text behind encoded words and raw bytes."""
    value = " ".join(value[:MAX_VALUE].split())
    if not value.isascii():
        raw = value.encode("utf-8", "surrogateescape")
        value = " ".join(member_names.decode_all([raw])[0].split())  # as short as names are
    if "=?" not in value:
        return value
    return " ".join(_words(BETWEEN_WORDS.sub(r"\1", value)).split())


def _words(value: str) -> str:
    """Neighbouring words of one encoding are joined as bytes: letters may be cut in two."""
    pieces: list[str] = []
    open_label, open_bytes = "", b""
    end = 0
    for match in WORD.finditer(value):
        label = match[1].partition("*")[0].lower()
        if (match.start() > end or label != open_label) and open_bytes:
            pieces.append(_text(open_bytes, open_label))
            open_bytes = b""
        pieces.append(value[end : match.start()])
        open_label = label
        open_bytes += _unpacked(match[2], match[3])
        end = match.end()
    if open_bytes:
        pieces.append(_text(open_bytes, open_label))
    return "".join([*pieces, value[end:]])


def _unpacked(kind: str, content: str) -> bytes:
    if kind in "bB":
        cleaned = re.sub(r"[^A-Za-z0-9+/]", "", content)
        try:
            return base64.b64decode(cleaned + "=" * (-len(cleaned) % 4))
        except (binascii.Error, ValueError):
            return cleaned.encode()
    return binascii.a2b_qp(content.encode("utf-8", "replace"), header=True)


def _text(data: bytes, label: str) -> str:
    text = decode_as(data, label)
    return text if text is not None else decode(data) or data.decode("latin-1")


def date(value: str) -> str:
    """A date in a form that reads well; as it stands where it cannot be understood."""
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return value
    offset = moment.strftime("%z")
    return moment.strftime("%Y-%m-%d %H:%M") + (f" {offset}" if offset else "")


def lines(message: Message) -> list[tuple[str, str]]:
    """The headers a reader sees, as (name, text)."""
    found = []
    for name, shown in SHOWN:
        text = header(message, name)
        if text:
            text = text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN].rsplit(",", 1)[0] + ", …"
            found.append((shown, text))
    return found
