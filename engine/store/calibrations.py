"""What was fitted on a library for a model and a sentence encoder: how sure an answer must be."""

import json
import time
from typing import Any

from engine.store.connect import Vault
from engine.store.rows import value

Json = dict[str, Any]
EVERYWHERE = ""
"""Stands for all libraries together."""


class Calibrations:
    """The calibrations of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def find(self, library: str | None, model: str, embedder: str) -> Json | None:
        """The one fitted for exactly these; None without one."""
        with self._vault.read() as db:
            found = value(
                db,
                "SELECT fitted FROM calibrations WHERE library = ? AND model = ? AND embedder = ?",
                (library or EVERYWHERE, model, embedder),
            )
        return json.loads(found) if found else None

    def put(self, library: str | None, model: str, embedder: str, fitted: Json) -> None:
        with self._vault.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO calibrations VALUES (?, ?, ?, ?, ?)",
                (library or EVERYWHERE, model, embedder, json.dumps(fitted), time.time()),
            )

    def remove(self, library: str | None, model: str, embedder: str) -> bool:
        """Forget it; False where there was none."""
        with self._vault.write() as db:
            db.execute(
                "DELETE FROM calibrations WHERE library = ? AND model = ? AND embedder = ?",
                (library or EVERYWHERE, model, embedder),
            )
            return bool(db.changes())
