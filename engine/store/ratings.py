"""What the user thought of an answer: a thumb, and what it should have said."""

import time
from dataclasses import dataclass

import apsw

from engine.errors import NotFoundError
from engine.store import answers
from engine.store.connect import Vault
from engine.store.rows import row, rows
from engine.types import Answer


@dataclass(frozen=True, slots=True)
class Rated:
    """An answer of which the user said something."""

    message_id: int
    up: bool | None
    """None where it was corrected without a thumb."""
    question: str
    """As it was asked: in a conversation it may lean on the turns before."""
    answer: Answer
    follows: bool
    """Other turns came before it in its conversation."""
    correction: str = ""
    """What the user wrote in its place; mostly empty."""

    @property
    def wanted(self) -> str:
        """The answer that was wanted, as far as the user said it; empty where only a thumb down
        says what was not.
        """
        return self.correction or (self.answer.text if self.up else "")


class Ratings:
    """Thumbs and corrections of a vault; they go with their conversations."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def rate(self, message_id: int, up: bool | None) -> None:
        """Keep what the user thought of an answer; None takes it back. Raises NotFoundError."""
        with self._vault.write() as db:
            _is_answer(db, message_id)
            if up is None:
                db.execute("DELETE FROM ratings WHERE message_id = ?", (message_id,))
            else:
                db.execute(
                    "INSERT OR REPLACE INTO ratings VALUES (?, ?, ?)",
                    (message_id, int(up), time.time()),
                )

    def correct(self, message_id: int, text: str) -> None:
        """Keep what an answer should have said; an empty text takes it back.

        Raises NotFoundError.
        """
        with self._vault.write() as db:
            _is_answer(db, message_id)
            if text.strip():
                db.execute(
                    "INSERT OR REPLACE INTO corrections VALUES (?, ?, ?)",
                    (message_id, text.strip(), time.time()),
                )
            else:
                db.execute("DELETE FROM corrections WHERE message_id = ?", (message_id,))

    def all(self) -> list[Rated]:
        """Every answer with a thumb or a correction that can still be read, oldest first."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT messages.id, ratings.up, messages.answer, corrections.text, "
                "(SELECT count(*) FROM messages AS m "
                "WHERE m.conversation_id = messages.conversation_id AND m.id < messages.id) "
                "FROM (SELECT message_id FROM ratings UNION SELECT message_id FROM corrections) "
                "AS said JOIN messages ON messages.id = said.message_id "
                "LEFT JOIN ratings ON ratings.message_id = messages.id "
                "LEFT JOIN corrections ON corrections.message_id = messages.id "
                "WHERE messages.answer IS NOT NULL ORDER BY messages.id",
            )
        rated = []
        for message_id, up, stored, correction, before in found:
            answer = answers.from_json(stored)
            if answer is not None:
                thumb = None if up is None else bool(up)
                rated.append(
                    Rated(message_id, thumb, answer.question, answer, before > 1, correction or "")
                )
        return rated


def _is_answer(db: apsw.Connection, message_id: int) -> None:
    found = row(db, "SELECT role FROM messages WHERE id = ?", (message_id,))
    if found is None or found[0] != "assistant":
        raise NotFoundError("There is no such answer any more.", "Open the chat anew.")
