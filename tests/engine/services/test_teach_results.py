"""What comes of a training: taken, asked beside the model as it is, judged, kept."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import InputError
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import Example
from engine.formats.job import JobFolder
from engine.model_types import Message
from engine.paths import open_profile
from engine.progress import drain
from engine.services import teach_results
from engine.services.teach_jobs import CARD, COMPARED, HELD_OUT
from engine.services.teach_results import score
from engine.store.connect import Vault
from tests.fakes import AdaptableChatModel, HashingEmbedder
from tests.lora import write_adapter, write_base

GENERAL = "Paris, seven, five, spring."


def examples(count: int) -> list[Example]:
    return [
        Example(
            (Message("user", f"Text {n}"), Message("assistant", "refund")),
            recipe="classify", source=f"{n}.md", more={"state": "kept", "tokens": 30 + n},
        )
        for n in range(count)
    ]  # fmt: skip


class Bench:
    """A profile with a model that answers as a script says, and trainings as they end."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.plain, self.tuned, self.general = "No idea.", "refund", GENERAL
        self.base = write_base(root / "base.gguf", template="{{ messages }}")
        self.model = AdaptableChatModel(self.base, self._say)
        home = open_profile(root / "profile")
        self.assistant = Assistant(
            home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=self.model
        )
        self.assistant.model_jobs.add(self.base)
        # The scripted model stands for the base's process.
        self.assistant._keeper._key = str(self.base)
        self.assistant.model_use.set_default("base")

    def _say(self, messages: Sequence[Message]) -> str:
        if messages[-1].content.startswith("Text"):
            return self.tuned if self.model.adapters else self.plain
        return self.general if self.model.adapters else GENERAL

    def trained(self, name: str = "job", *, looped: bool = False) -> Path:
        jobs = self.assistant.teaching.jobs
        file = self.root / f"{name}.jsonl"
        example_file.write(file, examples(40))
        plan = jobs.plan(file, job=jobs.root / name, name=name, looped=looped)
        folder = plan.folder
        job_file.write_spec(folder, plan.spec)
        example_file.write(folder.root / HELD_OUT, plan.held_out)
        told = {"recipe": "classify", "base": "base", "last_message": 0, "looped": looped}
        (folder.root / CARD).write_text(json.dumps(told))
        write_adapter(folder.root / "a.gguf", self.base, name=name, seed=len(name))
        report = {"name": name, "base": str(self.base), "examples": 36,
                  "outcome": {"held_out_before": 2.0, "held_out_loss": 0.5},
                  "files": {"adapter": "a.gguf"}}  # fmt: skip
        folder.report.write_text(json.dumps(report))
        return folder.root


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.assistant.close()


@pytest.fixture
def settle(bench: Bench) -> Callable[[Path], teach_results.TeachResult]:
    return lambda job: drain(bench.assistant.teaching.settle(job))


def test_a_better_adapter_is_taken_with_its_scores_and_not_used_by_itself(
    bench: Bench, settle: Callable[[Path], teach_results.TeachResult]
) -> None:
    job = bench.trained()
    result = settle(job)
    decision = result.decision
    assert decision is not None
    assert decision.adopt
    assert (decision.before, decision.after, decision.questions) == (0.0, 1.0, 4)
    assert result.measured == "answered exactly so"
    assert result.samples[0].wanted == result.samples[0].after == "refund"
    assert result.samples[0].before == "No idea."
    assert result.file is not None
    made = bench.assistant.teaching.jobs.made.of(result.file)
    assert made is not None
    assert (made.verdict, made.reason) == ("adopted", decision.reason)
    assert made.report["compared"]["after"] == 1.0
    assert bench.assistant.teaching.adapters.in_use() == ()
    assert bench.model.adapters == ()  # as it was
    assert bench.assistant.teaching.jobs.card(job).compared
    bench.plain = "refund"
    assert settle(job) == result  # nothing is asked twice


def test_one_that_is_no_better_or_forgets_is_kept_aside(
    bench: Bench, settle: Callable[[Path], teach_results.TeachResult]
) -> None:
    bench.tuned = "No idea."
    first = settle(bench.trained("first")).decision
    assert first is not None
    assert not first.adopt
    assert "not better" in first.reason
    bench.tuned, bench.general = "refund", "I forgot."
    second = settle(bench.trained("second"))
    assert second.decision is not None
    assert "forgets" in second.decision.reason
    taught = {each.card.name: each for each in bench.assistant.teaching.adapters.list()}
    assert taught["second"].state == "kept aside"


def test_a_training_of_the_loop_is_finished_by_whoever_comes_next(bench: Bench) -> None:
    job = bench.trained("loop-3", looped=True)
    result = drain(bench.assistant.teaching.settle(job))
    assert result.decision is not None
    assert not result.decision.adopt  # nobody corrected anything: no question to compare on
    assert result.file is not None
    assert result.file.stem == "loop-3-3"
    assert bench.assistant.teaching.jobs.card(job).compared


def test_a_training_that_is_not_done_has_no_result(bench: Bench) -> None:
    job = bench.trained()
    JobFolder(job).report.unlink()
    assert bench.assistant.teaching.results.known(job) is None
    with pytest.raises(InputError, match="not done"):
        drain(bench.assistant.teaching.settle(job))
    (job / COMPARED).write_text("{")
    assert bench.assistant.teaching.results.known(job) is None


def test_a_training_is_thrown_away_and_its_adapter_stays(
    bench: Bench, settle: Callable[[Path], teach_results.TeachResult]
) -> None:
    job = bench.trained()
    file = settle(job).file
    bench.assistant.teaching.jobs.discard(job)
    assert not job.exists()
    assert file is not None
    assert file.exists()


def test_a_plan_is_checked_and_leaves_long_examples_out(bench: Bench) -> None:
    jobs = bench.assistant.teaching.jobs
    file = bench.root / "e.jsonl"
    example_file.write(file, examples(40))
    plan = jobs.plan(file, longest=40)
    assert len(plan.taught) + len(plan.held_out) == 11
    found = jobs.check(plan)
    assert {line.what for line in found.lines} >= {"Memory", "Time", "Disk"}


@pytest.mark.parametrize(
    ("written", "wanted", "right"),
    [("refund", "refund", 1.0), ("a refund please", "refund", 0.0), ("", "refund", 0.0)],
)
def test_exact_answers_are_right_or_wrong(written: str, wanted: str, right: float) -> None:
    assert score(written, wanted, "em") == right


def test_what_is_to_be_kept_is_asked_once(bench: Bench) -> None:
    jobs = bench.assistant.teaching.jobs
    kept = drain(jobs._asking.kept(bench.base, 12, None))
    assert [each.answer for each in kept] == [GENERAL] * 12
    asked = len(bench.model.prompts)
    assert drain(jobs._asking.kept(bench.base, 20, None))[:12] == kept
    assert len(bench.model.prompts) == asked


def test_a_folder_of_weights_has_nothing_to_keep(bench: Bench) -> None:
    jobs = bench.assistant.teaching.jobs
    assert drain(jobs._asking.kept(bench.root, 12, None)) == []
