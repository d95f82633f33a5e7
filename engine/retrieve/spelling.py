"""Words that no document holds, and what was probably meant."""

import re

from engine.inference.embedder import Embedder
from engine.retrieve import query
from engine.retrieve.query import Query
from engine.store.lexical import Lexical
from engine.store.vocabulary import Vocabulary

LEAST_LETTERS = 4
"""Shorter words are like too many others."""
TWO_SLIPS = 8
"""Letters of a word from which on two slips are forgiven."""
SHORT = 6
"""Letters of a word below which what is meant has to stand in several passages."""
SEVERAL = 2
BEFORE_WORDS = (
    "anti",
    "bi",
    "co",
    "counter",
    "cross",
    "de",
    "dis",
    "fore",
    "in",
    "inter",
    "mid",
    "mis",
    "multi",
    "non",
    "off",
    "out",
    "over",
    "post",
    "pre",
    "re",
    "semi",
    "sub",
    "super",
    "trans",
    "ultra",
    "un",
    "under",
    "up",
)
"""What makes a new word of a known one, which is then no slip: ``reunified``, ``underpays``."""
MOST_WORDS = 4
"""Words of a question that are looked into, so that pasted text costs nothing."""


def corrections(
    asked: Query, lexical: Lexical, vocabulary: Vocabulary, embedder: Embedder
) -> tuple[tuple[str, str], ...]:
    """Words of a question with the likeliest word of the documents for each.

    A word that the sentence encoder knows whole is a word, even if it stands in no document here.
    """
    names = [
        word
        for word in asked.words
        if len(word) >= LEAST_LETTERS and word.isalpha() and not _is_acronym(word, asked.text)
    ]
    quoted = " ".join(asked.phrases).lower()
    unknown = [
        word
        for word, count in lexical.frequencies(names).items()
        if count == 0 and word not in quoted and not query.is_code(word)
    ]
    found = []
    for word in unknown[:MOST_WORDS]:
        if len(embedder.token_spans(word)) < 2 or _is_made_of(word, lexical, embedder):
            continue
        likely = [
            (whole, count)
            for whole, _, count in vocabulary.like(word, 2 if len(word) >= TWO_SLIPS else 1)
            if len(word) >= SHORT or count >= SEVERAL or word[0] == whole[0]
        ]
        if likely:
            found.append((word, likely[0][0]))
    return tuple(found)


def _is_acronym(word: str, text: str) -> bool:
    """Whether a short word was typed with capitals inside: ``DSMs`` is no slip for ``dams``."""
    if len(word) >= SHORT or text == text.lower():
        return False
    typed = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, flags=re.IGNORECASE)
    return typed is not None and typed[0][1:] != typed[0][1:].lower()


def _is_made_of(word: str, lexical: Lexical, embedder: Embedder) -> bool:
    """Whether a word is a known one with something before it."""
    rests = [
        word[len(first) :]
        for first in BEFORE_WORDS
        if word.startswith(first) and len(word) - len(first) >= LEAST_LETTERS
    ]
    known = lexical.frequencies(rests)
    return any(known[rest] > 0 or len(embedder.token_spans(rest)) < 2 for rest in rests)


def corrected(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """A text with these words exchanged."""
    for wrong, right in pairs:
        text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", right, text, flags=re.IGNORECASE)
    return text
