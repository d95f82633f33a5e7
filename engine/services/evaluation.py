"""What a face does with evaluations: run them and look at earlier ones.

Everything here but the reading methods is slow work that asks the assistant one question after
another; it may run beside a conversation, which it waits for.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from engine.answer.abstain import JUDGE, SHORT
from engine.answer.written import REFUSAL
from engine.errors import InputError
from engine.evaluate import calibrate, columns, making
from engine.evaluate.calibrate import Calibration
from engine.evaluate.columns import Column
from engine.evaluate.evaluated import Evaluated
from engine.evaluate.generate import Made
from engine.evaluate.making import Making
from engine.evaluate.measure import Asked
from engine.evaluate.questions import BadLine, Question
from engine.progress import CancelToken, Progress, drain, sifted
from engine.services.adapter_use import Chosen
from engine.services.asking import Asking, calibrated_name
from engine.services.comparison import Comparison
from engine.services.keeper import ChatModelKeeper
from engine.services.question_sets import QuestionShelf
from engine.services.rerankers import Measured, Rerankers
from engine.store.calibrations import Calibrations
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.evaluations import StoredEvaluation
from engine.types import Answer, Mode

MADE = 60
"""Questions of either kind that are made for fitting."""


class Evaluation:
    """Evaluations of one profile."""

    def __init__(
        self,
        vault: Vault,
        asked: Asked,
        asking: Asking,
        keeper: ChatModelKeeper,
        comparison: Comparison,
        rerankers: Rerankers,
    ) -> None:
        self._rerankers = rerankers
        self.sets = QuestionShelf(vault)
        self._comparison = comparison
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
        """Ask every question in every mode and sum up, as :meth:`Comparison.run` does.

        An evaluation of the same questions under the same circumstances that was interrupted is
        gone on with; one that was finished is measured anew. Raises InputError, NotFoundError,
        ModelError, CancelledError.
        """
        work = self._comparison.run(
            questions, columns.of_modes(modes, model or ""), library=library, source=source,
            bad_lines=bad_lines, anew=True, cancel=cancel,
        )  # fmt: skip
        return (yield from sifted(work))

    def repeat(
        self, number: int, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, Evaluated]:
        """Ask the questions of an earlier evaluation again, in the same way, as things are now."""
        return (yield from sifted(self._comparison.repeat(number, cancel=cancel)))

    def history(self) -> list[StoredEvaluation]:
        """Every evaluation, the last first; the questions are in each."""
        return self._comparison.history()

    def opened(self, number: int) -> Evaluated:
        """An earlier evaluation with all its results, to be shown. Raises NotFoundError."""
        return self._comparison.opened(number)

    def forget(self, number: int) -> None:
        """Delete an evaluation with its results."""
        self._comparison.forget(number)

    def reranker(
        self,
        name: str,
        questions: Sequence[Question],
        *,
        library: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Measured]:
        """Whether a reranker finds the documents of these questions better than none does.

        Raises as :meth:`Rerankers.measure`.
        """
        self._asking.check_library(library)
        return (
            yield from self._rerankers.measure(
                name, questions, self._asking.search_with, library=library, cancel=cancel
            )
        )

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
        mode: Mode = "rag",
        adapters: Chosen = (),
        coverage: float = calibrate.COVERAGE,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Calibration]:
        """Fit how sure an answer must be on this library, and use that from now on.

        Short answers that a small model writes with an adapter for it have a judge of their own:
        it is fitted in the mode ``both``, with the ``adapters`` named or else those in use.
        Without questions, some are made. ``coverage`` is the share of the answerable ones that
        shall be answered. Raises InputError where there are too few of either kind.
        """
        if mode not in ("rag", "both"):
            raise InputError(
                "Only answers from documents are refused where they are not sure.",
                "Fit in the mode rag, or both with an adapter that answers from documents.",
            )
        self._asking.check_library(library)
        if not 0.0 < coverage <= 1.0:
            raise InputError("The coverage is a share between 0 and 1.", "Try 0.8.")
        if not questions:
            done = yield from self.generate(
                MADE, library=library, unanswerable=MADE, model=model, cancel=cancel
            )
            questions = done.questions
        # Before all are asked for nothing; those that are made are tried as they are asked.
        calibrate.check_enough([not each.unanswerable for each in questions])
        column = Column(mode, mode=mode, model=model or "", adapters=tuple(adapters))
        measured = yield from sifted(
            self._comparison.run(
                questions, [column], library=library, source="calibration", anew=True,
                cancel=cancel,
            )
        )  # fmt: skip
        known = [each for each in measured.outcomes if each.signals]
        # Where a small model writes short answers itself, they are judged by signals of their own.
        short = 2 * sum(REFUSAL in each.signals for each in known) > len(known)
        judged = [each for each in known if (REFUSAL in each.signals) == short]
        name, encoder = yield from self._asking.names(model, cancel)
        found = calibrate.calibrated(
            [each.signals for each in judged],
            [not each.question.unanswerable for each in judged],
            coverage=coverage,
            before=self._asking.judge(library, name, encoder, short=short),
            prior=SHORT if short else JUDGE,
        )
        kept = calibrated_name(name, short=short)
        self._calibrations.put(library, kept, encoder, found.judge.as_row())
        return replace(
            found,
            model=name,
            adapters=_adapters_of(measured) if short else (),
            left_out=len(measured.outcomes) - len(judged),
            notes=tuple(measured.notes),
        )

    def reset_calibration(
        self,
        *,
        library: str | None = None,
        model: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, bool]:
        """Forget what was fitted; False where nothing was."""
        name, encoder = yield from self._asking.names(model, cancel)
        removed = [
            self._calibrations.remove(library, calibrated_name(name, short=short), encoder)
            for short in (False, True)
        ]
        return any(removed)


def _adapters_of(measured: Evaluated) -> tuple[str, ...]:
    """Names of the adapters that its one column was asked with."""
    (column,) = cast(list[dict[str, Any]], measured.setting["columns"])
    return tuple(Path(path).stem for path, *_ in column["circumstances"]["adapters"])
