"""What holds for the whole vault, by name."""

import apsw

from engine.store.connect import Vault
from engine.store.rows import value

EMBEDDER = "embedder"
"""The encoder whose vectors serve: empty or missing for the starter's, else its folder."""
PASSAGE_TOKENS = "passage_tokens"
"""Length that passages are cut to."""
DEFAULT_PASSAGE_TOKENS = 130
RERANKER = "reranker"
"""The reranker in use, as JSON with its name and folder; missing for none."""
RERANKER_MEASURED = "reranker_measured"
"""What was measured of a reranker last, as JSON."""
REEMBED = "reembed"
"""The change of encoder or length under way, as JSON."""


class Facts:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def get(self, name: str) -> str:
        """Empty where nothing is known."""
        with self._vault.read() as db:
            return str(value(db, "SELECT value FROM facts WHERE name = ?", (name,)) or "")

    def passage_tokens(self) -> int:
        return int(self.get(PASSAGE_TOKENS) or DEFAULT_PASSAGE_TOKENS)

    def set(self, name: str, text: str) -> None:
        """An empty text forgets it. Joins a running transaction."""
        with self._vault.write() as db:
            _set(db, name, text)


def _set(db: apsw.Connection, name: str, text: str) -> None:
    if text:
        db.execute("INSERT OR REPLACE INTO facts(name, value) VALUES (?, ?)", (name, text))
    else:
        db.execute("DELETE FROM facts WHERE name = ?", (name,))
