"""Adapters asked alone: in the form that they were taught, byte for byte."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.answer import prompt
from engine.assistant import Assistant
from engine.evaluate import columns
from engine.formats.adapter import GROUNDED
from engine.formats.taught_form import TaughtForm
from engine.inference.adapters import Adapter
from engine.models.options import ModelOptions
from engine.paths import open_profile
from engine.progress import drain
from engine.services.acting import acting
from engine.store.connect import Vault
from engine.teach import from_feedback, recipes
from tests.fakes import AdaptableChatModel, HashingEmbedder
from tests.lora import write_adapter, write_base

LABELS = recipes.recipe("classify")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_base(tmp_path / "base.gguf", template="{{ messages }}")


@pytest.fixture
def model(base: Path) -> AdaptableChatModel:
    return AdaptableChatModel(base, "refund")


@pytest.fixture
def assistant(tmp_path: Path, base: Path, model: AdaptableChatModel) -> Iterator[Assistant]:
    home = open_profile(tmp_path / "profile")
    made = Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=model)
    made.model_jobs.add(base)
    yield made
    made.close()


def adapter(base: Path, task: str, form: TaughtForm | None = None, *, name: str = "") -> Adapter:
    file = base.with_name(f"{name or task or 'none'}.gguf")
    return Adapter(write_adapter(file, base, task=task, name=name or task, form=form))


def test_an_adapter_alone_is_asked_as_it_was_taught(
    assistant: Assistant, model: AdaptableChatModel, base: Path
) -> None:
    taught = LABELS.example({"text": "Where is my money?"}, "refund", source="s", why="w")
    for form in (None, LABELS.asked):  # one that was made earlier does not say its form
        mine = adapter(base, LABELS.task, form, name=f"l{form is None}")
        answer = drain(assistant.ask("Where is my money?", mode="tuned", adapters=[mine]))
        assert tuple(model.prompts[-1]) == taught.prompt == answer.asked
        assert (model.samplings[-1].temperature, model.samplings[-1].repeat_penalty) == (0.0, 1.0)
    drain(assistant.ask("Where is my money?", mode="plain"))
    assert model.prompts[-1][0].content == prompt.PLAIN_RULES


def test_the_form_that_the_adapter_carries_goes_before_that_of_its_recipe(
    assistant: Assistant, model: AdaptableChatModel, base: Path
) -> None:
    mine = adapter(base, LABELS.task, TaughtForm("", "Kind of {text}?"))
    drain(assistant.ask("money", mode="tuned", adapters=[mine]))
    assert [(each.role, each.content) for each in model.prompts[-1]] == [("user", "Kind of money?")]


def test_labels_stand_by_themselves_and_a_tone_goes_with_the_conversation(
    assistant: Assistant, model: AdaptableChatModel, base: Path
) -> None:
    labels, tone = adapter(base, LABELS.task), adapter(base, "tone")
    talk = assistant.create_conversation("Post").id
    for text in ("First text", "Second text"):
        drain(assistant.ask(text, mode="tuned", adapters=[labels], conversation_id=talk))
        assert tuple(model.prompts[-1]) == LABELS.asking(text)
    message = assistant.messages(talk)[-1]
    assistant.feedback.correct(message.id, "complaint")
    (rated,) = assistant.feedback.all()
    assert rated.follows
    assert not from_feedback.leans(rated)
    made = from_feedback._plainly(LABELS, rated)
    assert (made.prompt, made.answer) == (tuple(model.prompts[-1]), "complaint")
    drain(assistant.ask("Shorter", mode="tuned", adapters=[tone], conversation_id=talk))
    said = model.prompts[-1]
    assert said[0].content == recipes.recipe("style").system
    assert [each.content for each in said[1:]] == [
        "First text", "refund", "Second text", "refund", "Shorter",
    ]  # fmt: skip
    assert assistant.messages(talk)[-1].answer is not None


def test_a_question_that_lacks_a_part_is_told_the_form(
    assistant: Assistant, model: AdaptableChatModel, base: Path
) -> None:
    sql = adapter(base, "text to SQL")
    answer = drain(assistant.ask("How many guests?", mode="tuned", adapters=[sql]))
    assert "{schema} Question: {question}" in answer.note
    whole = "guests(name)\nQuestion: How many?"
    answer = drain(assistant.ask(whole, mode="tuned", adapters=[sql]))
    assert answer.note == ""
    assert model.prompts[-1][-1].content == whole


def test_of_several_in_use_one_answers_alone_and_the_others_rest(
    assistant: Assistant, model: AdaptableChatModel, base: Path
) -> None:
    grounded, tone = adapter(base, GROUNDED), adapter(base, "tone")
    labels, sql = adapter(base, LABELS.task), adapter(base, "text to SQL")
    every = [grounded, labels, tone, sql]
    assert acting(every, "tuned", trusted=False) == (sql,)
    assert acting([grounded, sql, labels], "tuned", trusted=False) == (labels,)
    assert acting([grounded, tone], "tuned", trusted=False) == (tone,)
    assert acting([grounded], "tuned", trusted=False) == (grounded,)
    assert acting(every, "both", trusted=False) == (grounded,)
    assert acting(every, "tuned", trusted=False, exactly=True) == tuple(every)
    key = assistant._keeper.stored_key("base")
    assistant.adapters._memory.put(key, every)
    parts = {each.name: each.part for each in assistant.adapters.in_use("base")}
    assert parts["classification"] == (
        "It rests: where you ask without documents, text to SQL answers, which was put in use "
        "later."
    )
    assert "writes queries" in parts["text to SQL"]


def test_adapters_that_are_stacked_by_name_are_asked_as_an_ordinary_model(
    assistant: Assistant, model: AdaptableChatModel, base: Path
) -> None:
    both = [adapter(base, LABELS.task), adapter(base, "tone")]
    drain(assistant.ask("Hello", mode="tuned", adapters=both))
    assert len(model.adapters) == 2
    assert model.prompts[-1][0].content == prompt.PLAIN_RULES


def test_what_the_user_sets_goes_before_what_suits_labels(
    assistant: Assistant, model: AdaptableChatModel, base: Path
) -> None:
    labels = adapter(base, LABELS.task)
    warm = ModelOptions(temperature=0.5)
    drain(assistant.ask("Hello", mode="tuned", adapters=[labels], options=warm))
    assert model.samplings[-1].temperature == 0.5


def test_what_an_adapter_was_asked_alone_is_no_question_to_the_documents(
    assistant: Assistant, base: Path
) -> None:
    labels, tone = adapter(base, LABELS.task), adapter(base, "tone")
    asked = [("Where is my money?", [labels]), ("Say hello", [tone]), ("What is it?", None)]
    for question, used in asked:
        talk = assistant.create_conversation("Post").id
        drain(assistant.ask(
            question, mode="tuned" if used else "plain", adapters=used, conversation_id=talk
        ))  # fmt: skip
        assistant.feedback.correct(assistant.messages(talk)[-1].id, "mine")
    found = assistant.feedback.thumbs()
    assert [each.question for each in found.questions] == ["Say hello", "What is it?"]
    assert found.words == (
        "1 rated answer is left out: it was given without documents, by an adapter that learnt "
        "“classify”."
    )
    alone = assistant.feedback.thumbs(task=LABELS.task)
    assert [each.question for each in alone.questions] == ["Where is my money?"]
    assert alone.words.startswith("2 rated answers are left out")
    assert alone.words.endswith("taught something else.")

    use = assistant.adapters
    ways = columns.of_modes(["plain", "tuned"], "base")
    assert use.asked_alone(ways) == ""  # none is in use
    key = assistant._keeper.stored_key("base")
    use._memory.put(key, [tone, labels])
    assert use.asked_alone(ways) == LABELS.task
    assert use.asked_alone(columns.of_modes(["rag", "tuned"], "base")) == ""
    named = columns.parsed(f"T: model=base, adapter={tone.path}, mode=tuned")
    assert use.asked_alone([named]) == ""
