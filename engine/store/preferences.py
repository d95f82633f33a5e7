"""Which of two unnamed answers someone liked better, in the vault."""

import time
from dataclasses import dataclass

from engine.store.connect import Vault
from engine.store.rows import rows


@dataclass(frozen=True, slots=True)
class Preference:
    """One judgement of two answers to the same question."""

    question: str
    """Hash of the question."""
    first: str
    """Key of the way that one answer came from; ``first`` sorts before ``second``."""
    second: str
    preferred: str
    """One of the two keys; empty where neither is better."""


class Preferences:
    """The judgements of a vault; they go with their evaluations."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def keep(self, evaluation_id: int, found: Preference) -> None:
        """Keep a judgement, in the place of an earlier one of the same answers."""
        first, second = sorted((found.first, found.second))
        with self._vault.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO preferences VALUES (?, ?, ?, ?, ?, ?)",
                (evaluation_id, found.question, first, second, found.preferred, time.time()),
            )

    def of(self, evaluation_id: int) -> list[Preference]:
        with self._vault.read() as db:
            return [
                Preference(*each)
                for each in rows(
                    db,
                    "SELECT question, first, second, preferred FROM preferences "
                    "WHERE evaluation_id = ? ORDER BY judged_at",
                    (evaluation_id,),
                )
            ]
