"""Evaluations in the vault: their settings and questions, each result at once, the report."""

import json
import time
from dataclasses import dataclass
from typing import Any

from engine.errors import NotFoundError
from engine.store.connect import Vault
from engine.store.rows import Row, row, rows, value

Json = dict[str, Any]
_COLUMNS = "SELECT id, fingerprint, setting, questions, started_at, finished_at, report "


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """One evaluation with everything needed to repeat it."""

    id: int
    fingerprint: str
    """Equal for the same questions asked of the same library in the same way."""
    setting: Json
    questions: tuple[Json, ...]
    started_at: float
    finished_at: float | None
    report: Json | None
    """None until it is finished."""


class Evaluations:
    """The evaluations of a vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def begin(self, fingerprint: str, setting: Json, questions: list[Json]) -> int:
        """Note a new one; returns its number."""
        with self._vault.write() as db:
            db.execute(
                "INSERT INTO evaluations(fingerprint, setting, questions, started_at) "
                "VALUES (?, ?, ?, ?)",
                (fingerprint, _dump(setting), _dump(questions), time.time()),
            )
            return db.last_insert_rowid()

    def unfinished(self, fingerprint: str) -> int | None:
        """The last one of the same kind that was interrupted."""
        with self._vault.read() as db:
            found: int | None = value(
                db,
                "SELECT max(id) FROM evaluations WHERE fingerprint = ? AND finished_at IS NULL",
                (fingerprint,),
            )
        return found

    def keep(self, evaluation_id: int, question: str, mode: str, result: Json) -> None:
        """Keep one result; ``question`` is the hash of what was asked, ``mode`` that of how."""
        with self._vault.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO evaluation_results VALUES (?, ?, ?, ?)",
                (evaluation_id, question, mode, _dump(result)),
            )

    def kept(self, evaluation_id: int) -> dict[tuple[str, str], Json]:
        """Results so far, by question and mode."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT question, mode, result FROM evaluation_results WHERE evaluation_id = ?",
                (evaluation_id,),
            )
        return {(question, mode): json.loads(result) for question, mode, result in found}

    def shared(self, question: str, mode: str) -> Json | None:
        """The newest result that any evaluation kept of the same, errors left out."""
        with self._vault.read() as db:
            found = rows(
                db,
                "SELECT r.result FROM evaluations e CROSS JOIN evaluation_results r "
                "ON r.evaluation_id = e.id AND r.question = ? AND r.mode = ? ORDER BY e.id DESC",
                (question, mode),
            )
        results: list[Json] = [json.loads(result) for (result,) in found]
        return next((each for each in results if not each.get("error")), None)

    def finish(self, evaluation_id: int, report: Json) -> None:
        with self._vault.write() as db:
            db.execute(
                "UPDATE evaluations SET finished_at = ?, report = ? WHERE id = ?",
                (time.time(), _dump(report), evaluation_id),
            )

    def all(self) -> list[StoredEvaluation]:
        """Every one, the last first."""
        with self._vault.read() as db:
            return [_stored(each) for each in rows(db, f"{_COLUMNS}FROM evaluations ORDER BY -id")]

    def one(self, evaluation_id: int) -> StoredEvaluation:
        """Raises NotFoundError."""
        with self._vault.read() as db:
            found = row(db, f"{_COLUMNS}FROM evaluations WHERE id = ?", (evaluation_id,))
        if found is None:
            raise NotFoundError(
                f"There is no evaluation {evaluation_id}.", "See them: alcove evaluate --history."
            )
        return _stored(found)

    def remove(self, evaluation_id: int) -> None:
        """Forget one with its results."""
        with self._vault.write() as db:
            db.execute("DELETE FROM evaluations WHERE id = ?", (evaluation_id,))


def _dump(found: Json | list[Json]) -> str:
    return json.dumps(found, ensure_ascii=False)


def _stored(found: Row) -> StoredEvaluation:
    id, fingerprint, setting, questions, started_at, finished_at, report = found
    return StoredEvaluation(
        id,
        fingerprint,
        json.loads(setting),
        tuple(json.loads(questions)),
        started_at,
        finished_at,
        json.loads(report) if report else None,
    )
