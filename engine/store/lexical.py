"""The word index: BM25 over title, heading and text of the passages (SQLite FTS5).

Source: https://www.sqlite.org/fts5.html
"""

import json
import re
import threading
from collections.abc import Iterable, Sequence

import apsw
import numpy as np
from numpy.typing import NDArray

from engine.store import tallies
from engine.store.connect import Vault
from engine.store.languages import language_of
from engine.store.rows import numbers, rows, value
from engine.store.tokenizer import ENGLISH, READY, SNOWBALL, Tokenizer, ready

COLUMN_WEIGHTS = (2.0, 2.0, 1.0)
"""Weight of a match in title, heading and text."""

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_MARKED = json.dumps([READY + code for code in SNOWBALL])


class Lexical:
    """Searching by words. Expressions are FTS5's; :mod:`engine.retrieve.query` writes them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._cutters = threading.local()

    def search(
        self,
        expression: str,
        most: int,
        library_id: int | None = None,
        only: Sequence[int] | NDArray[np.int64] | None = None,
    ) -> list[tuple[int, float]]:
        """Passages by BM25, best first; scores are positive, higher is better.

        An empty expression finds nothing. ``only``: among these passages.
        """
        if not expression:
            return []
        narrowed = "" if library_id is None else _IN_LIBRARY
        if only is not None:
            narrowed += "AND +rowid IN (SELECT value FROM carray(:only)) "
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT rowid, -rank FROM words WHERE words MATCH :expression "
                f"AND rank MATCH '{_RANK}' {narrowed}ORDER BY rank LIMIT :most",
                {"expression": _made(db, expression, self._cutter), "library": library_id,
                 "most": most, "only": numbers(() if only is None else only)},
            )  # fmt: skip
        return [(id, score) for id, score in found]

    def scores(self, expression: str, ids: Sequence[int]) -> dict[int, float]:
        """BM25 of those of these passages that match at all."""
        if not expression or not ids:
            return {}
        with self._vault.read() as db:
            found = rows(
                db,
                # The plus keeps SQLite from running the whole match once for every passage.
                f"SELECT rowid, -{_RANK_CALL} FROM words WHERE words MATCH ? "
                "AND +rowid IN (SELECT value FROM carray(?))",
                (_made(db, expression, self._cutter), numbers(ids)),
            )
        return dict(found)

    @property
    def _cutter(self) -> Tokenizer:
        """A tokenizer of this thread's own, which remembers the words it has seen."""
        found: Tokenizer | None = getattr(self._cutters, "own", None)
        if found is None:
            found = self._cutters.own = Tokenizer()
        return found

    def holding(self, expression: str, ids: Sequence[int]) -> set[int]:
        """Those of these passages that an expression matches."""
        return set(self.scores(expression, ids))

    def languages(self) -> list[str]:
        """Languages that words are stemmed in here: English, and those that texts are in."""
        with self._vault.read() as db:
            return _languages(db)

    def forms(self, text: str) -> list[tuple[str, ...]]:
        """The words of a question as the index may hold them, each in one form or several."""
        with self._vault.read() as db:
            return self._cutter.forms(text, _languages(db))

    def tokens(self, texts: Sequence[str]) -> list[list[str]]:
        """The words of texts that belong together as the index knows them: folded and stemmed."""
        cutter, language = self._cutter, language_of("\n".join(texts))
        return [cutter.plain(text, language) for text in texts]

    def documents(self, tokens: Iterable[str]) -> dict[str, int]:
        """In how many passages each of the index's words stands; 0 where in none."""
        with self._vault.read() as db:
            return {token: _documents(db, token) for token in tokens}

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """In how many passages words stand as they are typed; of several parts, the rarest."""
        with self._vault.read() as db:
            languages = _languages(db)
            cutter = self._cutter
            return {
                word: min(
                    (
                        max(_documents(db, form) for form in forms)
                        for forms in cutter.forms(word, languages)
                    ),
                    default=0,
                )
                for word in words
            }

    def passages(self) -> int:
        """Number of passages in the index."""
        with self._vault.read() as db:
            return tallies.passages(db)


def _languages(db: apsw.Connection) -> list[str]:
    found = rows(
        db,
        "SELECT mark.value FROM json_each(?) AS mark CROSS JOIN vocabulary "
        "ON vocabulary.term = mark.value ORDER BY mark.key",
        (_MARKED,),
    )
    return [ENGLISH, *(mark[1:] for (mark,) in found)]


def _made(db: apsw.Connection, expression: str, cutter: Tokenizer) -> str:
    """An expression whose quoted terms are words of the index, in the languages held here."""
    languages = _languages(db)

    def term(found: re.Match[str]) -> str:
        return f'"{ready(cutter.forms(found[1].replace(chr(34) * 2, chr(34)), languages))}"'

    return _QUOTED.sub(term, expression)


def _documents(db: apsw.Connection, token: str) -> int:
    return int(value(db, "SELECT doc FROM vocabulary WHERE term = ?", (token,)) or 0)


_IN_LIBRARY = (
    # Asked of each passage found, best first: a library may hold a million others.
    "AND (SELECT library_id FROM documents WHERE id = "
    "(SELECT document_id FROM spans WHERE spans.id = words.rowid)) = :library "
)
_RANK = f"bm25({', '.join(map(str, COLUMN_WEIGHTS))})"
_RANK_CALL = f"bm25(words, {', '.join(map(str, COLUMN_WEIGHTS))})"
