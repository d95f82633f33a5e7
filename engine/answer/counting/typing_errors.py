"""Words of a question that are one slip away from a word of the table, or of counting."""

from collections.abc import Collection

from rapidfuzz.distance import OSA

from engine.answer.counting.words import GENERIC, WORD
from engine.answer.text import word_set

LEAST_LETTERS = 4
"""Shorter words have too many neighbours."""
LONG = 8
"""Letters from which a word may hold two slips."""
OF_COUNTING = word_set(
    "average highest lowest number total cheapest expensive latest earliest oldest longest "
    "shortest maximum minimum greatest largest smallest biggest altogether different"
)


def mended(question: str, known: Collection[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question as it was meant, and what was changed: ``("vists", "visits")``."""
    changed: list[tuple[str, str]] = []
    parts: list[str] = []
    end = 0
    for match in WORD.finditer(question):
        word = match.group().lower()
        meant = _meant(word, known)
        if meant is not None:
            parts += [question[end : match.start()], meant]
            end = match.end()
            changed.append((match.group(), meant))
    return "".join([*parts, question[end:]]), tuple(changed)


def _meant(word: str, known: Collection[str]) -> str | None:
    """The one known word that is near; None where the word is known, or several are near."""
    if len(word) < LEAST_LETTERS or not word.isalpha() or word in known or word in GENERIC:
        return None
    if word in OF_COUNTING or word.rstrip("s") in known or f"{word}s" in known:
        return None
    slips = 2 if len(word) >= LONG else 1
    near = {
        other
        for words in (known, OF_COUNTING)
        for other in words
        if other[0] == word[0]
        and len(other) >= LEAST_LETTERS
        and abs(len(other) - len(word)) <= slips
        and OSA.distance(word, other, score_cutoff=slips) <= slips
    }
    if len({other.rstrip("s") for other in near}) != 1:
        return None
    return min(near, key=lambda other: OSA.distance(word, other))
