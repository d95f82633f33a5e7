"""Long words that are made of others: ``Bevölkerungsdichte`` also asks for ``Dichte``.

The dictionary is the library's own: a word is taken apart where both parts stand in its texts.
"""

from collections.abc import Collection, Sequence

from engine.retrieve.query import Query
from engine.store.lexical import Lexical

LANGUAGES = frozenset({"de", "nl", "sv", "da", "no", "fi", "hu"})
"""Languages that write such words in one."""
LONG = 9
"""Letters of a word that is looked into."""
LEAST = 4
"""Letters of a part."""
RARE = 3
"""Passages from which on a word is left whole: it finds enough by itself."""
LINKS = ("s", "n", "e", "es", "en")
"""What may stand between two parts."""
MOST_WORDS = 6


def parts(asked: Query, lexical: Lexical) -> tuple[str, ...]:
    """The parts of the question's long and rare words, as the index knows them."""
    if asked.language not in LANGUAGES or asked.language not in lexical.languages():
        return ()
    long = [word for word in asked.words if len(word) >= LONG and word.isalpha()][:MOST_WORDS]
    found: dict[str, None] = {}
    for word, count in lexical.frequencies(long).items():
        if count < RARE:
            found |= dict.fromkeys(_split(word, lexical))
    return tuple(found)


def _split(word: str, lexical: Lexical) -> Sequence[str]:
    """The two parts of a word that are most at home in the texts; empty where it has none."""
    ways: list[tuple[str, str]] = []
    for at in range(LEAST, len(word) - LEAST + 1):
        first, second = word[:at], word[at:]
        shorter = [first[: -len(link)] for link in LINKS if first.endswith(link)]
        ways += [(each, second) for each in (first, *shorter) if len(each) >= LEAST]
    known = _known({part for way in ways for part in way}, lexical)
    whole = [way for way in ways if way[0] in known and way[1] in known]
    best = max(whole, key=lambda way: min(known[part][1] for part in way), default=())
    return [known[part][0] for part in best]


def _known(parts: Collection[str], lexical: Lexical) -> dict[str, tuple[str, int]]:
    """Those parts that stand in the texts: the form that is most frequent, and its passages."""
    ordered = sorted(parts)
    forms = lexical.forms(" ".join(ordered))
    counts = lexical.documents({form for several in forms for form in several} | set(ordered))
    best = {
        part: max((counts[form], form) for form in (part, *several))
        for part, several in zip(ordered, forms, strict=True)
    }
    return {part: (form, count) for part, (count, form) in best.items() if count}
