"""Form and tone of an answer: its length, whether it keeps a format, how near it is to samples.

Style is compared in shapes, not in words, so that an answer about other things can match: each word
becomes ``w``, or ``W`` where it begins with a capital, each number ``9``; marks and line breaks
stay. Texts are near where the pairs of neighbouring shapes come as often (cosine).
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import median

from engine.answer import text as words_of
from engine.errors import InputError

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:/]\d+)*|\n+|[^\w\s]")
_WORD = re.compile(r"[^\W_]+(?:['’.,:/-][^\W_]+)*")
_ITEM = re.compile(r"\s*(?:[-*•–]|\d+[.)])\s+\S")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./ ](?:\d{1,2}|[^\W\d_]+)[./ ]\d{4}")
FORMATS = ("json", "list", "table", "number", "date", "yes or no", "one line", "one sentence")


def words(text: str) -> int:
    """Length in words; in scripts without spaces, in letters."""
    found = _WORD.findall(text)
    return sum(len(each) if words_of.UNSPACED.search(each) else 1 for each in found)


def valid(text: str, wanted: str) -> bool:
    """Whether an answer has the format that its question names. Raises InputError for others."""
    text = text.strip()
    if wanted.startswith("regex:"):
        return re.fullmatch(wanted.removeprefix("regex:"), text) is not None
    if not text:
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    match wanted:
        case "json":
            return _is_json(text)
        case "list":
            return len(lines) > 1 and all(_ITEM.match(line) for line in lines)
        case "table":
            return len(lines) > 1 and all(line.count("|") >= 2 for line in lines)
        case "number":
            return len(words_of.numbers(text)) == 1 and words(text) <= 3
        case "date":
            return _DATE.fullmatch(text.rstrip(".")) is not None
        case "yes or no":
            return text.rstrip(".!").casefold() in ("yes", "no")
        case "one line":
            return len(lines) == 1
        case "one sentence":
            return len(lines) == 1 and len(re.findall(r"[.!?。！？](?:\s|$)", text)) == 1
    check(wanted)
    return False


def check(wanted: str) -> str:
    """The format, where it is one. Raises InputError."""
    if wanted.startswith("regex:"):
        try:
            re.compile(wanted.removeprefix("regex:"))
        except re.error as error:
            raise InputError(f"“{wanted}” is no pattern: {error}.", "Correct it.") from error
    elif wanted and wanted not in FORMATS:
        raise InputError(
            f"There is no format called “{wanted}”.", f"Use {', '.join(FORMATS)} or regex:PATTERN."
        )
    return wanted


def style(text: str, samples: Sequence[str]) -> float:
    """How near the shapes of a text come to those of the samples together, in [0, 1]."""
    return _cosine(_shapes(text), sum((_shapes(each) for each in samples), Counter[str]()))


def length(text: str, samples: Sequence[str]) -> float:
    """How near the length comes to that of a usual sample: the shorter over the longer."""
    usual, own = median(words(each) for each in samples), words(text)
    return min(own, usual) / max(own, usual) if own and usual else float(own == usual)


def read_samples(text: str) -> list[str]:
    """Samples of a style: texts parted by empty lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _shapes(text: str) -> Counter[str]:
    shapes = ["^", *map(_shape, _TOKEN.findall(text.strip())), "$"]
    return Counter(first + second for first, second in pairwise(shapes))


def _shape(token: str) -> str:
    if token[0].isdigit():
        return "9"
    if token[0].isalpha():
        return "W" if token[0].isupper() else "w"
    return token[0]


def _cosine(first: Counter[str], second: Counter[str]) -> float:
    size = sqrt(_square(first) * _square(second))
    product = sum(count * second[each] for each, count in first.items())
    return min(1.0, product / size) if size else 0.0


def _square(counts: Counter[str]) -> int:
    return sum(count * count for count in counts.values())


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
