"""Bytes → text, for files that do not say in which encoding they are."""

import codecs
import re

from charset_normalizer import from_bytes

from engine.ingest.parsers.charsets import decode_as

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FOREIGN_SHARE = 0.2
"""Share of bytes above ASCII from which a text is hardly in a Western European language."""
SAMPLE = 65_536
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
MAX_CONTROL_SHARE = 0.01
HALF = re.compile(r"[\ud800-\udfff]")


def decode(data: bytes, declared: str = "") -> str | None:
    """The text, its line ends as ``\\n``; ``None`` where the bytes are no text.

    Order: byte order mark, UTF-8, UTF-16 without a mark, the encoding that the file declares,
    what the letters' frequencies say, Windows-1252.
    """
    text = _decode(data, declared)
    if text is None:
        return None
    sample = text[:SAMPLE]
    if len(CONTROL.findall(sample)) > MAX_CONTROL_SHARE * len(sample):
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _decode(data: bytes, declared: str) -> str | None:
    for mark, name in BOMS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    if b"\0" in data[:SAMPLE]:
        return _utf16(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    broken = data.decode("utf-8", errors="replace")
    if _nearly_utf8(broken):
        return broken
    for name in (declared, _guess(data)):
        text = decode_as(data, name)
        if text is not None:
            return text
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _nearly_utf8(text: str) -> bool:
    """Whether a few bytes are broken in what is UTF-8 otherwise."""
    bad = text.count("\ufffd")
    return bad * 10 <= sum(letter > "\x7f" for letter in text[:SAMPLE]) - bad


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: in most texts every second byte is nearly always zero."""
    sample = data[:SAMPLE]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 0.4 * half or min(even, odd) > 0.05 * half:
        return None
    try:
        return data[: len(data) // 2 * 2].decode("utf-16-be" if even > odd else "utf-16-le")
    except UnicodeDecodeError:
        return None


def _guess(data: bytes) -> str:
    """An encoding for texts that are mostly not ASCII; empty where Windows-1252 is likelier."""
    sample = data[:SAMPLE]
    letters = sum(byte > 0x40 for byte in sample) or 1
    if sum(byte >= 0x80 for byte in sample) < FOREIGN_SHARE * letters:
        return ""
    best = from_bytes(sample).best()
    return best.encoding if best is not None else ""


def whole_letters(text: str) -> str:
    """The text with halves of letters beyond the first plane joined, or replaced where alone."""
    if not HALF.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
