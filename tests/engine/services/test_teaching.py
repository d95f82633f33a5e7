"""Teaching over a real vault: examples from all sources, plans, adapters, the loop's decision."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.answer import brief
from engine.assistant import Assistant
from engine.errors import InputError, NotFoundError, TeachError
from engine.evaluate.questions import Question, write_questions
from engine.formats import examples as example_file
from engine.formats import job as job_file
from engine.formats.examples import Example
from engine.model_types import Message
from engine.paths import open_profile
from engine.progress import drain
from engine.services.teach_adapters import Taught
from engine.services.teach_examples import Built, Wanted
from engine.store.connect import Vault
from engine.teach import from_feedback
from engine.teach.recipes import recipe
from engine.teach.review import Review
from tests.fakes import AdaptableChatModel, HashingEmbedder
from tests.lora import write_adapter, write_base

PAPERS = {
    "ferry.md": "# Ferries\n\nThe northern ferry to Odell Island was built by Harland Brothers in "
    "1987. It carries 240 passengers on each crossing to the island.\n",
    "light.md": "# Lighthouse\n\nThe old lighthouse on Gull Rock was designed by Agnes Moreau in "
    "1902. Its stairs count 199 steps up to the lantern room.\n",
    "mill.md": "# Mill\n\nThe water mill of Tarn Valley was restored by Pieter Holt in 1954. "
    "It grinds 12 tons of grain in every week of autumn.\n",
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "disk").mkdir()
    return write_base(tmp_path / "disk" / "base.gguf", template="{{ messages }}")


@pytest.fixture
def assistant(tmp_path: Path, base: Path) -> Iterator[Assistant]:
    home = open_profile(tmp_path / "profile")
    made = Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(),
        chat_model=AdaptableChatModel(base, "1987"),
    )  # fmt: skip
    (tmp_path / "papers").mkdir()
    for name, text in PAPERS.items():
        (tmp_path / "papers" / name).write_text(text, encoding="utf-8")
    drain(made.add([tmp_path / "papers"]))
    made.model_jobs.add(base)
    yield made
    made.close()


@pytest.fixture
def build(assistant: Assistant, tmp_path: Path) -> Callable[..., Built]:
    def run(name: str, *sources: object, measured: tuple[str, ...] = (), **how: object) -> Built:
        wanted = Wanted(recipe(name), **how)  # type: ignore[arg-type]
        return drain(
            assistant.teaching.examples.build(
                list(map(str, sources)), wanted, tmp_path / "made.jsonl", measured=measured
            )
        )

    return run


def test_grounded_examples_stand_in_the_prompt_of_an_answer(build: Callable[..., Built]) -> None:
    built = build("answer", "documents", refusals=0.0)
    made = example_file.read(built.file)
    assert len(made) == built.examples >= 2
    for each in made:
        assert each.messages[0].content == brief.RULES
        assert each.prompt[-1].content.endswith(f"Question: {each.more['question']}")
        paper = PAPERS[Path(each.source).name]
        assert each.answer in paper
        quote = str(each.more["quote"])
        assert quote in " ".join(paper.split())
        assert each.answer in quote
        assert quote in each.prompt[-1].content
        passages = each.more["passages"]
        assert isinstance(passages, list)
        assert len(passages) > 1  # distractors that the search brought along
        assert isinstance(each.more["tokens"], int)
        assert each.more["state"] == "new"


def test_a_share_refuses_because_its_passage_was_taken_away(build: Callable[..., Built]) -> None:
    made = example_file.read(build("answer", "documents", refusals=1.0).file)
    assert made
    for each in made:
        assert each.answer == brief.REFUSAL
        assert Path(each.source).name not in json.dumps(each.more["passages"])
        assert "taken away" in each.why


def test_a_quarter_is_a_quarter_of_few_examples_too(build: Callable[..., Built]) -> None:
    made = example_file.read(build("answer", "documents", refusals=0.5, count=2).file)
    assert [each.answer == brief.REFUSAL for each in made] == [False, True]


def test_questions_that_are_measured_on_are_not_learnt(
    assistant: Assistant, build: Callable[..., Built]
) -> None:
    first = build("answer", "documents", refusals=0.0)
    asked = [str(each.more["question"]) for each in example_file.read(first.file)]
    again = build("answer", "documents", refusals=0.0, measured=(asked[0],))
    assert again.examples < first.examples
    assert ("their question is one to measure on", 1) in again.left_out
    drain(assistant.evaluation.run([Question(1, asked[-1], ("x",))], source="mine"))
    assert asked[-1] in assistant.teaching.examples._measured.questions()


def test_kept_sets_of_questions_are_never_learnt(
    assistant: Assistant, build: Callable[..., Built], tmp_path: Path
) -> None:
    first = build("answer", "documents", refusals=0.0)
    before = example_file.read(first.file)
    asked = [str(each.more["question"]) for each in before]
    sets = assistant.evaluation.sets
    why = "their question is kept to measure on, in the set “Harbour”"
    frozen = sets.keep("Harbour", [Question("1", asked[0], ("x",))], origin="thumbs")
    assert build("answer", "documents", refusals=0.0).examples == first.examples
    sets.freeze(frozen)
    again = build("answer", "documents", refusals=0.0)
    assert again.examples == first.examples - 1
    assert (why, 1) in again.left_out
    sets.keep("Drafts", [Question("2", asked[1], ("x",))])
    assert build("answer", "documents", refusals=0.0).examples == first.examples - 2

    # Examples by hand, or of before the set was kept, are looked at when they are to be trained.
    base = write_base(tmp_path / "base.gguf")
    example_file.write(tmp_path / "before.jsonl", before)
    plan = assistant.teaching.jobs.plan(tmp_path / "before.jsonl", base=base, unseen=True)
    assert len(plan.taught) + len(plan.held_out) == first.examples - 2
    assert (why, 1) in plan.left_out
    assert "1 example is left out: their question is kept to measure on" in plan.left_words
    by_hand = tmp_path / "mine.jsonl"
    turns = (Message("user", asked[0].upper()), Message("assistant", "x"))
    example_file.write(by_hand, [Example(turns)])
    with pytest.raises(InputError, match="in the set “Harbour”") as raised:
        assistant.teaching.jobs.plan(by_hand, base=base)
    assert raised.value.code == "measured"


def test_question_files_make_grounded_examples_too(
    build: Callable[..., Built], tmp_path: Path
) -> None:
    path = tmp_path / "q.jsonl"
    write_questions(
        path,
        [
            Question(1, "When was the ferry to Odell Island built?", ("1987",),
                     documents=("ferry.md",)),
            Question(2, "Who designed the lighthouse on Gull Rock?", ("Agnes Moreau",),
                     documents=("mill.md",)),
            Question(3, "Who painted the water mill of Tarn Valley?", unanswerable=True),
            Question(4, "How old is the mill?"),
        ],
    )  # fmt: skip
    built = build("answer", path, refusals=0.0)
    assert [each.answer for each in example_file.read(built.file)] == ["1987", brief.REFUSAL]
    assert dict(built.left_out) == {
        "their question does not find its passage": 1, "their answer is not known": 1,
    }  # fmt: skip


def test_sources_that_cannot_be_used_are_told(build: Callable[..., Built], tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="in no library"):
        build("answer", tmp_path / "disk")
    with pytest.raises(InputError, match="cannot teach"):
        build("classify", "documents")
    with pytest.raises(InputError, match="No example"):
        build("abbreviations", "glossary")
    with pytest.raises(InputError, match="No example"):
        build("answer", "feedback")


def test_glossary_samples_and_foreign_examples(
    assistant: Assistant, build: Callable[..., Built], tmp_path: Path
) -> None:
    assistant.glossary.add("Documents", "MI", "myocardial infarction")
    [term] = example_file.read(build("abbreviations", "glossary").file)
    assert term.answer == "myocardial infarction"
    styled = example_file.read(build("style", tmp_path / "papers").file)
    assert {Path(each.source).name for each in styled} == set(PAPERS)
    foreign = tmp_path / "f.json"
    foreign.write_text('[{"instruction": "Greet", "output": "Hi"}]')
    [each] = example_file.read(build("style", foreign).file)
    assert (each.answer, each.recipe) == ("Hi", "speak like us")


def test_feedback_is_learnt_or_measured_and_never_both(
    assistant: Assistant, build: Callable[..., Built]
) -> None:
    questions = [f"When was ferry number {n} to Odell Island built?" for n in range(12)]
    for question in questions:
        talk = assistant.create_conversation("Ferries")
        drain(assistant.ask(question, conversation_id=talk.id))
        assistant.feedback.correct(assistant.messages(talk.id)[-1].id, "In 1987.")
    measured = {each.question for each in assistant.feedback.questions(apart=True)}
    assert measured == {each for each in questions if from_feedback.is_measured(each)}
    assert 0 < len(measured) < len(questions)
    kept, left = drain(assistant.teaching.examples.examples("feedback", Wanted(recipe("style"))))
    assert {str(each.more["question"]) for each in kept} == set(questions) - measured
    assert [each.reason for each in left] == ["they are kept to measure on"] * len(measured)
    assert kept[0].why == "you corrected the answer"
    waiting = assistant.teaching.loop.waiting()
    assert (waiting.new, waiting.measured) == (len(kept), len(measured))
    assert waiting.words == f"{len(kept)} corrections since the last adapter"
    grounded, _ = drain(assistant.teaching.examples.examples("feedback", Wanted(recipe("answer"))))
    assert all(each.messages[0].content == brief.RULES for each in grounded)


def examples(path: Path, count: int = 40, state: str = "kept") -> Path:
    example_file.write(
        path,
        [
            Example(
                (Message("user", f"Q {n}"), Message("assistant", "A")),
                recipe="classify", source=f"{n}.md", more={"state": state, "tokens": 50 + n},
            )
            for n in range(count)
        ],
    )  # fmt: skip
    return path


def test_a_plan_names_base_settings_and_what_is_held_out(
    assistant: Assistant, base: Path, tmp_path: Path
) -> None:
    jobs = assistant.teaching.jobs
    with pytest.raises(InputError, match="Nobody has looked"):
        jobs.plan(examples(tmp_path / "n.jsonl", state="new"), model="base")
    file = examples(tmp_path / "e.jsonl")
    plan = jobs.plan(file, model="base", settings={"rank": 4})
    assert (plan.spec.base, plan.spec.name, plan.spec.task) == (base, "Classify", "classification")
    assert (len(plan.taught), len(plan.held_out)) == (36, 4)
    assert plan.spec.settings["rank"] == 4
    assert plan.spec.settings["max_tokens"] == round(1.25 * max(
        int(str(each.more["tokens"])) for each in plan.taught
    ))  # fmt: skip
    assert plan.folder.root.parent == assistant.profile.teaching
    with pytest.raises(InputError, match="There is no"):
        jobs.plan(file, base=tmp_path / "none.gguf")


def test_training_without_its_environment_says_what_to_install(
    assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALCOVE_TRAINING_PYTHON", str(tmp_path / "nowhere"))
    jobs = assistant.teaching.jobs
    plan = jobs.plan(examples(tmp_path / "e.jsonl"), model="base", job=tmp_path / "job")
    with pytest.raises(TeachError, match="no Python"):
        drain(jobs.train(plan))
    assert not (tmp_path / "job").exists()
    with pytest.raises(NotFoundError):
        jobs.stop(tmp_path / "job")
    job_file.write_spec(plan.folder, plan.spec)
    with pytest.raises(InputError, match="not done"):
        jobs.export(tmp_path / "job")


def finished(assistant: Assistant, base: Path, root: Path, *, seed: int = 1) -> Path:
    """A training as the trainer leaves it."""
    plan = assistant.teaching.jobs.plan(
        examples(root.with_suffix(".jsonl")), model="base", job=root, name="House"
    )
    job_file.write_spec(plan.folder, plan.spec)
    write_adapter(root / "house.gguf", base, name="House", seed=seed)
    report = {"name": "House", "task": "tone", "base": str(base), "examples": 36,
              "outcome": {"held_out_loss": 0.5}, "files": {"adapter": "house.gguf"}}  # fmt: skip
    plan.folder.report.write_text(json.dumps(report))
    return root


def test_an_adapter_is_taken_listed_used_and_rolled_back(
    assistant: Assistant, base: Path, tmp_path: Path
) -> None:
    teaching = assistant.teaching
    first = teaching.jobs.export(finished(assistant, base, tmp_path / "j1"))
    second = teaching.jobs.export(finished(assistant, base, tmp_path / "j2", seed=2), "Better")
    assert (first.name, second.name) == ("house.gguf", "better.gguf")

    def of_profile() -> dict[str, Taught]:
        """Without the one that comes with the starter model."""
        own = str(assistant.profile.root)
        return {
            each.card.file: each
            for each in teaching.adapters.list()
            if each.card.file.startswith(own)
        }

    listed = of_profile()
    assert {each.state for each in listed.values()} == {"ready"}
    assert listed[str(first)].base == "base"
    assert [listed[str(each)].card.name for each in (first, second)] == ["House", "Better"]
    named = assistant.adapters.resolved("base", [("Better", 1.0)])
    assert [each.path for each in named] == [second]
    made = listed[str(first)].made
    assert made is not None
    assert made.report["outcome"] == {"held_out_loss": 0.5}
    memory, key = assistant.adapters._memory, assistant._keeper.stored_key("base")
    teaching.jobs.made.changed(key, (), ((str(first), 1.0),))
    memory.put(key, assistant.adapters.resolved("base", [(str(first), 1.0)]))
    states = {file: each.state for file, each in of_profile().items()}
    assert states == {str(first): "in use", str(second): "ready"}
    assert [each.path for each in teaching.adapters.in_use("base")] == [first]
    drain(teaching.adapters.roll_back("base"))
    assert teaching.adapters.in_use("base") == ()
    assert teaching.jobs.made.changes(key) == []
    memory.put(key, assistant.adapters.resolved("base", [(str(second), 1.0)]))
    teaching.adapters.off("base")
    assert teaching.adapters.in_use("base") == ()
    assert teaching.jobs.made.changes(key)[-1].before == ((str(second), 1.0),)
    second.unlink()
    with pytest.raises(InputError, match="not there any more"):
        drain(teaching.adapters.roll_back("base"))
    assert [each.name for each in teaching.jobs.jobs()] == []  # these folders lie elsewhere
    assert teaching.jobs.card(tmp_path / "j1").state == "trained"


def test_nothing_to_go_back_to_is_told(assistant: Assistant) -> None:
    with pytest.raises(InputError, match="nothing to go back to"):
        drain(assistant.teaching.adapters.roll_back())


def test_the_loop_wants_enough_to_learn(assistant: Assistant) -> None:
    with pytest.raises(InputError, match="nothing new to learn"):
        drain(assistant.teaching.loop.run())


def test_new_files_take_no_name_twice(assistant: Assistant) -> None:
    path = assistant.teaching.new_file(recipe("sql"))
    examples_written = examples_at(path)
    assert Review(examples_written).counts()["kept"] == 2
    assert assistant.teaching.new_file(recipe("sql")).name == "sql-2.jsonl"
    assert len(assistant.teaching.recipes()) == 8


def examples_at(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    return examples(path, 2)
