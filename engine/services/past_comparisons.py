"""What was compared before: kept results, earlier verdicts, and what changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import InputError
from engine.evaluate import evaluated, history, measure, outcome
from engine.evaluate.columns import Column
from engine.evaluate.considered import Cost
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.freshness import Followed
from engine.evaluate.history import Shift
from engine.evaluate.learnt import Learnt
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import Question, from_row
from engine.store.connect import Vault
from engine.store.evaluations import Evaluations, StoredEvaluation


class PastComparisons:
    """The evaluations of one vault. Quick; safe from several threads."""

    def __init__(self, vault: Vault) -> None:
        self._store = Evaluations(vault)

    def all(self) -> list[StoredEvaluation]:
        """Every evaluation, the last first; the questions are in each."""
        return self._store.all()

    def one(self, number: int) -> StoredEvaluation:
        """Raises NotFoundError."""
        return self._store.one(number)

    def opened(self, number: int) -> Evaluated:
        """An earlier evaluation with all its results, to be shown. Raises NotFoundError."""
        stored = self._store.one(number)
        found = self._outcomes(stored)
        if not found:
            raise InputError(f"Evaluation {number} has no results yet.", "Run it to its end.")
        told = stored.report or {}
        return evaluated.judged(
            number, found, columns_of(stored), stored.setting,
            stored.finished_at or stored.started_at,
            costs={name: Cost(**each) for name, each in told.get("costs", {}).items()},
            fresh=[Followed(**each) for each in told.get("freshness", ())],
            learnt={
                name: tuple(Learnt(**each) for each in every)
                for name, every in told.get("learnt", {}).items()
            },
            notes=told.get("notes", ()),
            shifts=self.shifts(number, stored.setting, found),
        )  # fmt: skip

    def forget(self, number: int) -> None:
        """Delete an evaluation with its results."""
        self._store.remove(number)

    def shifts(
        self, number: int, setting: Mapping[str, Any], outcomes: Sequence[Outcome]
    ) -> list[Shift]:
        """Against the last finished evaluation before it of the same questions."""
        names = {each.mode for each in outcomes}
        for before in self._store.all():
            same = before.setting.get("questions_sha256") == setting.get("questions_sha256")
            alike = names & {row["name"] for row in _rows(before.setting)}
            if before.id < number and before.finished_at is not None and same and alike:
                old = self._outcomes(before)
                return history.shifts(old, outcomes, _circumstances(before.setting),
                                      _circumstances(setting))  # fmt: skip
        return []

    def usual_s(self) -> dict[str, float]:
        """Seconds that an answer took in the newest evaluations, by way of asking."""
        found: dict[str, float] = {}
        for each in self._store.all():
            modes = {row["name"]: row.get("mode", "rag") for row in _rows(each.setting)}
            for name, told in ((each.report or {}).get("modes") or {}).items():
                took = told.get("total_s") or {}
                if name in modes and "value" in took:
                    found.setdefault(modes[name], float(took["value"]))
        return found

    def _outcomes(self, stored: StoredEvaluation) -> list[Outcome]:
        kept = self._store.kept(stored.id)
        questions = questions_of(stored)
        return [
            replace(outcome.from_row(kept[place]), question=question, mode=row["name"])
            for row in _rows(stored.setting)
            for question in questions
            if (place := (measure.question_hash(question), row["key"])) in kept
        ]


def questions_of(stored: StoredEvaluation) -> list[Question]:
    return [from_row(row) for row in stored.questions]


def columns_of(stored: StoredEvaluation) -> list[Column]:
    return [Column.from_row(row) for row in _rows(stored.setting)]


def _rows(setting: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns of an evaluation with their keys; of an old one, its modes."""
    named: list[dict[str, Any]] = setting.get("columns") or [
        {"name": mode, "mode": mode, "model": setting.get("asked_for", ""), "key": mode}
        for mode in setting.get("modes", ())
    ]
    return named


def _circumstances(setting: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row.get("circumstances", {}) for row in _rows(setting)}
