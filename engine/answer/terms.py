"""Terms of the glossary that packed passages use, told to the model that reads them."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from engine.store.glossary import Entry

MOST = 6
"""Terms that are told with the passages of one question."""
LONGEST_MEANING = 120
"""Characters; a longer definition would crowd out the passages."""
LONGEST_RUN = 3
"""Words of a term that is looked for in passages."""
WORD = re.compile(r"[^\W_](?:[^\W_]|[-.&/'’](?=[^\W_]))*")

Meaning = tuple[str, str]
"""A term and what it means."""


class Terms(Protocol):
    """What answering needs of the glossary: ``engine.store.glossary.Glossary``, or a test's."""

    def about(self, texts: Sequence[str], /) -> list[Entry]: ...


def used(text: str, glossary: Terms, library: str | None = None) -> list[Meaning]:
    """The terms that a text uses without saying what they mean, in the order they stand there.

    A term that was found with several meanings is left out, unless the user named one of them.
    """
    said = text.casefold()
    meanings: dict[str, list[Entry]] = {}
    for entry in glossary.about(list(dict.fromkeys(_runs(text)))):
        if library in (None, entry.library) and len(entry.meaning) <= LONGEST_MEANING:
            meanings.setdefault(entry.term, []).append(entry)
    found = []
    for term, entries in meanings.items():
        own = [each for each in entries if each.origin == "user"] or entries
        place = re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text)
        one = len({each.meaning.casefold() for each in own}) == 1
        if place and one and own[0].meaning.casefold() not in said:
            found.append((place.start(), term, own[0].meaning))
    return [(term, meaning) for _, term, meaning in sorted(found)[:MOST]]


def _runs(text: str) -> Iterator[str]:
    """Every run of up to ``LONGEST_RUN`` words that stand beside each other."""
    words = [match.span() for match in WORD.finditer(text)]
    for first, (start, _) in enumerate(words):
        for _, end in words[first : first + LONGEST_RUN]:
            yield text[start:end]
