"""Words as the answer checks compare them: stems, stop words, numbers, names.

Small and language-light on purpose: English suffixes are cut, other languages keep whole words,
and texts written without spaces (Chinese, Japanese, Thai) fall apart into single characters.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,:/]\d+)*|\d+")
UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def word_set(words: str) -> frozenset[str]:
    """A set from words written in a row."""
    return frozenset(words.split())


STOP_WORDS = word_set(
    """
    a an the of in on at to for from by with and or nor but is are was were be been being am do
    does did doing have has had having can could would should may might must will shall what which
    who whom whose when where why how many much that this these those it its as than then so
    such there here their his her him hers our your my they he she we you i me them us if about
    into onto also any some each every get gets got
    s t re ve ll d m
    der die das den dem des ein eine einen einem einer und oder ist sind war waren wird werden von
    zu zum zur im am auf mit für wer wie wo wann warum welche welcher welches
    """
)
"""Words that carry no evidence: they are in every sentence."""

NEGATIONS = word_set(
    "not no never none neither nor cannot without nicht kein keine keinen nie ohne"
)

NUMBER_WORDS = {
    "zero": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
    "thirteen": "13",
    "fourteen": "14",
    "fifteen": "15",
    "sixteen": "16",
    "seventeen": "17",
    "eighteen": "18",
    "nineteen": "19",
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
    "billion": "1000000000",
}

MONTH = re.compile(
    r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\b"
)

SUFFIXES = tuple(
    sorted(
        word_set("ization ation ment ing ion ied age ed ly e y"),
        key=lambda suffix: (-len(suffix), suffix),
    )
)
"""English endings, longest first."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its English ending, so that "covers" meets "coverage" and "covered"."""
    if not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    # "planned" → "plann" → "plan"
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word


def words(text: str) -> list[str]:
    """The words and numbers of a text, lower case, in order."""
    found: list[str] = []
    for match in WORD.finditer(text.lower().replace("’", "'")):
        word = match.group()
        if UNSPACED.search(word):
            found.extend(word)
        elif word.endswith("n't") and len(word) > 3:
            found.extend((word[:-3], "not"))
        elif "'" in word:
            found.append(word.split("'")[0] or word)
        else:
            found.append(word)
    return found


def content(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order; numbers in their plain form."""
    return [
        plain_number(word) if word[0].isdigit() else stem(NUMBER_WORDS.get(word, word))
        for word in words(text)
        if word not in STOP_WORDS
    ]


def plain_number(text: str) -> str:
    """``1,500.00`` → ``1500``; dates, times and versions keep their separators."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if re.fullmatch(r"\d+\.\d+", text):
        text = text.rstrip("0").rstrip(".")
    return text.lstrip("0") or "0"


def numbers(text: str) -> set[str]:
    """Every number of a text, number words included, in plain form."""
    return {
        plain_number(word) if word[0].isdigit() else NUMBER_WORDS[word]
        for word in words(text)
        if word[0].isdigit() or word in NUMBER_WORDS
    }


def months(text: str) -> set[str]:
    """The months a text names, by their first three letters."""
    return set(MONTH.findall(text))


LINK = re.compile(r"(?:https?://|www\.)[^\s<>()\[\]\"'“”]+|\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b", re.I)


def links(text: str) -> set[str]:
    """The web and mail addresses of a text, without what is only how they are written."""
    return {
        re.sub(r"^https?://(?:www\.)?|^www\.", "", match.group().lower()).rstrip(".,;:!?/")
        for match in LINK.finditer(text)
    }


def is_negated(text: str) -> bool:
    """Whether a text says "not" in some form."""
    return not NEGATIONS.isdisjoint(words(text))


NAME = re.compile(r"[^\W\d_][\w'’&-]*")


def names(text: str) -> set[str]:
    """Stems of the words written like names: capitals inside a sentence, or capitals throughout.

    The first word of a text is left out unless it holds a second capital: it is capitalised
    whatever it is.
    """
    found: set[str] = set()
    starts = True
    for match in NAME.finditer(text):
        word = match.group()
        if match.start() > 0:
            before = text[: match.start()].rstrip(" \"'“”‘’([{*_#>\n\t")
            starts = not before or before[-1] in ".!?:•-–|"
        upper = word[0].isupper()
        several = sum(letter.isupper() for letter in word) > 1
        if upper and (several or not starts):
            found.update(content(word))
    return found


def overlap(wanted: Iterable[str], present: Iterable[str]) -> float:
    """Share of the wanted stems that are present, in [0, 1]; 1 where nothing is wanted."""
    need = set(wanted)
    return len(need & set(present)) / len(need) if need else 1.0
