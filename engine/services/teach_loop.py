"""The loop: what was corrected since the last adapter is learnt, compared, adopted or put aside."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from engine.errors import InputError
from engine.evaluate.questions import Question
from engine.inference.adapters import Adapter
from engine.models.options import ModelOptions
from engine.progress import CancelToken, Progress, drain
from engine.services.feedback import Feedback
from engine.services.teach_adapters import TeachAdapters
from engine.services.teach_examples import TeachExamples, Wanted
from engine.services.teach_jobs import Plan, TeachJobs
from engine.services.teach_results import TeachResult, TeachResults
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.teach import compare, from_feedback
from engine.teach.compare import Decision, Scores
from engine.teach.recipes import recipe
from engine.types import Answer, Mode

MEASURED = "words in common with the right answer"
FEWEST = 4
"""Examples below which nothing can be learnt."""


class AskedWith(Protocol):
    """Asks one question of the assistant with adapters that it need not be used with."""

    def ask(
        self,
        question: str,
        *,
        mode: Mode = "rag",
        model: str | None = None,
        adapters: Sequence[Adapter] | None = None,
        options: ModelOptions | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[object, None, Answer]: ...


@dataclass(frozen=True, slots=True)
class LoopWaiting:
    """What the user said since the last adapter."""

    new: int
    """Answers, corrected or praised, that the next adapter would learn from for the first time."""
    examples: int
    """All that it would learn from."""
    measured: int
    """Questions kept to compare on."""

    @property
    def words(self) -> str:
        some = "correction" if self.new == 1 else "corrections"
        return f"{self.new} {some} since the last adapter"


@dataclass(frozen=True, slots=True)
class Looped:
    """An adapter out of the loop, and what became of it."""

    file: Path
    decision: Decision


class TeachLoop:
    """Learns from what the user said of answers."""

    def __init__(
        self, vault: Vault, asked: AskedWith, feedback: Feedback, examples: TeachExamples,
        jobs: TeachJobs, adapters: TeachAdapters, results: TeachResults,
    ) -> None:  # fmt: skip
        self._documents = Documents(vault)
        self._asked = asked
        self._feedback = feedback
        self._examples = examples
        self._jobs = jobs
        self._adapters = adapters
        self._results = results

    def waiting(self) -> LoopWaiting:
        """What there is to learn. Quick."""
        rated = self._feedback.all()
        taught = [each.message_id for each in rated if from_feedback.teaches(each)]
        last = max((card.last_message for card in self._jobs.made.all()), default=0)
        return LoopWaiting(
            sum(number > last for number in taught), len(taught), len(self._questions(()))
        )

    def run(
        self,
        *,
        recipe_name: str = "answer",
        model: str | None = None,
        questions: Sequence[Question] = (),
        settings: Mapping[str, Any] | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Looped]:
        """Train on what was corrected, compare, and adopt what is better.

        ``questions`` are compared on beside those kept from feedback; none of them is learnt. What
        is learnt are the user's own words, so that nobody has to look through them again. Raises
        InputError where there is too little, and what training raises.
        """
        plan = yield from self.prepared(
            recipe_name=recipe_name, model=model, questions=questions, settings=settings,
            cancel=cancel,
        )  # fmt: skip
        trained = yield from self._jobs.train(plan, cancel=cancel)
        return (yield from self.finish(trained.job, questions=questions, cancel=cancel))

    def prepared(
        self,
        *,
        recipe_name: str = "answer",
        model: str | None = None,
        questions: Sequence[Question] = (),
        settings: Mapping[str, Any] | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Plan]:
        """The training of what was corrected, not begun yet. Raises InputError."""
        held_out = self._questions(questions)
        file = self._jobs.root / "feedback.jsonl"
        wanted = Wanted(recipe(recipe_name), model=model)
        built = yield from self._examples.build(
            ["feedback"], wanted, file,
            measured=[each.question for each in held_out], cancel=cancel,
        )  # fmt: skip
        if built.examples < FEWEST:
            reasons = "; ".join(f"{count}: {reason}" for reason, count in built.left_out)
            raise InputError(
                f"Only {built.examples} corrections can be learnt from; it takes {FEWEST}.",
                f"Correct or praise some more answers. Left out: {reasons or 'none'}.",
            )
        return self._jobs.plan(file, model=model, settings=settings, unseen=True, looped=True)

    def finish(
        self,
        job: Path,
        *,
        questions: Sequence[Question] = (),
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Looped]:
        """Compare what a training of the loop left, and adopt it where it is better.

        Also when whoever began it is gone. Raises what taking and asking raise.
        """
        known = self._results.known(job)
        if known is not None and known.file is not None and known.decision is not None:
            return Looped(known.file, known.decision)
        trained, model = self._jobs.trained(job), self._results.model_of(job)
        name = str(trained.report.get("name", "Adapter"))
        made = self._jobs.export(trained.job, f"{name} {_number(trained.job)}".strip())
        decision = yield from self.compared(
            made, self._questions(questions), model=model, cancel=cancel
        )
        if decision.adopt:
            yield from self._adapters.use([str(made)], model, cancel=cancel)
        self._results.keep(TeachResult(trained.job, name, made, trained.report, decision, MEASURED))
        return Looped(made, decision)

    def compared(
        self,
        adapter: Path,
        questions: Sequence[Question],
        *,
        model: str | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Decision]:
        """Ask everything with what is in use and with a new adapter, and decide."""
        before = yield from self._scores(self._adapters.in_use(model), questions, model, cancel)
        after = yield from self._scores((Adapter(adapter),), questions, model, cancel)
        return compare.decide(before, after)

    def _questions(self, more: Sequence[Question]) -> list[Question]:
        """Kept questions with a known answer, and those that were given."""
        kept = self._feedback.questions(apart=True)
        return [each for each in [*kept, *more] if each.answers or each.unanswerable]

    def _scores(
        self,
        adapters: Sequence[Adapter],
        questions: Sequence[Question],
        model: str | None,
        cancel: CancelToken | None,
    ) -> Generator[Progress, None, Scores]:
        library = bool(self._documents.documents())
        tuned: Mode = "both" if library else "tuned"
        mode: Mode = tuned if adapters else ("rag" if library else "plain")
        general = compare.general_questions()
        stage = "asking the new adapter" if adapters else "asking the model as it is"
        total = len(questions) + len(general)
        held_out: list[float] = []
        known: list[float] = []
        for each in questions:
            yield Progress(stage, len(held_out), total)
            answer = self._answer(each, mode, adapters, model, ModelOptions(), cancel)
            held_out.append(compare.score(each, answer))
        for each in general:
            yield Progress(stage, len(held_out) + len(known), total)
            plain: Mode = "tuned" if adapters else "plain"
            options = ModelOptions(max_tokens=compare.GENERAL_TOKENS)
            answer = self._answer(each, plain, adapters, model, options, cancel)
            known.append(compare.general_score(each, answer))
        return Scores(tuple(held_out), tuple(known))

    def _answer(
        self, question: Question, mode: Mode, adapters: Sequence[Adapter], model: str | None,
        options: ModelOptions, cancel: CancelToken | None,
    ) -> Answer:  # fmt: skip
        if cancel is not None:
            cancel.check()
        return drain(
            self._asked.ask(
                question.question, mode=mode, model=model, adapters=adapters or None,
                options=options, cancel=cancel,
            )
        )  # fmt: skip


def _number(job: Path) -> str:
    """That stands at the end of a training's folder; empty for none."""
    tail = job.name.rpartition("-")[2]
    return tail if tail.isdigit() else ""
