"""Short answers inside sentences: which stretches of words could be one, and their features.

The features are those of the logistic-regression reader in the SQuAD paper (Rajpurkar et al.,
2016) without its parser: the kind of the words against the kind of the question, what stands
around them, and how near the question's own words are.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from engine.answer import text
from engine.answer.form import Form

TOKEN = re.compile(
    r"[^\W\d_]+(?:[-'’.&][^\W\d_]+)*|[$£€]?\d+(?:[.,:/]\d+)*%?(?:st|nd|rd|th|s)?|[^\w\s]|\w+"
)
FUNCTION_WORDS = text.STOP_WORDS | text.word_set(
    "not because after before during until while since between through under over against called "
    "named known however although though both either neither without within per via another other "
    "others"
)
LONGEST = 10
"""Most words and marks in a short answer."""
BREAKS = frozenset('.;:?!()"“”[]|')
CLAUSE_MARKS = BREAKS | {","}
MONTHS = text.word_set(
    "january february march april may june july august september october november december"
)
CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
VERB = re.compile(r"(ed|ing|es)$")

Feature = tuple[str, float]

SOUGHT = {
    "many": "number",
    "much": "number",
    "long": "number",
    "when": "time",
    "who": "name",
    "name": "name",
    "where": "place",
    "what is": "thing",
    "what thing": "thing",
}
"""What a question of each form seeks; ``"other"`` where it is anything."""
FAMILY = {
    "date": "time",
    "year": "time",
    "year in words": "time",
    "number": "number",
    "number and unit": "number",
    "number in words": "number",
    "money": "number",
    "percent": "number",
    "name": "name",
    "names": "name",
    "mixed": "mixed",
    "word": "words",
    "words": "words",
}
"""What each kind of words could be the answer to."""
CLASSES = {
    "article": text.word_set("a an the"),
    "of": text.word_set("of"),
    "to": text.word_set("to"),
    "in": text.word_set("in at on within"),
    "by": text.word_set("by from"),
    "as": text.word_set("as called named known like than"),
    "with": text.word_set("with for into about against between under over through per without via"),
    "time word": text.word_set("after before during until since while when"),
    "and": text.word_set("and or but nor both either neither"),
    "relative": text.word_set("that which who whom whose where because so if though although"),
    "is": text.word_set("is are was were be been being"),
    "auxiliary": text.word_set(
        "has have had do does did can could will would shall should may might must"
    ),
    "possessive": text.word_set("his her its their our my your this these those such each every"),
    "pronoun": text.word_set("he she it they we i you him them us me there"),
    "not": text.word_set("not no also only very more most much many however"),
}
"""Function words by what they do in a sentence; the rest are ``"function"``."""
MARKS = {
    ",": "comma",
    "(": "opening",
    "[": "opening",
    ")": "closing",
    "]": "closing",
    '"': "quote",
    "“": "quote",
    "”": "quote",
    "-": "hyphen",
    "–": "hyphen",
    "/": "hyphen",
    ".": "stop",
    ";": "stop",
    ":": "stop",
    "|": "cell",
}


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int
    end: int
    lower: str
    stem: str
    is_word: bool
    is_function: bool


def tokens(sentence: str) -> list[Token]:
    """The words and marks of a sentence with their spans."""
    found = []
    for match in TOKEN.finditer(sentence):
        word = match.group()
        lower = word.lower().replace("’", "'")
        stems = text.content(word)
        found.append(
            Token(
                word,
                match.start(),
                match.end(),
                lower,
                stems[-1] if stems else lower,
                word[0].isalnum() or word[0] in "$£€",
                lower in FUNCTION_WORDS,
            )
        )
    return found


def kind(span: list[Token]) -> str:
    """What a stretch of words looks like: a year, money, a name, …"""
    words = [token for token in span if token.is_word]
    lower = [token.lower for token in words]
    months = any(
        word in MONTHS and token.text[0].isupper() for word, token in zip(lower, words, strict=True)
    )
    if any(re.fullmatch(r"1\d\d\d|20\d\d|\d{3,4}s", word) for word in lower):
        return "date" if months else "year" if len(words) <= 2 else "year in words"
    if (months and len(words) <= 4) or any(CLOCK.fullmatch(word) for word in lower):
        return "date"
    if any(word in ("century", "bc", "ad", "bce", "centuries") for word in lower):
        return "year in words"
    numeric = [
        word for word in lower if word[0].isdigit() or word[0] in "$£€" or word in text.NUMBER_WORDS
    ]
    if numeric:
        if any(word[0] in "$£€" for word in lower) or lower[-1] in (
            "eur",
            "usd",
            "dollars",
            "euros",
        ):
            return "money"
        if any("%" in token.text for token in span) or "percent" in lower:
            return "percent"
        if len(words) == 1:
            return "number"
        leads = lower[0] in numeric or lower[0] in ("about", "over", "more", "nearly", "around")
        return "number and unit" if leads else "number in words"
    capital = [token.text[0].isupper() for token in words]
    if capital[0] and all(
        big or token.is_function for big, token in zip(capital, words, strict=True)
    ):
        return "name" if len(words) == 1 else "names"
    if any(capital):
        return "mixed"
    return "word" if len(words) == 1 else "words"


UNIT = re.compile(
    r"(?<=\d)\s?(?:%|°[CF]?|per ?cent\b|(?:hundred|thousand|million|billion|trillion)\b"
    r"|(?:days?|weeks?|months?|years?|hours?|minutes?|seconds?|knots?|km/h|mph|m/s|km|cm|mm|m|metres?|meters?"
    r"|miles?|feet|inch(?:es)?|degrees?|kg|g|tons?|tonnes?|litres?|liters?|euros?|dollars?|pounds?|crowns?"
    r"|EUR|USD|CHF|GBP)\b)"
)


def with_unit(passage: str, end: int) -> int:
    """The end of a short answer, moved past the unit that follows its number."""
    unit = UNIT.match(passage, end)
    return unit.end() if unit else end


def candidates(words: list[Token]) -> Iterator[tuple[int, int]]:
    """Token ranges (last one included) that could be a short answer."""
    for first, token in enumerate(words):
        if not _dated(words, first, 1) and (not token.is_word or token.is_function):
            continue
        if token.lower in ("least", "most") and first and words[first - 1].lower == "at":
            continue  # half of "at least" says nothing
        if first and _month(words[first - 1]) and token.text[0].isdigit():
            continue  # a piece of a date
        for last in range(first, min(len(words), first + LONGEST)):
            mark = words[last].text
            if mark in BREAKS or (mark == "," and last - first > 6):
                break
            if words[last].text.isdigit() and last + 1 < len(words) and _month(words[last + 1]):
                continue  # a piece of a date
            dated = last > first and _dated(words, last, -1)
            if dated or (words[last].is_word and not words[last].is_function):
                yield first, last


def said_again(words: Sequence[Token], asked: Collection[str]) -> int:
    """How many words a sentence begins with that only say what is asked: the head of a list.

    It ends with a colon. ``asked`` holds the stems of the question; 0 where there is no such head.
    """
    colon = next((at for at, token in enumerate(words) if token.text == ":"), 0)
    known = all(
        token.stem in asked or token.is_function or not token.is_word for token in words[:colon]
    )
    return colon if known else 0


def counts(words: list[Token], first: int, last: int) -> bool:
    """Whether it begins with a number that only counts things ("two more points"): no amount."""
    if words[first].lower not in text.NUMBER_WORDS or last + 1 >= len(words):
        return False
    after = words[first + 1 : last + 2]
    return all(token.is_word and UNIT.match(f"1 {token.text}", 1) is None for token in after)


def _dated(words: Sequence[Token], at: int, step: int) -> bool:
    """Whether a month stands there, a number on this side of it; "May" is grammar elsewhere."""
    beside = at + step
    return _month(words[at]) and 0 <= beside < len(words) and words[beside].text[0].isdigit()


def _month(token: Token) -> bool:
    return token.lower in MONTHS and token.text[0].isupper()


def features(
    form: Form,
    words: list[Token],
    asked: set[str],
    weight: Callable[[str], float],
    first: int,
    last: int,
) -> list[Feature]:
    """What speaks for and against ``words[first..last]`` as the answer; names with values."""
    span = words[first : last + 1]
    inside = [token for token in span if token.is_word and not token.is_function]
    total = sum(weight(stem) for stem in asked) or 1.0
    met = [
        weight(token.stem) / total if token.stem in asked and not token.is_function else 0.0
        for token in words
    ]
    shape = kind(span)
    size = last - first + 1
    echoed = sum(token.stem in asked for token in inside) / len(inside)
    near = sum(
        share / (1 + min(abs(at - first), abs(at - last)))
        for at, share in enumerate(met)
        if share and not first <= at <= last
    )
    sought = SOUGHT.get(form.type, "other")
    found: list[Feature] = [
        (shape, 1.0),
        (f"{sought} as {FAMILY[shape]}", 1.0),
        (f"size {min(size, 7)}", 1.0),
        ("echoed", echoed),
        ("some echoed", float(echoed > 0)),
        ("all echoed", float(echoed == 1)),
        ("near", near),
        ("left", sum(met[max(0, first - 6) : first])),
        ("right", sum(met[last + 1 : last + 7])),
        (f"{FAMILY[shape]} in clause", _in_clause(words, met, first, last)),
        ("rare", min(weight(token.stem) for token in inside) / 10),
        (f"before {_neighbour(words, met, first - 1)}", 1.0),
        (f"after {_neighbour(words, met, last + 1)}", 1.0),
    ]
    found.extend((name, 1.0) for name in _shape_flags(form, words, first, last))
    return found


def _in_clause(words: list[Token], met: list[float], first: int, last: int) -> float:
    """How much of the question stands between the commas around an answer, which say what of.

    Nothing for one that goes over a comma itself.
    """
    if any(token.text in CLAUSE_MARKS for token in words[first : last + 1]):
        return 0.0
    while first and words[first - 1].text not in CLAUSE_MARKS:
        first -= 1
    while last + 1 < len(words) and words[last + 1].text not in CLAUSE_MARKS:
        last += 1
    return sum(met[first : last + 1])


def _neighbour(words: list[Token], met: list[float], at: int) -> str:
    """The grammatical class of the token beside a stretch of words."""
    if not 0 <= at < len(words):
        return "edge"
    token = words[at]
    if not token.is_word:
        return MARKS.get(token.text, "mark")
    if token.is_function:
        return next((name for name, known in CLASSES.items() if token.lower in known), "function")
    return "asked" if met[at] else "word"


def _shape_flags(form: Form, words: list[Token], first: int, last: int) -> Iterator[str]:
    """Signs that hold or do not."""
    begin, end = words[first], words[last]
    left = words[first - 1] if first else None
    right = words[last + 1] if last + 1 < len(words) else None
    if (
        left
        and left.is_word
        and not left.is_function
        and left.text[0].isupper()
        and begin.text[0].isupper()
    ):
        yield "name cut at left"
    if (
        right
        and right.is_word
        and not right.is_function
        and right.text[0].isupper()
        and end.text[0].isupper()
    ):
        yield "name cut at right"
    following = next((t.stem for t in words[last + 1 :] if t.is_word and not t.is_function), "")
    preceding = next(
        (t.stem for t in reversed(words[:first]) if t.is_word and not t.is_function), ""
    )
    head, tail = (form.after[0], form.after[-1]) if form.after else ("", "")
    if form.type == "when" and tail and preceding == tail:
        yield "time after tail"
    numbered = begin is end and begin.text[0].isdigit() and left is not None
    if numbered and form.word in ("what", "which") and words[first - 1].stem in form.after[:2]:
        yield "numbered as asked"
    if head and following == head:
        yield "followed by head"
    if tail and preceding == tail:
        yield "preceded by tail"
    if head and preceding == head:
        yield "preceded by head"
    if tail and following == tail:
        yield "followed by tail"
    if form.before and preceding == form.before[-1]:
        yield "preceded as asked"
    if form.word in ("what", "which") and head and end.stem == head:
        yield "ends with head"
    for name, token in (("begins", begin), ("ends", end)):
        if not token.text[0].isupper() and VERB.search(token.lower):
            yield f"{name} like a verb"
        if token.lower.endswith("ly"):
            yield f"{name} with an adverb"
    if left and right and left.text in "\"“‘'" and right.text in "\"”’'":
        yield "in quotes"
    if left and right and left.text == "(" and right.text == ")":
        yield "in brackets"
