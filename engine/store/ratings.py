"""Thumbs: what the user thought of an answer."""

import time
from dataclasses import dataclass

from engine.errors import NotFoundError
from engine.store import answers
from engine.store.connect import Vault
from engine.store.rows import row, rows
from engine.types import Answer


@dataclass(frozen=True, slots=True)
class Rated:
    """A rated answer."""

    message_id: int
    up: bool
    question: str
    """As it was asked: in a conversation it may lean on the turns before."""
    answer: Answer
    follows: bool
    """Other turns came before it in its conversation."""


class Ratings:
    """The ratings of a vault; they go with their conversations."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def rate(self, message_id: int, up: bool | None) -> None:
        """Keep what the user thought of an answer; None takes it back. Raises NotFoundError."""
        with self._vault.write() as db:
            found = row(db, "SELECT role FROM messages WHERE id = ?", (message_id,))
            if found is None or found[0] != "assistant":
                raise NotFoundError("There is no such answer any more.", "Open the chat anew.")
            if up is None:
                db.execute("DELETE FROM ratings WHERE message_id = ?", (message_id,))
            else:
                db.execute(
                    "INSERT OR REPLACE INTO ratings VALUES (?, ?, ?)",
                    (message_id, int(up), time.time()),
                )

    def of(self, conversation_id: int) -> dict[int, bool]:
        """Whether the thumb is up, by the number of the rated answers of a conversation."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT message_id, up FROM ratings JOIN messages ON messages.id = message_id "
                "WHERE conversation_id = ?",
                (conversation_id,),
            )
        return {message_id: bool(up) for message_id, up in found}

    def all(self) -> list[Rated]:
        """Every rated answer that can still be read, oldest first."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT message_id, up, answer, "
                "(SELECT count(*) FROM messages AS m "
                "WHERE m.conversation_id = messages.conversation_id AND m.id < messages.id) "
                "FROM ratings JOIN messages ON messages.id = message_id "
                "WHERE answer IS NOT NULL ORDER BY message_id",
            )
        rated = []
        for message_id, up, stored, before in found:
            answer = answers.from_json(stored)
            if answer is not None:
                rated.append(Rated(message_id, bool(up), answer.question, answer, before > 1))
        return rated
