"""Runs comparisons: the same questions asked in several ways, and what that comes to.

Slow work that asks one question after another; it may run beside a conversation, which it waits
for. Each answer is kept as soon as it is there, under what it was asked with: what is known already
is not asked again, neither after a kill nor in another comparison.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.errors import CancelledError, InputError
from engine.evaluate import columns as ways
from engine.evaluate import evaluated, leakage, measure, outcome
from engine.evaluate.columns import Column
from engine.evaluate.considered import Cost
from engine.evaluate.energy import Meter
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.freshness import Followed
from engine.evaluate.leakage import Leak
from engine.evaluate.measure import TOP, Asked, Result
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import BadLine, Question, as_row, set_hash
from engine.formats import examples, job
from engine.progress import CancelToken, Progress
from engine.retrieve.remembered import Remembered
from engine.services import adapter_origin, costs, machine, other_encoder
from engine.services.adapter_use import AdapterUse
from engine.services.asking import Asking
from engine.services.changed_facts import ChangedFacts
from engine.services.encoders import Encoders
from engine.services.keeper import ChatModelKeeper
from engine.services.past_comparisons import PastComparisons, columns_of, questions_of
from engine.services.ready_columns import Ready, ReadyColumns
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.evaluations import Evaluations, StoredEvaluation
from engine.store.preferences import Preference, Preferences

SHIPPED = (
    "The adapter that comes with Alcove was taught on public texts, none of which are your "
    "documents; its card names them."
)


class Comparison:
    """Comparisons of one profile."""

    def __init__(
        self,
        vault: Vault,
        asked: Asked,
        asking: Asking,
        keeper: ChatModelKeeper,
        adapters: AdapterUse,
        encoders: Callable[[Vault], Encoders],
    ) -> None:
        """``encoders`` makes the encoders of another vault, as those of this one are made."""
        self._vault = vault
        self._store = Evaluations(vault)
        self._preferences = Preferences(vault)
        self._past = PastComparisons(vault)
        self._documents = Documents(vault)
        self._columns = ReadyColumns(asking, keeper, adapters, self._documents)
        self._asked = asked
        self._asking = asking
        self._keeper = keeper
        self._encoders = encoders

    # --- measuring -----------------------------------------------------------------------------

    def run(
        self,
        questions: Sequence[Question],
        columns: Sequence[Column],
        *,
        library: str | None = None,
        source: str = "",
        bad_lines: Sequence[BadLine] = (),
        anew: bool = False,
        changed_facts: int = 0,
        training: Sequence[Path] = (),
        cancel: CancelToken | None = None,
    ) -> Generator[Progress | Result, None, Evaluated]:
        """Ask every question in every column and judge.

        ``anew`` asks what is known already again. So many ``changed_facts`` are changed in a copy
        of the library and asked again. Questions that stand in the examples of an adapter, or in
        the files of ``training``, are left out and told. Raises InputError, NotFoundError,
        ModelError, CancelledError.
        """
        if not questions:
            raise InputError("There is no question to ask.", "Give a file with questions.")
        columns = ways.checked(columns)
        self._asking.check_library(library)
        ready: list[Ready] = []
        for column in columns:
            ready.append((yield from self._columns.of(column, library, cancel)))
        leaks, notes = _leaks(questions, ready, training)
        notes += dict.fromkeys(
            f"“{each.column.name}” asks without an adapter that takes no part in it. {words}"
            for each in ready
            for words in each.left_out
        )
        if leaks:
            learnt = {id(leak.question) for leak in leaks}
            questions = [each for each in questions if id(each) not in learnt]
            were = "1 question was" if len(leaks) == 1 else f"{len(leaks)} questions were"
            notes.insert(0, f"{were} learnt in training and left out.")
        if not questions:
            raise InputError("Every question was learnt in training.", "Ask others.")
        rows = [as_row(question) for question in questions]
        setting = yield from self._setting(
            ready, library, source, questions, changed_facts, training, cancel
        )
        fingerprint = ways.key({"setting": setting, "questions": rows})
        number = self._store.unfinished(fingerprint)
        if number is None:
            number = self._store.begin(fingerprint, setting, rows)
        with ExitStack() as stack:
            places: dict[str, Asking] = {"": self._asking}
            keys = {each.column.name: each.key for each in ready}
            new = [
                name
                for name, key in keys.items()
                if anew or measure.unknown(self._store, number, questions, key)
            ]
            if earlier := [name for name in keys if new and name not in new]:
                notes.append(
                    f"The seconds of {', '.join(earlier)} were measured earlier, when this machine "
                    "may have had more or less to do; --anew measures all of them again."
                )
            for each in ways.in_order(columns):
                if each.reads_documents and each.encoder not in places and each.name in new:
                    work = other_encoder.twin_with(
                        stack, self._vault, each.encoder, self._encoders, self._asking, cancel
                    )
                    places[each.encoder] = yield from work
            ask = self._asker(ready, places, library, cancel)
            outcomes = yield from measure.measured(
                ask, self._store, number, questions, columns,
                keys, anew=anew, cancel=cancel,
            )  # fmt: skip
        fresh: list[Followed] = []
        if changed_facts:
            fresh, told = yield from self._changed(
                number, questions, outcomes, ready, library, changed_facts, cancel
            )
            notes += told
        origins = {
            each.column.name: tuple(
                found
                for one in each.adapters
                if (found := adapter_origin.learnt(one.path, self._documents)) is not None
            )
            for each in ready
        }
        notes += dict.fromkeys(one.words for every in origins.values() for one in every)
        done = evaluated.judged(
            number, outcomes, columns, setting, time.time(),
            costs=(yield from self._costs(ready, outcomes, library, cancel)), fresh=fresh,
            learnt=origins,
            bad_lines=bad_lines, leaks=leaks, notes=notes,
            shifts=self._past.shifts(number, setting, outcomes),
        )  # fmt: skip
        report = {
            **done.as_json(),
            "costs": {each.column: asdict(each.cost) for each in done.considered},
            "freshness": [asdict(each) for each in fresh],
            "learnt": {
                name: [asdict(one) for one in every] for name, every in origins.items() if every
            },
        }
        self._store.finish(number, report)
        return done

    def repeat(
        self, number: int, *, anew: bool = True, cancel: CancelToken | None = None
    ) -> Generator[Progress | Result, None, Evaluated]:
        """Ask the questions of an earlier evaluation again, in the same way, as things are now.

        Without ``anew`` an interrupted one is gone on with: what is known is not asked again.
        """
        before = self._past.one(number)
        return (
            yield from self.run(
                questions_of(before),
                columns_of(before),
                library=before.setting["library"] or None,
                source=before.setting["questions_from"],
                anew=anew,
                changed_facts=before.setting.get("changed_facts", 0),
                training=[Path(each) for each in before.setting.get("training", ())],
                cancel=cancel,
            )
        )

    # --- what was measured ---------------------------------------------------------------------

    def history(self) -> list[StoredEvaluation]:
        """Every evaluation, the last first; the questions are in each."""
        return self._past.all()

    def opened(self, number: int) -> Evaluated:
        """An earlier evaluation with its results so far, to be shown. Raises NotFoundError."""
        return self._past.opened(number)

    def forget(self, number: int) -> None:
        """Delete an evaluation with its results."""
        self._past.forget(number)

    def prefer(self, number: int, found: Preference) -> None:
        """Keep which of two unnamed answers was liked better."""
        self._preferences.keep(number, found)

    def preferences(self, number: int) -> list[Preference]:
        return self._preferences.of(number)

    def expected_s(self, questions: int, columns: Sequence[Column]) -> float | None:
        """Seconds that so many questions will take, as evaluations before did; None without."""
        usual = self._past.usual_s()
        known = [usual[each.mode] for each in columns if each.mode in usual]
        if not known:
            return None
        unknown = len(columns) - len(known)
        return questions * (sum(known) + unknown * max(known))

    # --- one column ----------------------------------------------------------------------------

    def _asker(
        self,
        ready: Sequence[Ready],
        places: dict[str, Asking],
        library: str | None,
        cancel: CancelToken | None,
    ) -> measure.Ask:
        by_name = {each.column.name: each for each in ready}
        remembered = {encoder: Remembered() for encoder in places}
        meter = Meter()

        def ask(question: Question, column: Column) -> Generator[object, None, Outcome]:
            each = by_name[column.name]
            encoder = column.encoder if column.reads_documents else ""
            memory = remembered[encoder]
            spared, joules = memory.spared_s, meter.joules()
            answer = yield from places[encoder].ask(
                question.question, library=library, mode=column.mode, model=column.model or None,
                adapters=each.adapters or None, options=each.options, remembered=memory,
                cancel=cancel,
            )  # fmt: skip
            if answer.stopped:
                raise CancelledError
            after = meter.joules()
            result = memory.get(question.question, library, TOP)
            if result is None and question.documents and column.reads_documents:
                result = self._asked.search(question.question, library=library, top=TOP)
            loaded = self._keeper.loaded()
            return replace(
                outcome.judged(
                    question, answer, result.hits if result is not None else (), column.name,
                    not_searched_s=memory.spared_s - spared,
                    joules=after - joules if after is not None and joules is not None else None,
                ),
                memory_bytes=loaded.memory_bytes if loaded is not None else 0,
            )  # fmt: skip

        return ask

    # --- beside the answers --------------------------------------------------------------------

    def _changed(
        self,
        number: int,
        questions: Sequence[Question],
        outcomes: Sequence[Outcome],
        ready: Sequence[Ready],
        library: str | None,
        most: int,
        cancel: CancelToken | None,
    ) -> Generator[Progress | Result, None, tuple[list[Followed], list[str]]]:
        facts = ChangedFacts(self._vault, self._store, self._asking, self._encoders)
        able = [each for each in ready if not each.column.encoder]
        notes = [
            f"“{each.column.name}” has another encoder and was not asked about changed facts."
            for each in ready
            if each.column.encoder
        ]
        found = yield from facts.run(
            number, questions, outcomes, library, most,
            [each.column for each in able], {each.column.name: each.key for each in able},
            lambda places: self._asker(able, places, library, cancel), cancel,
        )  # fmt: skip
        if not found:
            notes.append("No fact could be changed: no answer is a number that a document holds.")
        return found, notes

    def _costs(
        self,
        ready: Sequence[Ready],
        outcomes: Sequence[Outcome],
        library: str | None,
        cancel: CancelToken | None,
    ) -> Generator[Progress, None, dict[str, Cost]]:
        embedder = yield from self._encoders(self._vault).ready(cancel)
        indexing = None
        if any(each.column.reads_documents for each in ready):
            indexing = costs.indexing_s(self._documents, embedder, library)
        return {
            each.column.name: costs.cost(
                [one for one in outcomes if one.mode == each.column.name], each.model,
                each.adapters,
                library_bytes=self._vault.size_bytes() if each.column.reads_documents else 0,
                indexing_s=indexing if each.column.reads_documents else 0.0,
            )
            for each in ready
        }  # fmt: skip

    def _setting(
        self,
        ready: Sequence[Ready],
        library: str | None,
        source: str,
        questions: Sequence[Question],
        changed_facts: int,
        training: Sequence[Path],
        cancel: CancelToken | None,
    ) -> Generator[Progress, None, dict[str, Any]]:
        """Everything beside the questions that decides the result."""
        first = ready[0].column
        model, encoder = yield from self._asking.names(first.model or None, cancel)
        libraries = [each for each in self._documents.libraries() if library in (None, each.name)]
        judge = self._asking.judge(library, model, encoder)
        return {
            "questions_from": source,
            "questions_sha256": set_hash(questions),
            "columns": [
                {**each.column.as_row(), "key": each.key, "circumstances": each.circumstances}
                for each in ready
            ],
            "library": library or "",
            "changed_facts": changed_facts,
            "training": [str(each.absolute()) for each in training],
            "documents": sum(each.documents for each in libraries),
            "passages": sum(each.passages for each in libraries),
            "model": model,
            "sentence_encoder": encoder,
            "writing": ready[0].options.values(),
            "refuses_below": round(judge.threshold, 4),
            "calibrated": judge.fitted,
            "alcove": metadata.version("alcove"),
            "machine": machine.words(),
        }


def _leaks(
    questions: Sequence[Question], ready: Sequence[Ready], training: Sequence[Path]
) -> tuple[list[Leak], list[str]]:
    """Questions that were learnt, and what could not be looked into."""
    files, notes = list(training), []
    for each in dict.fromkeys(one for column in ready for one in column.adapters):
        folder = adapter_origin.job_of(each.path)
        if adapter_origin.is_shipped(each.path):
            notes.append(SHIPPED)
        elif folder is not None and folder.spec.is_file():
            files.append(job.read_spec(folder).examples)
        else:
            notes.append(f"What {each.path.stem} was trained on is not known, so it cannot be "
                         "checked that none of these questions was among it.")  # fmt: skip
    learnt = [one for file in dict.fromkeys(files) for one in examples.read(file)]
    return (leakage.leaked(questions, learnt) if learnt else []), notes
