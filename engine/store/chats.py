"""Conversations: kept in the vault with every answer as it was given."""

import json
import time
from collections.abc import Sequence

import apsw

from engine.errors import NotFoundError
from engine.model_types import Role
from engine.store import answers
from engine.store.connect import Vault
from engine.store.rows import Row, row, rows, value
from engine.types import Answer, ChatMessage, Conversation

_CONVERSATION = "SELECT id, title, created_at, changed_at, model, adapters FROM conversations "
_MESSAGE = (
    "SELECT id, role, text, created_at, answer, pinned, "
    "(SELECT up FROM ratings WHERE message_id = messages.id), "
    "(SELECT corrections.text FROM corrections WHERE message_id = messages.id) FROM messages "
)


class Chats:
    """The conversations of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def conversations(self) -> list[Conversation]:
        """All, the one changed last first."""
        with self._vault.read() as db:
            found = rows(db, _CONVERSATION + "ORDER BY changed_at DESC, id DESC")
        return [_conversation(each) for each in found]

    def conversation(self, conversation_id: int) -> Conversation:
        """One of them. Raises NotFoundError."""
        with self._vault.read() as db:
            _exists(db, conversation_id)
            found = rows(db, _CONVERSATION + "WHERE id = ?", (conversation_id,))
        return _conversation(found[0])

    def create(self, title: str = "") -> Conversation:
        now = time.time()
        with self._vault.write() as db:
            db.execute(
                "INSERT INTO conversations(title, created_at, changed_at) VALUES (?, ?, ?)",
                (title, now, now),
            )
            return Conversation(db.last_insert_rowid(), title, now, now)

    def rename(self, conversation_id: int, title: str) -> None:
        with self._vault.write() as db:
            _exists(db, conversation_id)
            db.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, conversation_id))

    def set_model(self, conversation_id: int, model: str) -> None:
        """Name the model that a conversation is held with; empty for the default.

        Adapters belong to a model, so that another one begins with those of its own.
        """
        with self._vault.write() as db:
            _exists(db, conversation_id)
            db.execute(
                "UPDATE conversations SET adapters = CASE model WHEN ?1 THEN adapters ELSE '' END, "
                "model = ?1 WHERE id = ?2",
                (model, conversation_id),
            )

    def set_adapters(
        self, conversation_id: int, adapters: Sequence[tuple[str, float]] | None
    ) -> None:
        """Hold a conversation with exactly these, or None for those of its model.

        Raises NotFoundError.
        """
        told = "" if adapters is None else json.dumps([list(each) for each in adapters])
        with self._vault.write() as db:
            _exists(db, conversation_id)
            db.execute(
                "UPDATE conversations SET adapters = ? WHERE id = ?", (told, conversation_id)
            )

    def pin(self, message_id: int, pinned: bool) -> ChatMessage:
        """Pin a turn, or let it go. Raises NotFoundError."""
        with self._vault.write() as db:
            db.execute("UPDATE messages SET pinned = ? WHERE id = ?", (int(pinned), message_id))
            found = rows(db, _MESSAGE + "WHERE id = ?", (message_id,))
        if not found:
            raise NotFoundError("This turn does not exist any more.", "Open the conversation anew.")
        return _message(found[0])

    def delete(self, conversation_id: int) -> None:
        """Forget a conversation and its messages; one that is gone already is no error."""
        with self._vault.write() as db:
            db.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def messages(self, conversation_id: int) -> list[ChatMessage]:
        """The turns in order. Raises NotFoundError."""
        with self._vault.read() as db:
            _exists(db, conversation_id)
            found = rows(db, _MESSAGE + "WHERE conversation_id = ? ORDER BY id", (conversation_id,))
        return [_message(each) for each in found]

    def append(
        self, conversation_id: int, role: Role, text: str, answer: Answer | None = None
    ) -> ChatMessage:
        """Add a turn. Raises NotFoundError."""
        with self._vault.write() as db:
            _touch(db, conversation_id)
            db.execute(
                "INSERT INTO messages(conversation_id, role, text, answer, created_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (conversation_id, role, text, _json(answer), time.time()),
            )
            found = rows(db, _MESSAGE + "WHERE id = ?", (db.last_insert_rowid(),))
        return _message(found[0])

    def replace_last_answer(
        self, conversation_id: int, text: str, answer: Answer | None = None
    ) -> ChatMessage:
        """Put another answer in place of the last one. Raises NotFoundError where there is none."""
        with self._vault.write() as db:
            _touch(db, conversation_id)
            last = row(
                db,
                "SELECT id, role FROM messages WHERE conversation_id = ? ORDER BY id DESC LIMIT 1",
                (conversation_id,),
            )
            if last is None or last[1] != "assistant":
                raise NotFoundError("This conversation does not end with an answer.", "Ask again.")
            db.execute(
                "UPDATE messages SET text = ?, answer = ?, created_at = ? WHERE id = ?",
                (text, _json(answer), time.time(), last[0]),
            )
            found = rows(db, _MESSAGE + "WHERE id = ?", (last[0],))
        return _message(found[0])


def _exists(db: apsw.Connection, conversation_id: int) -> None:
    if value(db, "SELECT 1 FROM conversations WHERE id = ?", (conversation_id,)) is None:
        raise NotFoundError(
            "This conversation does not exist any more.", "Start a new one, or choose another."
        )


def _touch(db: apsw.Connection, conversation_id: int) -> None:
    _exists(db, conversation_id)
    db.execute(
        "UPDATE conversations SET changed_at = ? WHERE id = ?", (time.time(), conversation_id)
    )


def _json(answer: Answer | None) -> str | None:
    return None if answer is None else answers.to_json(answer)


def _message(found: Row) -> ChatMessage:
    id, role, text, created_at, answer, pinned, up, correction = found
    given = answers.from_json(answer) if answer else None
    thumb = None if up is None else bool(up)
    return ChatMessage(id, role, text, created_at, given, bool(pinned), thumb, correction or "")


def _conversation(found: Row) -> Conversation:
    id, title, created_at, changed_at, model, adapters = found
    held = tuple((file, scale) for file, scale in json.loads(adapters)) if adapters else None
    return Conversation(id, title, created_at, changed_at, model, held)
