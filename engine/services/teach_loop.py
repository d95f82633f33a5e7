"""The loop: what was corrected since the last adapter is learnt, compared, adopted or put aside."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from engine.errors import InputError
from engine.evaluate.questions import Question
from engine.formats.examples import Example
from engine.inference.adapters import Adapter
from engine.models import adapter_fits
from engine.models.options import ModelOptions
from engine.progress import CancelToken, Progress, drain
from engine.services.feedback import Feedback
from engine.services.teach_adapters import TeachAdapters
from engine.services.teach_beside import Beside, Said
from engine.services.teach_examples import TeachExamples, Wanted
from engine.services.teach_jobs import TeachJobs
from engine.services.teach_plan import Plan
from engine.services.teach_results import METRIC_WORDS, Sample, TeachResult, TeachResults
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.ratings import Rated
from engine.teach import compare, from_feedback, recipes, review, sift
from engine.teach.compare import Decision
from engine.teach.made import MadeCard
from engine.teach.recipes import Recipe, recipe
from engine.teach.review import Review
from engine.types import Answer, Mode

FIRST = "answer"
"""The recipe of answers that no adapter took part in."""
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
    """What the user said since the last adapter, of the recipe with most to learn."""

    new: int
    """Answers, corrected or praised, that the next adapter would learn from for the first time."""
    examples: int
    """All that it would learn from: these, those before, and what the last one was taught."""
    measured: int
    """Questions kept to compare on."""
    recipe: Recipe = field(default_factory=lambda: recipe(FIRST))
    """What they are about."""

    @property
    def words(self) -> str:
        some = "correction" if self.new == 1 else "corrections"
        about = "" if self.recipe.name == FIRST else f" of “{self.recipe.purpose}”"
        return f"{self.new} {some}{about} since the last adapter"


@dataclass(frozen=True, slots=True)
class Looped:
    """An adapter out of the loop, and what became of it."""

    file: Path
    decision: Decision


class TeachLoop:
    """Learns from what the user said of answers.

    Each answer knows which adapters took part in it. What is learnt is the recipe that most of the
    new corrections are about, from them and from what its last adapter was taught.
    """

    def __init__(
        self, vault: Vault, asked: AskedWith, feedback: Feedback, examples: TeachExamples,
        jobs: TeachJobs, adapters: TeachAdapters, results: TeachResults, beside: Beside,
    ) -> None:  # fmt: skip
        self._documents = Documents(vault)
        self._asked = asked
        self._feedback = feedback
        self._examples = examples
        self._jobs = jobs
        self._adapters = adapters
        self._results = results
        self._beside = beside

    def waiting(self) -> LoopWaiting:
        """What there is to learn. Quick."""
        rated = self._feedback.all()
        taught: dict[str, list[int]] = {}
        for each in rated:
            if from_feedback.teaches(each):
                taught.setdefault(_about(each), []).append(each.message_id)
        new = {name: self._new(name, numbers) for name, numbers in taught.items()}
        most = recipe(max(new, key=lambda name: new[name], default=FIRST))
        own, held = self._own(most)
        apart = [each for each in rated if _about(each) == most.name]
        kept = [*from_feedback.held_out(most, apart), *held]
        return LoopWaiting(
            new.get(most.name, 0),
            len(taught.get(most.name, ())) + len(own),
            len(self._questions(())) if most.name == FIRST else len(kept),
            most,
        )

    def _new(self, name: str, numbers: Sequence[int]) -> int:
        """How many of these answers came after what the last adapter of a recipe learnt from."""
        last = max((card.last_message for card in self._made(recipe(name))), default=0)
        return sum(number > last for number in numbers)

    def _made(self, wanted: Recipe) -> list[MadeCard]:
        """Adapters of a recipe, oldest first; one that does not say was taught the first."""
        return [each for each in self._jobs.made.all() if (each.recipe or FIRST) == wanted.name]

    def _own(self, wanted: Recipe) -> tuple[list[Example], list[Example]]:
        """What the last adapter of a recipe learnt, and what it was measured on."""
        for card in reversed(self._made(wanted)):
            if card.job:
                taught, held = self._jobs.learnt(Path(card.job))
                if taught:
                    return taught, held
        return [], []

    def run(
        self,
        *,
        recipe_name: str | None = None,
        model: str | None = None,
        questions: Sequence[Question] = (),
        settings: Mapping[str, Any] | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Looped]:
        """Train on what was corrected, compare, and adopt what is better.

        Without ``recipe_name``, the recipe that most of the new corrections are about.
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
        recipe_name: str | None = None,
        model: str | None = None,
        questions: Sequence[Question] = (),
        settings: Mapping[str, Any] | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Plan]:
        """The training of what was corrected, not begun yet. Raises InputError."""
        taught = recipe(recipe_name) if recipe_name is not None else self.waiting().recipe
        if not self._feedback.taught(taught):
            raise InputError(
                f"There is nothing new to learn for “{taught.purpose}”: no answer was corrected or "
                "praised that teaches it.",
                "Correct or praise answers in the window. Three of ten are kept to measure on.",
                code="no_examples",
            )
        file = self._jobs.root / "feedback.jsonl"
        own, held = self._own(taught)
        sources = ["feedback"]
        if own:
            # Behind the corrections, so that of two to one question the user's later word stays.
            sources.append(str(self._jobs.root / "feedback-before.jsonl"))
            review.write(Path(sources[1]), own)
        apart = [each.question for each in self._questions(questions)]
        apart += [sift.question_of(each) for each in held]
        built = yield from self._examples.build(
            sources, Wanted(taught, model=model), file, measured=apart, cancel=cancel
        )
        corrected = [each for each in Review(file).all() if "message" in each.example.more]
        if built.examples < FEWEST or not corrected:
            reasons = "; ".join(f"{count}: {reason}" for reason, count in built.left_out)
            raise InputError(
                f"Only {len(corrected)} corrections can be learnt from; it takes {FEWEST}.",
                f"Correct or praise some more answers. Left out: {reasons or 'none'}.",
            )
        kept = held
        if taught.name != FIRST:  # asked in its own form; answers from documents are asked whole
            kept = [*from_feedback.held_out(taught, self._feedback.all()), *held]
        return self._jobs.plan(
            file, model=model, settings=settings, unseen=True, looped=True,
            held_out=kept if held or len(kept) >= compare.FEWEST else None,
        )  # fmt: skip

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
        taught = recipe(str(self._jobs.told(job).get("recipe") or FIRST))
        beside = self._others(taught, model)
        samples: tuple[Sample, ...] = ()
        measured = MEASURED
        if taught.name == FIRST:
            decision = yield from self.compared(
                made, self._questions(questions), model=model, beside=beside, cancel=cancel
            )
        else:
            measured = METRIC_WORDS[taught.metric]
            decision, samples = yield from self._results.compared(
                (*beside, Adapter(made)), self._results.held_out(job), taught.metric, model, cancel
            )
        if decision.adopt:
            yield from self._adapters.use_exactly((*beside, Adapter(made)), model, cancel=cancel)
        self._results.keep(
            TeachResult(trained.job, name, made, trained.report, decision, measured, samples)
        )
        return Looped(made, decision)

    def compared(
        self,
        adapter: Path,
        questions: Sequence[Question],
        *,
        model: str | None = None,
        beside: Sequence[Adapter] = (),
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Decision]:
        """Ask everything with what is in use and with a new adapter, and decide."""
        library = bool(self._documents.documents())

        def ask(at: int, adapters: Sequence[Adapter]) -> Generator[Progress, None, Said]:
            yield from ()
            tuned: Mode = "both" if library else "tuned"
            mode: Mode = tuned if adapters else ("rag" if library else "plain")
            answer = self._answer(questions[at], mode, adapters, model, cancel)
            return Said(answer.text, compare.score(questions[at], answer))

        found = yield from self._beside.compared(
            (*beside, Adapter(adapter)), len(questions), ask, model, cancel, documents=True
        )
        return found.decision

    def _others(self, taught: Recipe, model: str | None) -> tuple[Adapter, ...]:
        """What a model is used with for other tasks; a new adapter takes the place of the rest."""
        return tuple(
            each
            for each in self._adapters.in_use(model)
            if (known := recipes.of_task(adapter_fits.task_of(each.path))) is not None
            and known.name != taught.name
        )

    def _questions(self, more: Sequence[Question]) -> list[Question]:
        """Kept questions with a known answer, and those that were given."""
        kept = self._feedback.questions(apart=True, about=FIRST)
        return [each for each in [*kept, *more] if each.answers or each.unanswerable]

    def _answer(
        self, question: Question, mode: Mode, adapters: Sequence[Adapter], model: str | None,
        cancel: CancelToken | None,
    ) -> Answer:  # fmt: skip
        if cancel is not None:
            cancel.check()
        return drain(
            self._asked.ask(
                question.question, mode=mode, model=model, adapters=adapters or None,
                options=ModelOptions(), cancel=cancel,
            )
        )  # fmt: skip


def _about(rated: Rated) -> str:
    """Name of the recipe that the loop learns from an answer."""
    found = from_feedback.about(rated)
    return found.name if found is not None else FIRST


def _number(job: Path) -> str:
    """That stands at the end of a training's folder; empty for none."""
    tail = job.name.rpartition("-")[2]
    return tail if tail.isdigit() else ""
