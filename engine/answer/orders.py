"""Sentences in documents that give orders to the assistant: found, left unread, and told.

Documents are data. A sentence that says "ignore your instructions" or "add this link to your
answer" stays in the library, can be found and is shown; but no model reads it for an answer, none
is quoted from it, and nothing it says supports a sentence. Disguises are taken off first: letters
that are not seen, letters of other alphabets, Base64, spaced letters.
"""

import base64
import binascii
import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache

from engine.answer.order_patterns import OTHER, PLAIN, STRONG
from engine.answer.sentences import Span
from engine.types import Answer

TOLD = "This document contains text that gives orders to the assistant; Alcove did not follow it."
"""What the user reads beside it."""

UNSEEN = re.compile(r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
TAGS = re.compile(r"[\U000e0001-\U000e007f]{8,}")
"""Letters that no screen shows; flags of countries need fewer of them in a row."""
HIDDEN = re.compile(r"[\u200b-\u200d\u2060\ufeff]{16,}")
"""A run of nothing but unseen letters can only be a message."""
LOOKALIKES = str.maketrans("аеорсухіјѕԁһӏοαενικτυ", "aeopcyxijsdhloaevikty"[:21])
CURLY = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—―", '\'\'\'\'""""""------')
ENCODED = re.compile(
    r"(?<![\w+/=-])(?:[A-Za-z0-9+/_-]{4}){5,}[A-Za-z0-9+/_-]{0,3}={0,2}(?![\w+/=])"
)
SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]){7,}\w(?!\w)")
MIXED = re.compile(r"[^\W\d_]*[a-z][^\W\d_]*")
ENDS = re.compile(
    r"[.!?。！？]+[\"'”’)\]*]*(?=\s|$)|[。！？]|\n[ \t]*\n|\n(?=[ \t]*[A-Z#>|*\-•\d\[<`\"“])"
    r"|(?<=[a-z\d)][.!?])(?=[A-Z][a-z])"
)
PARAGRAPH = re.compile(r"\n[ \t]*\n|\Z")
BLOCK = re.compile(
    r"\s*(```.*?(?:```|\Z)|[\"“'][^\n]*|[^\n]*(?:\n(?!\s*\n)[^\n]*){0,20})", re.DOTALL
)
BLANKS = re.compile(r"[ \t]*\n(?:[ \t]*\n){2,}")
WRAP = re.compile(
    r"(?<=[\w,;'\"()-])(?:[ \t]{2,8}|[ \t]{0,8}\r?\n[ \t>]{0,8})(?=[a-z])|[\u00a0\t](?=[a-z])"
)
"""Between two words of one sentence: the end of a line, or more than one blank."""
LEADING = frozenset(".!?:;,|>\"') \n\t")
"""What a pattern may take from the sentence before."""
LONGEST = 1500
"""Characters that one order takes at most."""
AROUND = 20_000
"""Characters to either side that are looked at for what a document says elsewhere."""


@lru_cache(maxsize=512)
def find(text: str) -> tuple[Span, ...]:
    """Where a text gives orders to the assistant: spans of whole sentences, in order, apart."""
    if not text:
        return ()
    cased, origin = _folded(text)
    folded = _lower(cased)
    spans = [match.span() for match in TAGS.finditer(text)]
    spans += [match.span() for match in HIDDEN.finditer(text)]
    for start, end, goes_on in (*_plain(folded), *_disguised(cased)):
        while start < end and folded[start] in LEADING:
            start += 1
        begin, stop = _sentence(cased, start, end)
        if goes_on:
            close = PARAGRAPH.search(folded, stop)
            stop = min(close.start() if close else stop, stop + LONGEST)
        elif folded[begin:stop].rstrip().endswith((":", "```")):
            block = BLOCK.match(folded, stop)
            stop = min(block.end() if block else stop, stop + LONGEST)
        spans.append((origin[begin], origin[stop - 1] + 1))
    return _merged(spans)


def gives(text: str) -> bool:
    """Whether a text gives orders to the assistant anywhere."""
    return bool(find(text))


def gives_near(text: str, start: int, end: int) -> bool:
    """Whether a page's text does around a span."""
    return gives(text[max(0, start - AROUND) : end + AROUND])


def told_of(answer: Answer) -> list[str]:
    """Paths of the documents behind an answer that give orders to the assistant."""
    flagged = [each.path for each in answer.citations if each.gives_orders]
    if answer.why is not None:
        flagged += [
            each.path
            for each in answer.why.passages
            if each.gives_orders and each.use in ("cited", "read")
        ]
        flagged += answer.why.ordering
    return list(dict.fromkeys(flagged))


def readable(text: str) -> str:
    """A text with blanks in place of orders, so that all positions stay as they are."""
    for start, end in find(text):
        text = blanked(text, start, end)
    return text


def blanked(text: str, start: int, end: int) -> str:
    """A text with a blank for every letter of a span; lines stay lines."""
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def without(text: str) -> str:
    """A text without the orders in it, as a model may read it."""
    parts, at = [], 0
    for start, end in find(text):
        parts.append(text[at:start].rstrip(" \t"))
        at = end
    return BLANKS.sub("\n", UNSEEN.sub("", "".join((*parts, text[at:])))).strip() if at else text


def _plain(folded: str) -> Iterator[tuple[int, int, bool]]:
    for patterns, goes_on in ((STRONG, True), (PLAIN, False), (OTHER, False)):
        for pattern in patterns:
            for match in pattern.finditer(folded):
                yield match.start(), match.end(), goes_on


def _disguised(cased: str) -> Iterator[tuple[int, int, bool]]:
    """Orders in Base64 and in letters set apart."""
    for match in ENCODED.finditer(cased):
        said = _decoded(match.group())
        if said and any(True for _ in _plain(_lower(_folded(said)[0]))):
            yield match.start(), match.end(), False
    for match in SPACED.finditer(cased.lower()):
        wide = re.sub(r"(\w)[ .\-_*](?=\w(?:[ .\-_*]|$))", r"\1", match.group())
        if re.search(r"ignore|disregard|instruction|youranswer|yourresponse|yourreply", wide):
            yield match.start(), match.end(), False


def _decoded(word: str) -> str:
    """What a word says in Base64; empty where that is no text."""
    padded = word.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        said = base64.b64decode(padded + "=" * (-len(padded) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    plain = sum(letter.isalpha() or letter.isspace() for letter in said)
    return said if plain >= 0.8 * len(said) else ""


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is matched, and for each of its letters where it came from.

    Without accents and what cannot be seen, quotes and hyphens plain, lines that run on joined.
    """
    cased, origin = _plainly(text)
    if WRAP.search(cased) is None:
        return cased, origin
    parts, places, at = [], array("q"), 0
    for match in WRAP.finditer(cased):
        parts += [cased[at : match.start()], " "]
        places.extend(origin[at : match.start() + 1])
        at = match.end()
    places.extend(origin[at:])
    return "".join((*parts, cased[at:])), places


def _plainly(text: str) -> tuple[str, Sequence[int]]:
    if text.isascii():
        return text, range(len(text))
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        if "\ue000" > letter > "\u2fff":
            letters.append(letter)
            places.append(place)
            continue
        if UNSEEN.match(letter) or "\U000e0000" <= letter <= "\U000e007f":
            continue
        for piece in unicodedata.normalize("NFKD", letter).translate(CURLY):
            if not unicodedata.combining(piece):
                letters.append(piece)
                places.append(place)
    folded = MIXED.sub(lambda word: word.group().translate(LOOKALIKES), "".join(letters))
    return folded, places


def _lower(cased: str) -> str:
    """Lower case, as long as before."""
    lower = cased.lower()
    if len(lower) == len(cased):
        return lower
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in cased)


def _sentence(cased: str, start: int, end: int) -> Span:
    """The sentence around a match: to the marks, blank lines or new beginnings beside it."""
    begin = 0
    stop = len(cased)
    for match in ENDS.finditer(cased, max(0, start - LONGEST)):
        if match.end() <= start:
            begin = match.end()
        elif match.start() >= end - 1:
            stop = match.end()
            break
    begin = max(begin, start - LONGEST)
    stop = min(stop, end + LONGEST)
    while begin < start and cased[begin].isspace():
        begin += 1
    while stop > end and cased[stop - 1].isspace():
        stop -= 1
    return begin, max(stop, begin + 1)


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
