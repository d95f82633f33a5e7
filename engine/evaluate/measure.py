"""Asks every question in every way and keeps each result at once, to go on where it stopped."""

import hashlib
import json
from collections.abc import Generator, Iterable, Sequence
from typing import Protocol

from engine.errors import CancelledError, InputError, NotFoundError
from engine.evaluate import outcome
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import Question, as_row
from engine.progress import CancelToken, Progress
from engine.store.evaluations import Evaluations
from engine.types import Answer, Hit, Mode, SearchResult

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


def question_hash(question: Question) -> str:
    """Equal for questions that are asked and judged alike."""
    text = json.dumps(as_row(question), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def measured(
    asked: Asked,
    store: Evaluations,
    evaluation_id: int,
    questions: Sequence[Question],
    modes: Iterable[Mode],
    *,
    library: str | None = None,
    model: str | None = None,
    cancel: CancelToken | None = None,
) -> Generator[Progress, None, list[Outcome]]:
    """Ask what has no result yet; returns all results, mode by mode in the questions' order.

    A question that cannot be asked as it is counts as failed and the others go on; anything worse
    (the model fails) ends it, with what is done kept. Raises CancelledError once cancelled.
    """
    kept = store.kept(evaluation_id)
    modes = tuple(modes)
    total, done = len(questions) * len(modes), 0
    found: list[Outcome] = []
    for mode in modes:
        for question in questions:
            yield Progress(f"asking ({mode})", done, total, question.question[:60])
            key = question_hash(question), mode
            row = kept.get(key)
            if row is None:
                if cancel is not None:
                    cancel.check()
                row = _one(asked, question, mode, library, model, cancel).as_row()
                store.keep(evaluation_id, *key, row)
                kept[key] = row
            found.append(outcome.from_row(row))
            done += 1
    yield Progress("asking", total, total)
    return found


def _one(
    asked: Asked,
    question: Question,
    mode: Mode,
    library: str | None,
    model: str | None,
    cancel: CancelToken | None,
) -> Outcome:
    try:
        hits: Sequence[Hit] = ()
        if question.documents and mode in ("rag", "both"):
            hits = asked.search(question.question, library=library, top=TOP).hits
        answer = _drained(
            asked.ask(question.question, library=library, mode=mode, model=model, cancel=cancel)
        )
    except (InputError, NotFoundError) as error:
        return outcome.failed(question, mode, error.message)
    if answer.stopped:
        raise CancelledError
    return outcome.judged(question, answer, hits, mode)


def _drained(work: Generator[object, None, Answer]) -> Answer:
    while True:
        try:
            next(work)
        except StopIteration as stop:
            answer: Answer = stop.value
            return answer
