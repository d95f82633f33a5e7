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
            parts.insert(0, message.content.strip())
    return " ".join(parts)
