"""The words that stand in a vault, for telling a misspelled word from a rare one."""

import string
import threading

import apsw
from rapidfuzz import process
from rapidfuzz.distance import OSA

from engine.store.connect import Vault
from engine.store.languages import language_of
from engine.store.rows import rows
from engine.store.tokenizer import Tokenizer, ready

MOST_LOOKED_AT = 20_000
"""Words that are compared with a misspelled one, so that a large vault takes no longer."""
MOST_CANDIDATES = 12
SHOWN_IN = 3
"""Passages that are looked at for the whole word that stands behind a stem."""


class Vocabulary:
    """Words like a given one. The index holds stems; whole words are read from the passages."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._cutters = threading.local()

    def like(self, word: str, reach: int) -> list[tuple[str, int, int]]:
        """Whole words within so many slips of the keyboard: word, slips, passages it stands in.

        A slip is a letter too many, missing, wrong, or two letters exchanged. Nearest first, then
        the most frequent.
        """
        word = word.lower()
        cutter: Tokenizer | None = getattr(self._cutters, "own", None)
        if cutter is None:
            cutter = self._cutters.own = Tokenizer()
        stem = "".join(cutter.plain(word))
        seen: dict[str, int] = {}
        with self._vault.read() as db:
            for low, high in _ranges(stem):
                found = rows(
                    db,
                    "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? LIMIT ?",
                    (low, high, MOST_LOOKED_AT),
                )
                seen |= dict(found)
                if len(seen) >= MOST_LOOKED_AT:
                    break
            near = [
                (apart, -seen[term], term) for term, apart in _near(word, stem, list(seen), reach)
            ]
            like = []
            for _, count, term in sorted(near)[:MOST_CANDIDATES]:
                whole = self._whole(db, term, word, cutter)
                slips = OSA.distance(word, whole, score_cutoff=reach) if whole else reach + 1
                if slips <= reach:
                    like.append((whole, slips, -count))
        return sorted(like, key=lambda each: (each[1], -each[2], each[0]))

    def _whole(self, db: apsw.Connection, term: str, word: str, cutter: Tokenizer) -> str:
        """The word behind a stem that is most like another word; empty where none is found."""
        texts = rows(
            db,
            "SELECT title, heading, text FROM passages WHERE id IN "
            "(SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)",
            (f'"{ready([(term,)])}"', SHOWN_IN),
        )
        whole = [
            each
            for parts in texts
            for language in (language_of("\n".join(parts)),)
            for each in cutter.spelled("\n".join(parts), term, language)
        ]
        return min(whole, key=lambda each: OSA.distance(word, each), default="")


def _near(word: str, stem: str, terms: list[str], reach: int) -> list[tuple[str, int]]:
    """Those of the terms within so many slips of a word or its stem, with the slips."""
    from_stem = dict(_within(stem, terms, reach))
    # The ending of a misspelled word may have kept it from being stemmed.
    by_length: dict[int, list[str]] = {}
    for term in terms:
        by_length.setdefault(len(term), []).append(term)
    for length, own in by_length.items():
        for term, apart in _within(word[:length], own, reach):
            from_stem[term] = min(apart, from_stem.get(term, apart))
    return list(from_stem.items())


def _within(word: str, terms: list[str], reach: int) -> list[tuple[str, int]]:
    found = process.extract(
        word, terms, scorer=OSA.distance, processor=None, score_cutoff=reach, limit=None
    )
    return [(term, int(apart)) for term, apart, _ in found]


def _ranges(stem: str) -> list[tuple[str, str]]:
    """Beginnings that a word may have whose letters were mistyped, as ranges of the index."""
    first, second, third = stem[:1], stem[1:2], stem[2:3]
    letters = string.ascii_lowercase
    starts = [stem[:2], second + first]
    starts += [first + letter + after for letter in letters for after in (second, third)]
    starts += [letter + second + third for letter in letters] + [stem[1:4]]
    starts += [letter + first + second for letter in letters] + [first + stem[2:4]]
    kept: list[str] = []
    for start in dict.fromkeys(start for start in starts if len(start) > 1):
        if not any(start.startswith(longer) for longer in kept):
            kept.append(start)
    return [(start, start[:-1] + chr(ord(start[-1]) + 1)) for start in kept]
