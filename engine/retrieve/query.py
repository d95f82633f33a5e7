"""From what the user typed to an expression for the word index.

Everything the user types is quoted, so that no text can be an error or an operator of FTS5.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

_PHRASE = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")
_WORD = re.compile(r"\w+(?:[-./'’&_]\w+)*")

_ENGLISH = """
    a about an and any are as at be been being but by can could did do does doing for from had
    has have having he her his how i if in into is it its me my of on or our she should so such
    than that the their them then there these they this those to us was we were what when where
    which while who whom whose why will with would you your
"""

STOP_WORDS = frozenset(_ENGLISH.split())

RARE_SHARE = 0.02
"""In a large vault, words that stand in more than this share of the passages are left out."""

LARGE_VAULT = 20_000
"""Passages from which on only rare words are looked up: common ones cost time and add little."""

MOST_RARE = 6


MOST_WORDS = 64
"""Words of a question that are looked up; FTS5 takes no expressions without end."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the word index needs it."""

    text: str
    words: tuple[str, ...]
    """Words to look up, each once, in the order of the question."""
    phrases: tuple[str, ...]
    """What stood in quotation marks."""

    @property
    def expression(self) -> str:
        """The FTS5 expression; empty where there is nothing to look up."""
        return " OR ".join(quoted(term) for term in (*self.phrases, *self.words))


def parse(text: str) -> Query:
    """Take a question apart. Stop words go, unless there is nothing else."""
    text = text.encode("utf-8", "replace").decode("utf-8")  # pasted half characters
    phrases = tuple(dict.fromkeys(phrase.strip() for phrase in _PHRASE.findall(text)))
    found = list(dict.fromkeys(word.lower() for word in _WORD.findall(text)))
    words = [word for word in found if word not in STOP_WORDS] or found
    return Query(text, tuple(words), tuple(phrase for phrase in phrases if _WORD.search(phrase)))


def rare(query: Query, frequencies: Mapping[str, int], passages: int) -> Query:
    """The question with its rarest words only, for a large vault.

    ``frequencies`` tells in how many passages a word stands. Words that stand nowhere go too.
    """
    present = [word for word in query.words if frequencies.get(word, 0) > 0]
    ordered = sorted(present, key=lambda word: frequencies[word])
    kept = [word for word in ordered if frequencies[word] <= RARE_SHARE * passages][:MOST_RARE]
    chosen = set(kept or ordered[:1])
    return Query(query.text, tuple(word for word in present if word in chosen), query.phrases)


def shortened(query: Query, frequencies: Mapping[str, int]) -> Query:
    """A very long question, e.g. a pasted text, with its rarest words only."""
    ordered = sorted(query.words, key=lambda word: frequencies.get(word, 0) or math.inf)
    chosen = set(ordered[:MOST_WORDS])
    words = tuple(word for word in query.words if word in chosen)
    return Query(query.text, words, query.phrases[:MOST_WORDS])


def quoted(term: str) -> str:
    """A term as an FTS5 string, in which nothing has a meaning of its own."""
    return '"' + term.replace("\0", " ").replace('"', '""') + '"'
