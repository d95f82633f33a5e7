"""What came of a training: its adapter is taken, asked beside the model as it is, and judged."""

import json
import os
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from engine.answer import brief
from engine.errors import InputError, ModelError, NotFoundError, TeachError
from engine.evaluate import metrics
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import Example
from engine.formats.job import JobFolder
from engine.inference.adapters import Adapter
from engine.progress import CancelToken, Progress
from engine.services.teach_asking import TeachAsking
from engine.services.teach_beside import Beside, Said
from engine.services.teach_jobs import COMPARED, HELD_OUT, TeachJobs
from engine.teach import recipes, sift
from engine.teach.compare import Decision
from engine.teach.made import Verdict
from engine.teach.recipes import Metric

MOST_ASKED = 24
"""Held-out examples asked, each twice."""
MOST_TOKENS, SPARE_TOKENS = 160, 24
"""Written at most for one answer, and beyond what the right one takes."""
SHOWN = 4
METRIC_WORDS: Mapping[Metric, str] = {
    "em": "answered exactly so",
    "f1": "words in common with the right answer",
    "rouge_l": "likeness to your own text",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One held-out question with what was said before and after."""

    question: str
    wanted: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TeachResult:
    """How a training ended, for whoever decides what becomes of its adapter."""

    job: Path
    name: str
    file: Path | None
    """The adapter of this profile; None where the training left none in GGUF form."""
    report: Mapping[str, Any]
    decision: Decision | None = None
    measured: str = ""
    """What the scores before and after say."""
    samples: tuple[Sample, ...] = ()


class TeachResults:
    """Judges the trainings of one profile."""

    def __init__(self, jobs: TeachJobs, beside: Beside, asking: TeachAsking) -> None:
        self._jobs = jobs
        self._beside = beside
        self._asking = asking

    def judge(
        self, job: Path, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, TeachResult]:
        """Take the adapter and ask it beside the model as it is: held-out examples, general ones.

        Nothing is put in use. What was compared already is read. Raises NotFoundError, InputError,
        TeachError, CancelledError.
        """
        known = self.known(job)
        if known is not None:
            return known
        done = self._jobs.trained(job)
        file = self._jobs.export(job)
        model = self.model_of(job)
        metric = self.metric_of(job)
        try:
            decision, samples = yield from self.compared(
                (Adapter(file),), self.held_out(job), metric, model, cancel
            )
        except (InputError, ModelError, NotFoundError) as error:
            decision, samples = Decision(False, f"It could not be compared: {error.message}"), ()
        result = TeachResult(
            done.job, str(done.report.get("name", "")), file, done.report, decision,
            METRIC_WORDS[metric], samples,
        )  # fmt: skip
        self.keep(result)
        return result

    def known(self, job: Path) -> TeachResult | None:
        """What was found out before; None where nothing was."""
        try:
            kept = json.loads((job / COMPARED).read_text(encoding="utf-8"))
            done = self._jobs.trained(job)
            file = Path(self._jobs.made.folder / kept["file"])
            return TeachResult(
                done.job, str(done.report.get("name", "")), file if file.exists() else None,
                done.report, Decision(**kept["decision"]), kept["measured"],
                tuple(Sample(**each) for each in kept["samples"]),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, InputError):
            return None

    def keep(self, result: TeachResult) -> None:
        """Write down how it fared, beside the training and on the adapter's card."""
        if result.file is None or result.decision is None:
            return
        decision = result.decision
        card = self._jobs.made.of(result.file)
        if card is not None:
            verdict: Verdict = "adopted" if decision.adopt else "aside"
            scores = {**asdict(decision), "measured": result.measured}
            self._jobs.made.put(
                replace(
                    card, verdict=verdict, reason=decision.reason,
                    report={**card.report, "compared": scores},
                )
            )  # fmt: skip
        value = {
            "file": result.file.name,
            "decision": asdict(decision),
            "measured": result.measured,
            "samples": [asdict(each) for each in result.samples],
        }
        path = result.job / COMPARED
        temporary = path.with_name(f".{COMPARED}.{os.getpid()}")
        try:
            temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise TeachError(
                f"{path} cannot be written: {error.strerror}.", "Check that there is room."
            ) from error

    def model_of(self, job: Path) -> str | None:
        """The model that a training was made on, by its file; None for the one that answers."""
        return self._asking.name_of(job_file.read_spec(JobFolder(job)).base)

    def metric_of(self, job: Path) -> Metric:
        """By which the answers of what was taught are measured."""
        name = self._jobs.told(job).get("recipe")
        return recipes.recipe(str(name)).metric if name else "f1"

    def held_out(self, job: Path) -> list[Example]:
        """Examples that a training did not learn from, as many as are asked."""
        path = job / HELD_OUT
        return example_file.read(path)[:MOST_ASKED] if path.exists() else []

    def compared(
        self, new: Sequence[Adapter], held_out: Sequence[Example], metric: Metric,
        model: str | None, cancel: CancelToken | None,
    ) -> Generator[Progress, None, tuple[Decision, tuple[Sample, ...]]]:  # fmt: skip
        """Ask held-out examples as they were taught, beside the model as it is used."""

        def ask(at: int, adapters: Sequence[Adapter]) -> Generator[Progress, None, Said]:
            each = held_out[at]
            most = min(MOST_TOKENS, SPARE_TOKENS + len(each.answer) // 2)
            written = yield from self._asking.answer(each.prompt, most, adapters, model, cancel)
            return Said(written, score(written, each.answer, metric))

        found = yield from self._beside.compared(new, len(held_out), ask, model, cancel)
        samples = tuple(
            Sample(sift.question_of(example), example.answer, before.text, after.text)
            for example, before, after in zip(held_out, found.before, found.after, strict=True)
        )
        return found.decision, samples[:SHOWN]


def score(written: str, wanted: str, metric: Metric) -> float:
    """How right an answer is, in [0, 1]; a refusal is right only where one was wanted."""
    if brief.refuses(wanted) or brief.refuses(written):
        return float(brief.refuses(wanted) and brief.refuses(written))
    measures = {"em": metrics.exact_match, "f1": metrics.f1, "rouge_l": metrics.rouge_l}
    return measures[metric](written, (wanted,))
