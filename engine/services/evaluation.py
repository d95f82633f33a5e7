"""What a face does with evaluations: run them and look at earlier ones.

Everything here but the reading methods is slow work that asks the assistant one question after
another; it may run beside a conversation, which it waits for.
"""

import hashlib
import json
import platform
import time
from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata

from engine.errors import InputError
from engine.evaluate import calibrate, making, measure, outcome, report, summary
from engine.evaluate.calibrate import Calibration
from engine.evaluate.generate import Made
from engine.evaluate.making import Making
from engine.evaluate.measure import Asked
from engine.evaluate.outcome import Outcome
from engine.evaluate.questions import BadLine, Question, as_row, from_row
from engine.evaluate.summary import ModeSummary
from engine.progress import CancelToken, Progress, drain
from engine.services.asking import Asking
from engine.services.keeper import ChatModelKeeper
from engine.store.calibrations import Calibrations
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.evaluations import Evaluations, StoredEvaluation
from engine.types import Answer, Mode

OFFERED: tuple[Mode, ...] = ("plain", "rag")
"""Ways of answering that there are without an adapter."""


MADE = 60
"""Questions of either kind that are made for fitting."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A finished evaluation."""

    id: int
    summaries: tuple[ModeSummary, ...]
    outcomes: tuple[Outcome, ...]
    verdict: str
    setting: dict[str, object]
    finished_at: float
    bad_lines: tuple[BadLine, ...] = ()

    def html(self) -> str:
        """The report as one page that needs no network."""
        return report.html(
            self.summaries,
            self.outcomes,
            verdict=self.verdict,
            setting=self.setting,
            finished_at=self.finished_at,
            bad_lines=self.bad_lines,
        )


class Evaluation:
    """Evaluations of one profile."""

    def __init__(
        self,
        vault: Vault,
        asked: Asked,
        asking: Asking,
        keeper: ChatModelKeeper,
    ) -> None:
        self._store = Evaluations(vault)
        self._calibrations = Calibrations(vault)
        self._documents = Documents(vault)
        self._asked = asked
        self._asking = asking
        self._keeper = keeper

    # --- measuring -----------------------------------------------------------------------------

    def run(
        self,
        questions: Sequence[Question],
        *,
        modes: Sequence[Mode] = ("rag",),
        library: str | None = None,
        model: str | None = None,
        source: str = "",
        bad_lines: Sequence[BadLine] = (),
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Evaluated]:
        """Ask every question in every mode and sum up.

        An evaluation of the same questions under the same circumstances that was interrupted is
        gone on with. Raises InputError, NotFoundError, ModelError, CancelledError.
        """
        if not questions:
            raise InputError("There is no question to ask.", "Give a file with questions.")
        if missing := [mode for mode in modes if mode not in OFFERED]:
            raise InputError(
                f"No adapter has been trained yet, so there is no “{missing[0]}” to measure.",
                f"Measure {' and '.join(OFFERED)}.",
            )
        self._asking.check_library(library)
        names = yield from self._asking.names(model, cancel)
        rows = [as_row(question) for question in questions]
        setting = self._setting(modes, library, model, names, source)
        fingerprint = _fingerprint(setting, rows)
        number = self._store.unfinished(fingerprint)
        if number is None:
            number = self._store.begin(fingerprint, setting, rows)
        outcomes = yield from measure.measured(
            self._asked, self._store, number, questions, modes,
            library=library, model=model, cancel=cancel,
        )  # fmt: skip
        summaries = tuple(summary.summed_up(outcomes))
        verdict = summary.verdict(summaries)
        self._store.finish(number, {"modes": summary.as_json(summaries), "verdict": verdict})
        return Evaluated(
            number, summaries, tuple(outcomes), verdict, setting, time.time(), tuple(bad_lines)
        )

    def repeat(
        self, number: int, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, Evaluated]:
        """Ask the questions of an earlier evaluation again, in the same way, as things are now."""
        before = self._store.one(number)
        setting = before.setting
        return (
            yield from self.run(
                [from_row(row) for row in before.questions],
                modes=setting["modes"],
                library=setting["library"] or None,
                model=setting["asked_for"] or None,
                source=setting["questions_from"],
                cancel=cancel,
            )
        )

    def history(self) -> list[StoredEvaluation]:
        """Every evaluation, the last first; the questions are in each."""
        return self._store.all()

    def opened(self, number: int) -> Evaluated:
        """An earlier evaluation with all its results, to be shown. Raises NotFoundError."""
        stored = self._store.one(number)
        kept = self._store.kept(number)
        found = [
            outcome.from_row(kept[key])
            for mode in stored.setting["modes"]
            for row in stored.questions
            if (key := (measure.question_hash(from_row(row)), mode)) in kept
        ]
        if not found:
            raise InputError(f"Evaluation {number} has no results yet.", "Run it to its end.")
        summaries = tuple(summary.summed_up(found))
        return Evaluated(
            number, summaries, tuple(found), summary.verdict(summaries), stored.setting,
            stored.finished_at or stored.started_at,
        )  # fmt: skip

    def forget(self, number: int) -> None:
        """Delete an evaluation with its results."""
        self._store.remove(number)

    # --- questions from the library ------------------------------------------------------------

    def generate(
        self,
        count: int,
        *,
        library: str | None = None,
        unanswerable: int = 0,
        by_model: bool = False,
        model: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Making]:
        """Make questions from the library's own sentences, each tried before it counts.

        ``by_model`` lets the chat model word them; fewer of those survive. Raises InputError where
        the library yields none.
        """
        self._asking.check_library(library)
        yield from self._asking.names(model, cancel)
        passages = [
            passage
            for document in self._documents.documents(library)
            if document.state == "indexed"
            for passage in self._documents.passages(document.path)
        ]

        def trial(question: str) -> Answer:
            return drain(
                self._asked.ask(question, library=library, mode="rag", model=model, cancel=cancel)
            )

        def word(item: Made) -> Made | None:
            with self._asking.turn(model or "", cancel):
                chat_model = drain(self._keeper.ready(model, cancel=cancel))
                return making.worded(item, chat_model)

        kept, tried = yield from making.answerable(
            passages, count, trial, word=word if by_model else None, cancel=cancel
        )
        if not kept:
            raise InputError(
                "No question could be made from this library.",
                "It takes documents with whole sentences; or give questions in a file.",
            )
        questions = [item.as_question(number) for number, item in enumerate(kept, start=1)]
        questions += making.unanswerable(kept, unanswerable)
        return Making(tuple(questions), tried)

    # --- how sure an answer must be ------------------------------------------------------------

    def calibrate(
        self,
        questions: Sequence[Question] = (),
        *,
        library: str | None = None,
        model: str | None = None,
        coverage: float = calibrate.COVERAGE,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Calibration]:
        """Fit how sure an answer must be on this library, and use that from now on.

        Without questions, some are made. ``coverage`` is the share of the answerable ones that
        shall be answered. Raises InputError where there are too few of either kind.
        """
        if not 0.0 < coverage <= 1.0:
            raise InputError("The coverage is a share between 0 and 1.", "Try 0.8.")
        if not questions:
            done = yield from self.generate(
                MADE, library=library, unanswerable=MADE, model=model, cancel=cancel
            )
            questions = done.questions
        measured = yield from self.run(
            questions, library=library, model=model, source="calibration", cancel=cancel
        )
        known = [each for each in measured.outcomes if each.signals]
        names = yield from self._asking.names(model, cancel)
        found = calibrate.calibrated(
            [each.signals for each in known],
            [not each.question.unanswerable for each in known],
            coverage=coverage,
            before=self._asking.judge(library, *names),
        )
        self._calibrations.put(library, *names, found.judge.as_row())
        return found

    def reset_calibration(
        self,
        *,
        library: str | None = None,
        model: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, bool]:
        """Forget what was fitted; False where nothing was."""
        names = yield from self._asking.names(model, cancel)
        return self._calibrations.remove(library, *names)

    # --- what was measured ---------------------------------------------------------------------

    def _setting(
        self,
        modes: Sequence[Mode],
        library: str | None,
        model: str | None,
        names: tuple[str, str],
        source: str,
    ) -> dict[str, object]:
        """Everything beside the questions that decides the result."""
        libraries = [each for each in self._documents.libraries() if library in (None, each.name)]
        judge = self._asking.judge(library, *names)
        return {
            "questions_from": source,
            "modes": list(modes),
            "library": library or "",
            "documents": sum(each.documents for each in libraries),
            "passages": sum(each.passages for each in libraries),
            "library_changed_at": max((each.changed_at or 0.0 for each in libraries), default=0.0),
            "asked_for": model or "",
            "model": names[0],
            "sentence_encoder": names[1],
            "writing": asdict(self._keeper.chosen.own) if self._keeper.chosen else {},
            "refuses_below": round(judge.threshold, 4),
            "calibrated": judge.fitted,
            "alcove": metadata.version("alcove"),
            "machine": platform.machine(),
        }


def _fingerprint(setting: dict[str, object], rows: Sequence[dict[str, object]]) -> str:
    text = json.dumps([setting, rows], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
