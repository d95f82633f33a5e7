"""The word index: BM25 over title, heading and text of the passages (SQLite FTS5).

Source: https://www.sqlite.org/fts5.html
"""

from collections.abc import Iterable, Sequence

import apsw

from engine.store.connect import Vault
from engine.store.rows import numbers, rows, value

COLUMN_WEIGHTS = (2.0, 2.0, 1.0)
"""Weight of a match in title, heading and text."""

_TOKENIZER = ("porter", ["unicode61", "remove_diacritics", "2"])


class Lexical:
    """Searching by words. Expressions are FTS5's; :mod:`engine.retrieve.query` writes them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def search(
        self, expression: str, most: int, library_id: int | None = None
    ) -> list[tuple[int, float]]:
        """Passages by BM25, best first; scores are positive, higher is better.

        An empty expression finds nothing.
        """
        if not expression:
            return []
        only = (
            ""
            if library_id is None
            else "AND rowid IN (SELECT passages.id FROM documents JOIN passages "
            "ON passages.document_id = documents.id WHERE documents.library_id = :library) "
        )
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT rowid, -rank FROM words WHERE words MATCH :expression "
                f"AND rank MATCH '{_RANK}' {only}ORDER BY rank LIMIT :most",
                {"expression": expression, "library": library_id, "most": most},
            )
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
                (expression, numbers(ids)),
            )
        return dict(found)

    def tokens(self, texts: Sequence[str]) -> list[list[str]]:
        """The words of texts as the index knows them: folded and stemmed."""
        with self._vault.read() as db:
            tokenizer = db.fts5_tokenizer(*_TOKENIZER)
            return [_tokens(tokenizer, text) for text in texts]

    def documents(self, tokens: Iterable[str]) -> dict[str, int]:
        """In how many passages each of the index's words stands; 0 where in none."""
        with self._vault.read() as db:
            return {token: _documents(db, token) for token in tokens}

    def frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """In how many passages words stand as they are typed; of several parts, the rarest."""
        with self._vault.read() as db:
            tokenizer = db.fts5_tokenizer(*_TOKENIZER)
            return {
                word: min((_documents(db, token) for token in _tokens(tokenizer, word)), default=0)
                for word in words
            }

    def passages(self) -> int:
        """Number of passages in the index."""
        with self._vault.read() as db:
            return int(value(db, "SELECT count(*) FROM passages"))


def _tokens(tokenizer: apsw.FTS5Tokenizer, text: str) -> list[str]:
    found = tokenizer(
        text.encode("utf-8", "replace"), apsw.FTS5_TOKENIZE_QUERY, None, include_offsets=False
    )
    return [str(words[0]) for words in found]


def _documents(db: apsw.Connection, token: str) -> int:
    return int(value(db, "SELECT doc FROM vocabulary WHERE term = ?", (token,)) or 0)


_RANK = f"bm25({', '.join(map(str, COLUMN_WEIGHTS))})"
_RANK_CALL = f"bm25(words, {', '.join(map(str, COLUMN_WEIGHTS))})"
