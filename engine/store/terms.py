"""Short forms and defined terms, as documents explain them.

"myocardial infarction (MI)" and "MI (myocardial infarction)" after Schwartz and Hearst, A simple
algorithm for identifying abbreviation definitions in biomedical text (PSB 2003); lists and tables
of abbreviations ("MI: myocardial infarction"); definitions ("“Agreement” means …").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["abbreviation", "definition"]

LONGEST_SHORT = 10
MOST_WORDS_SHORT = 2
LONGEST_MEANING = 100
LONGEST_DEFINITION = 300
MOST_IN_A_TEXT = 2_000
"""Terms taken from one text; a dictionary belongs into a file that is imported."""

_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]\n]{2,100})[)）\]]")
_SHORT = re.compile(r"[^\W_][\w&/.+-]*(?: [^\W_][\w&/.+-]*)?")
_LINE = re.compile(
    r"^[ \t]*(?:[-*•][ \t]+|\|[ \t]*)?(?:\*\*)?(?P<short>[^\W_][\w&/.+-]{1,9})(?:\*\*)?[ \t]*"
    r"(?:[:=|\t]|[–—]|-(?=[ \t]))[ \t]*(?P<meaning>[^|\n]{3,100}?)[ \t]*(?:\||$)",
    re.MULTILINE,
)
_DEFINED = re.compile(
    r"[\"“„«](?P<term>[^\"“”„«»\n]{2,60})[\"”“»](?:\s*\([^)\n]{1,60}\))?\s+"
    r"(?:means?|shall mean|refers to|is defined as|bedeutet|bezeichnet|désigne|significa)\s+"
    r"(?P<meaning>[^\n]{3,}?)(?=[.;](?:\s|$)|\n|$)"
)
_BREAK = re.compile(r"[.;:!?\n|]\s|[\n|]")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Found:
    """A term with what it means."""

    term: str
    meaning: str
    kind: Kind = "abbreviation"


def find(text: str) -> list[Found]:
    """The terms that a text explains, each once, in order."""
    found: dict[tuple[str, str], Found] = {}
    for each in _all(text):
        found.setdefault((each.term.casefold(), each.meaning.casefold()), each)
        if len(found) >= MOST_IN_A_TEXT:
            break
    return list(found.values())


def _all(text: str) -> Iterator[Found]:
    for match in _BRACKETS.finditer(text):
        inside = " ".join(match[1].split())
        before = _BREAK.split(text[max(0, match.start() - 200) : match.start()])[-1]
        short = re.split(r"[,;]\s|\s(?:or|oder|ou|see|e\.g\.)\s", inside)[0].strip(" \"'“”„")
        if is_short(short):
            meaning = meaning_of(short, before)
            if meaning:
                yield Found(short, meaning)
                continue
        words = before.split()
        # Behind a short form, the brackets hold its meaning and nothing else.
        if (
            words
            and is_short(words[-1])
            and meaning_of(words[-1], inside).casefold() == inside.casefold()
        ):
            yield Found(words[-1], inside)
    for match in _LINE.finditer(text):
        short, meaning = match["short"], match["meaning"].strip(" *.,;")
        if is_short(short) and meaning_of(short, meaning).casefold() == meaning.casefold() != "":
            yield Found(short, meaning)
    for match in _DEFINED.finditer(text):
        meaning = " ".join(match["meaning"].split())[:LONGEST_DEFINITION]
        yield Found(" ".join(match["term"].split()), meaning, "definition")


def is_short(text: str) -> bool:
    """Whether a text may be a short form: a word or two with a capital, or letters and digits."""
    return (
        2 <= len(text) <= LONGEST_SHORT
        and _SHORT.fullmatch(text) is not None
        and any(map(str.isalpha, text))
        and (any(map(str.isupper, text[1:])) or (text[0].isupper() and len(text) <= 4))
        and not text.endswith(".")
    )


def meaning_of(short: str, before: str) -> str:
    """The words at the end of a text that a short form stands for; empty where none do.

    From the end, every letter or digit of the short form has to stand in the text in order, its
    first at the beginning of a word.
    """
    letters = [letter for letter in short.casefold() if letter.isalnum()]
    words = list(_WORD.finditer(before))
    most = min(len(letters) + 5, 2 * len(letters))
    window = before[words[-most].start() :] if len(words) > most else before
    window = window.rstrip(" ,;:\"'“”„")
    text = window.casefold()
    if len(text) != len(window):
        return ""
    at = len(text)
    for number in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= 0 and (
            text[at] != letters[number] or (number == 0 and at > 0 and (text[at - 1].isalnum()))
        ):
            at -= 1
        if at < 0:
            return ""
    meaning = " ".join(window[at:].split()).lstrip("\"'“”„([")
    enough = len(meaning) > len(short) and len(meaning.split()) <= most
    own = short.casefold() in meaning.casefold().split()
    return meaning if enough and not own and len(meaning) <= LONGEST_MEANING else ""
