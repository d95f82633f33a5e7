"""What kind of words a question seeks, and whether a sentence has any of that kind to give."""

import re
from collections.abc import Sequence
from functools import lru_cache

from engine.answer import form, offices, text
from engine.answer.spans import Token

FIGURE = re.compile(r"(?<![\w.,])[$£€]?\d+(?:[.,:]\d+)*(?!\w*-\w)")
SHARE = re.compile(
    r"\b(?:half|thirds?|quarters?|fifths?|double|twice|free|nothing|all)\b", re.IGNORECASE
)
PRICE = re.compile(
    r"\b(?:costs?|prices?|fees?|pays?|paid|charged?|fare|rent|deposit)\b", re.IGNORECASE
)
MONTH = re.compile(
    r"\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)"
    r"(?:uary|ruary|ch|il|ust|tember|ember|ober)?\b"
)
TIME = re.compile(
    r"\b[1-9]\d{2,3}s?\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2} ?[ap]\.?m\b|\b\d{1,2}[./]\d{1,2}[./]\d"
    rf"|{MONTH.pattern}"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|\b[Cc]entur(?:y|ies)\b|\b(?:BCE?|AD|BP)\b"
)
VAGUE_TIME = re.compile(
    r"\b(?:spring|summer|autumn|winter|noon|midnight|today|yesterday|week(?:end)?s?|days?|months?"
    r"|years?|decades?|hours?|minutes?|during|since|until|when|once|before|after)\b",
    re.IGNORECASE,
)
MEASURING = {
    "many": text.word_set("number many percent percentage share count"),
    "much": text.word_set("much cost price amount fee pay paid charge"),
    "when": text.word_set("when until since"),
}
"""Words of a question that its answer stands for, by the form of the question."""
MEASURED = re.compile(r"\bhow ([a-z]+)\b")
DATED = re.compile(r"\b(?:what|which)(?: \w+)? (date|day|month|year|time|decade|century)\b")
COLOURS = text.word_set(
    "red orange yellow green blue violet purple pink brown black white grey gray silver gold "
    "golden turquoise beige crimson scarlet"
)
COLOUR = re.compile(r"\b(?:what|which) colou?rs?\b", re.IGNORECASE)


@lru_cache(maxsize=64)
def standing_for(question: str) -> frozenset[str]:
    """Stems of the words that the answer stands for: "cost" where a price is asked for."""
    kind = form.read(question).type
    words = set(MEASURING.get(kind, ()))
    named = {"long": MEASURED, "when": DATED}.get(kind)
    if named is not None:
        words.update(match.group(1) for match in named.finditer(question.lower()))
    return frozenset(text.stem(word) for word in words)


def holds(question: str, sentence: str) -> bool | None:
    """Whether a sentence has something of the kind that is asked for, beside what is asked itself.

    None where the question does not tell the kind, or the sentence leaves it open.
    """
    if COLOUR.search(question):
        return not COLOURS.isdisjoint(text.words(sentence))
    kind = form.read(question).type
    if kind in ("many", "long"):
        return bool(text.numbers(sentence) - text.numbers(question))
    if kind == "much":
        if SHARE.search(sentence):
            return True
        if PRICE.search(question) is None:
            return bool(text.numbers(sentence) - text.numbers(question))
        figures = {text.plain_number(each.lstrip("$£€")) for each in FIGURE.findall(sentence)}
        return bool(figures - text.numbers(question))
    if kind == "when":
        asked = question.lower()
        if any(match.group().lower() not in asked for match in TIME.finditer(sentence)):
            return True
        return None if VAGUE_TIME.search(sentence) else False
    return offices.named(question, sentence)


def could_answer(question: str, words: Sequence[Token]) -> bool:
    """Whether these words hold what is asked for, and more than the question says itself.

    A price is no number in words.
    """
    kind = form.read(question).type
    if COLOUR.search(question):
        return any(token.lower in COLOURS for token in words)
    if kind not in ("many", "long", "much", "when"):
        return True
    span = " ".join(token.text for token in words)
    figures = text.numbers(span)
    if figures and figures <= text.numbers(question):
        return False
    if kind in ("many", "when"):
        return True
    if kind == "much" and PRICE.search(question) is not None:
        figures = set() if MONTH.search(span) else set(FIGURE.findall(span))
    return bool(figures) or SHARE.search(span) is not None
