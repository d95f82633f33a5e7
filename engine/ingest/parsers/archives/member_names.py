"""Names of files inside archives: in which encoding they are, and without ways out of the archive.

Old ZIP and TAR files do not say in which encoding their names are. All names of an archive are
judged together, by how common their letters are in the script that each encoding would make them.
"""

import re
import unicodedata

MAX_NAME = 120
"""Characters of a base name; systems allow about 255 bytes."""
ENOUGH = 0.45
"""Score from which a guess is believed."""

COMMON_CHINESE = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
    "过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心"
    "文件新建资料报告合同月日表格图片公司项目管理目录附件说明书版本工程技术设计数据通知计划总结"
)
COMMON_KOREAN = frozenset(
    "가이다는의고서지하기사시리도을를에은한로자정대인어나해보수일부제장전주그있것아들으상용안성문"
)
JUNK = re.compile(r"[\x00-\x1f\x7f]")
DRIVE = re.compile(r"^[A-Za-z]:")


def clean(name: str) -> str:
    """The name with folders parted by ``/``, never leading out; ``unnamed`` for nothing."""
    name = JUNK.sub("", name.replace("\\", "/"))
    name = name.encode("utf-8", "replace").decode("utf-8")
    parts = [DRIVE.sub("", part).strip() for part in name.split("/")]
    kept = [_short(part) for part in parts if part.strip(". ")]
    return "/".join(kept) or "unnamed"


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number where an earlier file has it already; is added to ``taken``."""
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        stem, dot, suffix = name.rpartition(".")
        candidate = f"{stem} ({number}).{suffix}" if dot and stem else f"{name} ({number})"
    taken.add(candidate)
    return candidate


def decode_all(raw: list[bytes]) -> list[str]:
    """Names from bytes, all in one encoding; UTF-8 where they are that."""
    try:
        return [name.decode("utf-8") for name in raw]
    except UnicodeDecodeError:
        pass
    odd = b"\n".join(name for name in raw if not name.isascii())[:20_000]
    scores = {codec: _score(odd, codec) for codec in CODECS}
    best = max(scores, key=lambda codec: scores[codec])
    codec = best if scores[best] >= ENOUGH else "cp437"
    return [_named(name, codec) for name in raw]


def _named(name: bytes, codec: str) -> str:
    """Each name for itself UTF-8 or the guessed encoding: archives are also put together."""
    for encoding in ("utf-8", codec):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("cp437")


def _short(part: str) -> str:
    if len(part) <= MAX_NAME:
        return part
    stem, dot, suffix = part.rpartition(".")
    if dot and len(suffix) <= 12:
        return stem[: MAX_NAME - len(suffix) - 1] + "." + suffix
    return part[:MAX_NAME]


CODECS = ("gb18030", "cp932", "big5", "cp949", "cp866", "cp1251", "cp1252", "cp850")


def _score(data: bytes, codec: str) -> float:
    """From 0 to about 1.3: how likely the letters are in the script this encoding is used for."""
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return 0.0
    odd = [letter for letter in text if ord(letter) >= 0x80]
    if not odd:
        return 0.0
    if codec in ("cp866", "cp1251"):
        return _cyrillic(text, len(odd))
    if codec in ("cp1252", "cp850"):
        return _latin(text, odd, 0.78 if codec == "cp1252" else 0.8)
    return float(sum(_wide(letter, codec) for letter in odd)) / len(odd)


def _wide(letter: str, codec: str) -> float:
    code = letter.encode(codec)
    if codec == "cp932":
        if "\u3040" <= letter <= "\u30ff":
            return 1.25
        if len(code) == 1:
            return -0.3
        return 0.75 if 0x88 <= code[0] <= 0x97 else 0.2 if "一" <= letter <= "鿿" else 0.0
    if len(code) != 2:
        return -0.5
    if codec == "gb18030":
        plain = 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1
        return (0.95 if plain else 0.2) + (0.3 if letter in COMMON_CHINESE else 0.0)
    if codec == "big5":
        return 0.85 if 0xA4 <= code[0] <= 0xC6 else 0.1
    plain = "가" <= letter <= "힣" and 0xB0 <= code[0] <= 0xC8 and code[1] >= 0xA1
    return (0.9 if plain else -0.3) + (0.35 if letter in COMMON_KOREAN else 0.0)


def _cyrillic(text: str, odd: int) -> float:
    score = 0.0
    before = " "
    for letter in text:
        if "\u0400" <= letter <= "\u04ff":
            # A capital after a small letter is the mark of the wrong one of the two.
            score += -0.6 if letter.isupper() and before.islower() else 1.0
        elif ord(letter) >= 0x80:
            score -= 0.8
        before = letter
    return score / odd


def _latin(text: str, odd: list[str], most: float) -> float:
    good = sum(unicodedata.category(letter) in ("Ll", "Lu") and letter < "\u0250" for letter in odd)
    mixed = sum(
        upper.isupper() and ord(upper) >= 0x80 for upper in re.findall(r"(?<=[a-z]).", text)
    )
    letters = sum(letter.isascii() and letter.isalpha() for letter in text)
    if letters < len(odd):  # hardly a language with these letters
        return 0.0
    return float(most * (good - mixed) / len(odd))
