"""Names of encodings as mails and web pages write them, and what they mean in practice."""

import codecs

REALLY = {
    # What the label's users write is the larger set, as browsers read it.
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms932": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "windows-949": "cp949",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "visual": "iso-8859-8",
    "koi": "koi8-r",
}
NO_TEXT = frozenset(
    ["idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs"]
)


def codec_of(label: str) -> str:
    """Python's name of an encoding; empty where the label means none."""
    label = label.strip().strip("\"'").lower()
    if not label or not label.isascii() or "\0" in label:
        return ""
    try:
        found = codecs.lookup(REALLY.get(label, label))
    except (LookupError, ValueError):
        return ""
    if found.name.replace("-", "_") in NO_TEXT or not getattr(found, "_is_text_encoding", True):
        return ""
    return found.name


def decode_as(data: bytes, label: str) -> str | None:
    """The text in the labelled encoding; ``None`` where it is not in that."""
    codec = codec_of(label)
    if not codec:
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        pass
    if codec == "cp1252":  # has five holes that older programs fill
        return data.decode("latin-1")
    broken = data.decode(codec, "replace")
    # A few bad bytes do not speak against the label, where it is one that few texts would fit.
    few = broken.count("\ufffd") <= max(1, len(broken) // 200)
    return broken if few and codec not in ("utf-8", "utf-16", "utf-32") else None
