"""What comes of a training: taken, asked beside the model as it is, judged, kept."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import InputError
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.adapter import GROUNDED
from engine.formats.examples import Example
from engine.formats.job import JobFolder
from engine.inference.adapters import Adapter
from engine.model_types import Message
from engine.paths import open_profile
from engine.progress import drain
from engine.services import teach_results
from engine.services.teach_jobs import CARD, COMPARED, EXAMPLES, HELD_OUT
from engine.services.teach_plan import Plan
from engine.services.teach_results import score
from engine.store.connect import Vault
from engine.teach import from_feedback, recipes
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
            taught = [each for each in self.model.adapters if each.task != GROUNDED]
            return self.tuned if taught else self.plain
        return self.general if self.model.adapters else GENERAL

    def trained(
        self,
        name: str = "job",
        *,
        looped: bool = False,
        task: str = "",
        plan: Plan | None = None,
        recipe: str = "classify",
    ) -> Path:
        jobs = self.assistant.teaching.jobs
        file = self.root / f"{name}.jsonl"
        example_file.write(file, examples(40))
        plan = plan or jobs.plan(file, job=jobs.root / name, name=name, looped=looped)
        folder = plan.folder
        job_file.write_spec(folder, plan.spec)
        example_file.write(folder.root / EXAMPLES, plan.taught)
        example_file.write(folder.root / HELD_OUT, plan.held_out)
        said = [each.more.get("message", 0) for each in plan.taught]
        told = {"recipe": recipe, "base": "base", "last_message": max(said), "looped": looped}
        (folder.root / CARD).write_text(json.dumps(told))
        write_adapter(folder.root / "a.gguf", self.base, name=name, seed=len(name), task=task)
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


def test_one_that_answers_from_documents_takes_no_part_where_none_are_asked(
    bench: Bench, settle: Callable[[Path], teach_results.TeachResult]
) -> None:
    grounded = write_adapter(bench.root / "g.gguf", bench.base, name="g", task=GROUNDED)
    job = bench.trained(task="classification")
    drain(bench.assistant.adapters.use("base", [(str(grounded), 1.0)]))
    attached: list[tuple[str, ...]] = []

    def say(messages: Sequence[Message]) -> str:
        attached.append(tuple(each.name for each in bench.model.adapters))
        return bench._say(messages)

    bench.model._script = say
    decision = settle(job).decision
    assert decision is not None
    assert decision.adopt
    assert set(attached) == {(), ("job",)}
    assert [each.name for each in bench.model.adapters] == ["g"]  # as it was


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
    job = bench.trained("loop-3", looped=True, recipe="answer")
    result = drain(bench.assistant.teaching.settle(job))
    assert result.decision is not None
    assert not result.decision.adopt  # nobody corrected anything: no question to compare on
    assert result.file is not None
    assert result.file.stem == "loop-3-3"
    assert bench.assistant.teaching.jobs.card(job).compared


def test_the_loop_teaches_again_what_its_corrections_are_about(bench: Bench) -> None:
    teaching, model = bench.assistant.teaching, "base"
    taught = drain(teaching.settle(bench.trained("labels", task="classification"))).file
    assert taught is not None
    grounded = write_adapter(bench.root / "g.gguf", bench.base, task=GROUNDED, name="G")
    memory = bench.assistant.adapters._memory
    key = bench.assistant._keeper.stored_key(model)
    memory.put(key, [Adapter(grounded, 0.5), Adapter(taught)])
    bench.tuned = "complaint"
    for number in range(100, 112):
        talk = bench.assistant.create_conversation("Post")
        asked = bench.assistant.ask(
            f"Text {number}", conversation_id=talk.id, mode="tuned", adapters=[Adapter(taught)]
        )
        assert drain(asked).tasks == ("classification",)
        bench.assistant.feedback.correct(bench.assistant.messages(talk.id)[-1].id, "refund")
    rated = bench.assistant.feedback.all()
    assert {each.answer.tasks for each in rated} == {("classification",)}
    waiting = teaching.loop.waiting()
    kept = sum(from_feedback.is_measured(each.question) for each in rated)
    assert waiting.recipe.name == "classify"
    assert waiting.words == f"{12 - kept} corrections of “classify” since the last adapter"
    assert (waiting.new, waiting.examples) == (12 - kept, 12 - kept + 36)
    assert waiting.measured == kept + 4
    assert bench.assistant.feedback.questions(apart=True, about="answer") == []

    plan = drain(teaching.loop.prepared(model=model))
    assert plan.recipe is not None
    assert plan.recipe.name == "classify"
    assert (len(plan.taught), len(plan.held_out)) == (48 - kept, kept + 4)
    corrected = next(each for each in plan.taught if "message" in each.more)
    assert corrected.prompt[0].content == plan.recipe.system
    assert corrected.prompt[1].content.startswith("Text: Text 1")
    assert corrected.prompt[1].content.endswith("Label:")
    learnt = {each.prompt[-1].content for each in plan.taught}
    assert learnt.isdisjoint(each.prompt[-1].content for each in plan.held_out)

    again = bench.trained("labels-2", looped=True, task="classification", plan=plan)
    bench.tuned = "refund"
    memory.put(key, [Adapter(grounded, 0.5)])
    result = drain(teaching.settle(again))
    assert result.decision is not None
    assert result.decision.adopt, result.decision.reason
    assert result.measured == "answered exactly so"
    assert result.samples
    assert result.file is not None
    assert memory.of(key) == (Adapter(grounded, 0.5), Adapter(result.file))
    assert teaching.loop.waiting().new == 0


def test_corrections_of_one_task_do_not_teach_another(bench: Bench) -> None:
    labels = write_adapter(bench.root / "l.gguf", bench.base, task="classification")
    for number in range(8):
        talk = bench.assistant.create_conversation("Post")
        tuned = Adapter(labels) if number % 2 else None
        drain(bench.assistant.ask(
            f"Which label {number}?", conversation_id=talk.id,
            mode="tuned" if tuned else "plain", adapters=[tuned] if tuned else None,
        ))  # fmt: skip
        bench.assistant.feedback.correct(bench.assistant.messages(talk.id)[-1].id, "Mine.")
    rated = bench.assistant.feedback.all()
    for name, tasks in (("classify", ("classification",)), ("style", ()), ("sql", None)):
        made, left = from_feedback.examples(recipes.recipe(name), rated, None)
        taught = {int(each.more["message"]) for each in made}
        wanted = {
            each.message_id
            for each in rated
            if each.answer.tasks == tasks and not from_feedback.is_measured(each.question)
        }
        assert taught == wanted
        assert any("taught something else" in each.reason for each in left)


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
    assert drain(jobs._asking.kept(bench.base, 10, None)) == kept[:10]
    assert len(bench.model.prompts) == asked
    more = drain(jobs._asking.kept(bench.base, 20, None))
    assert (more[:12], len(more)) == (kept, 20)
    assert len(bench.model.prompts) == asked + 8


def test_a_folder_of_weights_has_nothing_to_keep(bench: Bench) -> None:
    jobs = bench.assistant.teaching.jobs
    assert drain(jobs._asking.kept(bench.root, 12, None)) == []
