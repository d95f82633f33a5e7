"""Sets of questions in the vault; one that was asked is frozen and changes no more."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from engine.errors import InputError, NotFoundError
from engine.store.connect import Vault
from engine.store.rows import Row, row, rows, value

_COLUMNS = "SELECT id, name, origin, library, questions, sha256, made_at, frozen_at "


@dataclass(frozen=True, slots=True)
class StoredSet:
    """One set; its questions are rows as a question file holds them."""

    id: int
    name: str
    origin: str
    """``written``, ``file``, ``library`` or ``thumbs``."""
    library: str
    """That it asks about; empty for all."""
    questions: tuple[dict[str, Any], ...]
    sha256: str
    made_at: float
    frozen_at: float | None


class QuestionSets:
    """The sets of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def all(self) -> list[StoredSet]:
        """Every set, the newest first."""
        with self._vault.read() as db:
            return [
                _stored(each) for each in rows(db, f"{_COLUMNS}FROM question_sets ORDER BY -id")
            ]

    def one(self, set_id: int) -> StoredSet:
        """Raises NotFoundError."""
        with self._vault.read() as db:
            found = row(db, f"{_COLUMNS}FROM question_sets WHERE id = ?", (set_id,))
        if found is None:
            raise NotFoundError("This set of questions is gone.", "Choose another.")
        return _stored(found)

    def add(
        self, name: str, origin: str, library: str, questions: Sequence[dict[str, Any]], sha256: str
    ) -> int:
        """Keep a new one; returns its number. Raises InputError where the name is taken."""
        with self._vault.write() as db:
            _is_free(db, name, 0)
            db.execute(
                "INSERT INTO question_sets(name, origin, library, questions, sha256, made_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (name, origin, library, _dump(questions), sha256, time.time()),
            )
            return db.last_insert_rowid()

    def change(
        self, set_id: int, name: str, library: str, questions: Sequence[dict[str, Any]], sha256: str
    ) -> None:
        """Put these questions in the place of those before.

        Raises NotFoundError, and InputError for a frozen set or a name that is taken.
        """
        with self._vault.write() as db:
            found = row(db, "SELECT sha256, frozen_at FROM question_sets WHERE id = ?", (set_id,))
            if found is None:
                raise NotFoundError("This set of questions is gone.", "Choose another.")
            if found[1] is not None and found[0] != sha256:
                raise InputError(
                    "This set was asked already, so its questions stay as they are.",
                    "Make a copy and change that.",
                )
            _is_free(db, name, set_id)
            db.execute(
                "UPDATE question_sets SET name = ?, library = ?, questions = ?, sha256 = ? "
                "WHERE id = ?",
                (name, library, _dump(questions), sha256, set_id),
            )

    def freeze(self, set_id: int) -> None:
        """From now on its questions stay as they are."""
        with self._vault.write() as db:
            db.execute(
                "UPDATE question_sets SET frozen_at = ? WHERE id = ? AND frozen_at IS NULL",
                (time.time(), set_id),
            )

    def remove(self, set_id: int) -> None:
        """Forget a set; evaluations keep the questions they asked."""
        with self._vault.write() as db:
            db.execute("DELETE FROM question_sets WHERE id = ?", (set_id,))


def _is_free(db: apsw.Connection, name: str, but: int) -> None:
    taken = value(db, "SELECT 1 FROM question_sets WHERE name = ? AND id <> ?", (name, but))
    if taken:
        raise InputError(f"There is a set called “{name}” already.", "Give it another name.")


def _dump(questions: Sequence[dict[str, Any]]) -> str:
    return json.dumps(list(questions), ensure_ascii=False)


def _stored(found: Row) -> StoredSet:
    id, name, origin, library, questions, sha256, made_at, frozen_at = found
    return StoredSet(
        id, name, origin, library, tuple(json.loads(questions)), sha256, made_at, frozen_at
    )
