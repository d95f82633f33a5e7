"""The word index: BM25 over text, title and heading of the passages (SQLite FTS5).

Source: https://www.sqlite.org/fts5.html
"""

import json
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import apsw
import numpy as np
from numpy.typing import NDArray

from engine.store import tallies
from engine.store.connect import Vault
from engine.store.languages import language_of
from engine.store.rows import numbers, rows, value
from engine.store.tokenizer import ENGLISH, READY, SNOWBALL, Tokenizer, ready

COLUMN_WEIGHTS = (1.0, 2.0, 2.0)
"""Weight of a match in text, title and heading."""

Words = tuple[list[str], list[str]]
"""Words of a passage: of title and heading, and of its text; see :meth:`Lexical.cut`."""

MOST_LISTED = 5_000
"""Passages that a search is narrowed to by a list of them; more are marked."""
MOST_COUNTED = 50_000
"""Words whose frequencies are kept in memory."""

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_MARKED = json.dumps([READY + code for code in SNOWBALL])


@dataclass(frozen=True, slots=True)
class _Known:
    """What was asked of one state of the index."""

    state: bytes
    languages: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    """In how many passages words stand."""

    def count(self, db: apsw.Connection, token: str) -> int:
        found = self.counts.get(token)
        if found is None:
            if len(self.counts) >= MOST_COUNTED:
                self.counts.clear()
            found = self.counts[token] = _documents(db, token)
        return found


class Lexical:
    """Searching by words. Expressions are FTS5's; :mod:`engine.retrieve.query` writes them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._cutters = threading.local()
        self._held: _Known | None = None

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
        narrowed = "WHERE true " if library_id is None else _IN_LIBRARY
        among: object = None
        if only is not None and len(only) > MOST_LISTED:
            # Asked of each passage found, best first, where a list would have to be sorted first.
            narrowed += "AND substr(:only, id + 1, 1) = x'01' "
            among = _marks(np.asarray(only, dtype=np.int64))
        elif only is not None:
            narrowed += "AND id IN (SELECT value FROM carray(:only)) "
            among = numbers(only)
        with self._vault.read() as db:
            found = rows(
                db,
                # Sorted by FTS5 itself ("ORDER BY rank") it takes nearly twice as long. The inner
                # limit keeps the order, so that what narrows is asked of the best ones first.
                f"SELECT id, score FROM (SELECT rowid AS id, -{_RANK_CALL} AS score FROM words "
                "WHERE words MATCH :expression ORDER BY score DESC, id LIMIT -1) AS found "
                f"{narrowed}LIMIT :most",
                {"expression": self._made(db, expression), "library": library_id,
                 "most": most, "only": among},
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
                (self._made(db, expression), numbers(ids)),
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
            return self._known(db).languages

    def forms(self, text: str) -> list[tuple[str, ...]]:
        """The words of a question as the index may hold them, each in one form or several."""
        with self._vault.read() as db:
            return self._cutter.forms(text, self._known(db).languages)

    def cut(self, passages: Iterable[tuple[str, str]]) -> list[Words]:
        """The words of passages as the index knows them: folded and stemmed.

        Each passage comes as title with heading, and its text; in both, a word ``"\\n"`` stands for
        the end of a line.
        """
        cutter, several = self._cutter, len(self.languages()) > 1
        over: dict[tuple[str, str], list[str]] = {}
        found = []
        for above, text in passages:
            # Where all texts are stemmed in English, it need not be told which is in English.
            language = language_of(f"{above}\n{text}") if several else ENGLISH
            if (context := over.get((above, language))) is None:
                context = over[above, language] = cutter.lines(above, language)
            found.append((context, cutter.lines(text, language)))
        return found

    def documents(self, tokens: Iterable[str]) -> dict[str, int]:
        """In how many passages each of the index's words stands; 0 where in none."""
        with self._vault.read() as db:
            known = self._known(db)
            return {token: known.count(db, token) for token in tokens}

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """In how many passages words stand as they are typed; of several parts, the rarest."""
        with self._vault.read() as db:
            known = self._known(db)
            cutter = self._cutter
            return {
                word: min(
                    (
                        max(known.count(db, form) for form in forms)
                        for forms in cutter.forms(word, known.languages)
                    ),
                    default=0,
                )
                for word in words
            }

    def passages(self) -> int:
        """Number of passages in the index."""
        with self._vault.read() as db:
            return tallies.passages(db)

    def _made(self, db: apsw.Connection, expression: str) -> str:
        """An expression whose quoted terms are words of the index, in the languages held here."""
        cutter, languages = self._cutter, self._known(db).languages

        def term(found: re.Match[str]) -> str:
            return f'"{ready(cutter.forms(found[1].replace(chr(34) * 2, chr(34)), languages))}"'

        return _QUOTED.sub(term, expression)

    def _known(self, db: apsw.Connection) -> _Known:
        """What is known of the index as this connection sees it."""
        # FTS5's list of the index's parts, which every change of the index makes another.
        state = value(db, "SELECT block FROM words_data WHERE id = 10")
        held = self._held
        if held is None or held.state != state:
            held = self._held = _Known(state, _languages(db))
        return held


def _languages(db: apsw.Connection) -> list[str]:
    found = rows(
        db,
        "SELECT mark.value FROM json_each(?) AS mark CROSS JOIN vocabulary "
        "ON vocabulary.term = mark.value ORDER BY mark.key",
        (_MARKED,),
    )
    return [ENGLISH, *(mark[1:] for (mark,) in found)]


def _marks(ids: NDArray[np.int64]) -> bytes:
    """A byte for every number up to the highest: 1 where it is among them."""
    marks = np.zeros(int(ids.max()) + 1, dtype=np.uint8)
    marks[ids] = 1
    return marks.tobytes()


def _documents(db: apsw.Connection, token: str) -> int:
    return int(value(db, "SELECT doc FROM vocabulary WHERE term = ?", (token,)) or 0)


_IN_LIBRARY = (
    # Asked of each passage found, best first: a library may hold a million others.
    "WHERE (SELECT library_id FROM documents WHERE id = "
    "(SELECT document_id FROM spans WHERE spans.id = found.id)) = :library "
)
_RANK_CALL = f"bm25(words, {', '.join(map(str, COLUMN_WEIGHTS))})"
