"""The superlative of a question ("the five most expensive") and how many rows it asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.answer.counting import words as said
from engine.answer.counting.filters import Filters, number_word
from engine.answer.counting.table import FULL, Mention

MOST = 200
"""The longest list that is asked for in words."""


@dataclass(frozen=True, slots=True)
class Superlative:
    """A word such as "highest", and the number that stands with it."""

    word: str
    greatest: bool
    kind: str
    """What kind of column it compares, such as ``"price"``; empty where it does not say."""
    start: int
    end: int
    top: int
    """How many are asked for; 0 where no number is named."""
    places: frozenset[int]
    """The words of the question that it takes up."""


def find(filters: Filters, mentions: Sequence[Mention]) -> Superlative | None:
    """The first superlative that is no part of a value, a limit or a title."""
    for match in said.SUPERLATIVE.finditer(filters.question):
        places = {
            i
            for i, word in enumerate(filters.words)
            if word.start < match.end() and match.start() < word.end
        }
        whole_title = any(
            mention.strength == FULL
            and mention.last > mention.first
            and not places.isdisjoint(range(mention.first, mention.last + 1))
            for mention in mentions
        )
        if whole_title or not filters.used.isdisjoint(places):
            continue
        word = match.group().lower()
        greatest, kind = said.SUPERLATIVES[word]
        top, place = _top(filters, min(places), max(places))
        taken = frozenset(places if place is None else places | {place})
        return Superlative(word, greatest, kind, match.start(), match.end(), top, taken)
    return None


def _top(filters: Filters, first: int, last: int) -> tuple[int, int | None]:
    """``top 5``, ``the five largest``, ``five orders with the largest …``: number and place."""
    words = filters.words
    for place in (last + 1, first - 1):
        if 0 <= place < len(words) and place not in filters.used:
            number = number_word(words[place].text)
            if number is not None and 0 < number <= MOST:
                return number, place
    for place, word in enumerate(words[:-1]):
        number = number_word(word.text)
        if number is None or not 1 < number <= MOST or place in filters.used:
            continue
        if filters.index.explains(words[place + 1]):
            return number, place
    return 0, None
