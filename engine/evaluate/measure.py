"""Asks every question in every column and keeps each result at once, to go on where it stopped."""

import hashlib
import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from engine.errors import InputError, NotFoundError
from engine.evaluate import columns as order
from engine.evaluate import outcome
from engine.evaluate.columns import Column
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import Question, as_row
from engine.progress import CancelToken, Progress, sifted
from engine.store.evaluations import Evaluations
from engine.types import Answer, Mode, SearchResult

TOP = 10


class Asked(Protocol):
    """What measuring needs of the assistant."""

    def ask(
        self,
        question: str,
        *,
        library: str | None = None,
        mode: Mode = "rag",
        model: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[object, None, Answer]: ...

    def search(self, query: str, *, library: str | None = None, top: int = 10) -> SearchResult: ...


@dataclass(frozen=True, slots=True)
class Result:
    """Event of measuring: one answer is there."""

    outcome: Outcome
    done: int
    total: int
    kept: bool
    """It had been measured before."""
    left_s: float | None
    """Seconds until all are there, at the pace so far; None before the first."""


Ask = Callable[[Question, Column], Generator[object, None, Outcome]]
"""Asks one question in one column. InputError and NotFoundError make it count as failed."""


def question_hash(question: Question) -> str:
    """Equal for questions that are asked and judged alike."""
    text = json.dumps(as_row(question), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def unknown(
    store: Evaluations, evaluation_id: int, questions: Sequence[Question], key: str
) -> bool:
    """Whether some of the questions must still be asked under these circumstances."""
    kept = store.kept(evaluation_id)
    places = [(question_hash(question), key) for question in questions]
    return any(place not in kept and store.shared(*place) is None for place in places)


def measured(
    ask: Ask,
    store: Evaluations,
    evaluation_id: int,
    questions: Sequence[Question],
    columns: Sequence[Column],
    keys: Mapping[str, str],
    *,
    anew: bool = False,
    cancel: CancelToken | None = None,
) -> Generator[Progress | Result, None, list[Outcome]]:
    """Ask what has no result yet; returns all, column by column in the questions' order.

    ``keys`` tell, by the column's name, under which circumstances it answers: what another
    evaluation kept under the same is taken from there, unless it is asked ``anew``. A question
    that cannot be asked as it is counts as failed and the others go on; anything worse (the model
    fails) ends it, with what is done kept. Raises CancelledError once cancelled.
    """
    kept = store.kept(evaluation_id)
    total = len(questions) * len(columns)
    found: dict[str, list[Outcome]] = {column.name: [] for column in columns}
    pace = _Pace()
    done = 0
    for at, column in enumerate(order.in_order(columns)):
        name, key = column.name, keys[column.name]
        left_after = len(questions) * (len(columns) - at - 1)
        for number, question in enumerate(questions):
            yield Progress(f"asking ({name})", done, total, question.question[:60])
            place = question_hash(question), key
            row = kept.get(place)
            if row is None and not anew and (row := store.shared(*place)) is not None:
                store.keep(evaluation_id, *place, row)
            known = row is not None
            if row is not None:
                result = replace(outcome.from_row(row), question=question, mode=name)
            else:
                if cancel is not None:
                    cancel.check()
                result = yield from pace.timed(name, _one(ask, question, column))
                store.keep(evaluation_id, *place, result.as_row())
            kept[place] = result.as_row()
            found[name].append(result)
            done += 1
            left = pace.left_s(name, len(questions) - number - 1, left_after)
            yield Result(result, done, total, known, left)
    yield Progress("asking", total, total)
    return [each for column in columns for each in found[column.name]]


def _one(ask: Ask, question: Question, column: Column) -> Generator[Progress, None, Outcome]:
    try:
        return (yield from sifted(ask(question, column)))
    except (InputError, NotFoundError) as error:
        return outcome.failed(question, column.name, error.message)


class _Pace:
    """How long a question takes, by column."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = {}

    def timed(
        self, name: str, work: Generator[Progress, None, Outcome]
    ) -> Generator[Progress, None, Outcome]:
        started = time.monotonic()
        result = yield from work
        self._seconds.setdefault(name, []).append(time.monotonic() - started)
        return result

    def left_s(self, name: str, here: int, after: int) -> float | None:
        every = [each for seconds in self._seconds.values() for each in seconds]
        if not every:
            return None
        usual = sum(every) / len(every)
        own = self._seconds.get(name, every)
        return here * sum(own) / len(own) + after * usual
