"""Questions that lean on the one before ("and for part-time staff?") made whole for search."""

import re
from collections.abc import Sequence

from engine.answer import text
from engine.model_types import Message

LEANING_START = re.compile(
    r"^\s*(?:and|but|or|so|then|also|what about|how about|why(?: not)?\s*\?|und|aber)\b",
    re.IGNORECASE,
)
LEANING_WORD = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|there|"
    r"one|ones|same|former|latter)\b",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"^\s*(?:(?:and|but|or|und|aber)\s+)?(?:what about|how about|was ist mit)?\s*"
    r"(?:in|for|on|the|im|für)?\s*([^?]{1,40}?)\s*\?*\s*$",
    re.IGNORECASE,
)
"""What is asked about instead: "what about 2023?", "and in March?"."""
ALIKE = (
    re.compile(r"\b(?:19|20)\d{2}\b"),
    re.compile(r"\bQ[1-4]\b", re.IGNORECASE),
    re.compile(
        r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b", re.IGNORECASE),
)
"""Kinds of things of which one takes the other's place."""
FEW_WORDS = 4
"""Content words up to which a question with a pronoun is taken to lean on the one before."""


def leans(question: str) -> bool:
    """Whether a question cannot be understood without the one before."""
    told = len(set(text.content(question)))
    if LEANING_START.search(question) and told <= 2 * FEW_WORDS:
        return True
    return told == 0 or (told <= FEW_WORDS and LEANING_WORD.search(question) is not None)


def standalone(question: str, history: Sequence[Message]) -> str:
    """What to search for: the question, led by the user's earlier ones that it leans on."""
    parts = [question]
    for message in reversed(history):
        if not leans(parts[0]):
            break
        if message.role == "user":
            before = message.content.strip()
            if exchanged := _exchanged(before, parts[0]):
                parts[0] = exchanged
            else:
                parts.insert(0, before)
    return " ".join(parts)


def _exchanged(before: str, question: str) -> str:
    """The question before with its year, month … exchanged for the one that is asked about now.

    Empty where the new question says anything else, or the one before names none or several.
    """
    about = ABOUT.match(question)
    if about is None:
        return ""
    for kind in ALIKE:
        if kind.fullmatch(about[1]) and len(kind.findall(before)) == 1:
            return kind.sub(about[1], before)
    return ""
