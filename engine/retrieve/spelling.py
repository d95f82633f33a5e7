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
MOST_WORDS = 4
"""Words of a question that are looked into, so that pasted text costs nothing."""


def corrections(
    asked: Query, lexical: Lexical, vocabulary: Vocabulary, embedder: Embedder
) -> tuple[tuple[str, str], ...]:
    """Words of a question with the likeliest word of the documents for each.

    A word that the sentence encoder knows whole is a word, even if it stands in no document here.
    """
    names = [word for word in asked.words if len(word) >= LEAST_LETTERS and word.isalpha()]
    quoted = " ".join(asked.phrases).lower()
    unknown = [
        word
        for word, count in lexical.frequencies(names).items()
        if count == 0 and word not in quoted and not query.is_code(word)
    ]
    found = []
    for word in unknown[:MOST_WORDS]:
        if len(embedder.token_spans(word)) < 2:
            continue
        likely = vocabulary.like(word, 2 if len(word) >= TWO_SLIPS else 1)
        if likely:
            found.append((word, likely[0][0]))
    return tuple(found)


def corrected(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """A text with these words exchanged."""
    for wrong, right in pairs:
        text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", right, text, flags=re.IGNORECASE)
    return text
