"""Questions in conversations: what the model reads of them, with which model, and what before."""

import json
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.assistant import Assistant
from engine.errors import InputError, ModelCrashedError, ModelError, NotFoundError
from engine.inference.chat_model import ChatModel, Sampling
from engine.inference.process import ProcessChatModel
from engine.inference.state_store import StateStore
from engine.inference.supervisor import UNSTABLE_CRASHES
from engine.model_types import Completion, Message
from engine.models.starter import StarterModels
from engine.paths import open_profile
from engine.progress import CancelToken, drain
from engine.store.connect import Vault
from tests.engine.inference.scripted_worker import ANSWER
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.ggufs import write_model

WORKER = Path(__file__).parents[1] / "inference" / "scripted_worker.py"
PAPERS = {
    "hours.md": "# Working hours\n\nFull-time staff work 38.5 hours a week. The office in Graz "
    "opens at 7 a.m. and closes at 6 p.m. on weekdays.\n",
    "holidays.md": "# Holidays\n\nEvery employee has 27 days of paid holiday a year. Part-time "
    "staff have holiday in proportion to their hours. Unused days of holiday must be "
    "taken until 31 March.\n",
    "travel.md": "# Travel\n\nTrips over 400 EUR need the approval of Marta Lindqvist. Train "
    "tickets are booked in second class. Receipts are handed in within 14 days.\n",
}
QUESTIONS = (
    "How many days of paid holiday does an employee have?",
    "And how many for part-time staff?",
    "Until when must unused days of holiday be taken?",
)

Open = Callable[..., Assistant]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the same profile, with three papers in it, as often as a test likes."""
    papers = tmp_path / "papers"
    papers.mkdir()
    for name, text in PAPERS.items():
        (papers / name).write_text(text, encoding="utf-8")
    made: list[Assistant] = []

    def open_(model: ChatModel, *, key: bytes | None = None, trusted_bytes: int = 0) -> Assistant:
        home = open_profile(tmp_path / "profile")
        assistant = Assistant(
            home,
            Vault.open(home.vault, key=key),
            embedder=HashingEmbedder(),
            chat_model=model,
            trusted_bytes=trusted_bytes,
        )
        made.append(assistant)
        drain(assistant.add([papers]))
        return assistant

    yield open_
    for assistant in made:
        assistant.close()


def right(messages: Sequence[Message]) -> str:
    """What a good model would write."""
    question = messages[-1].content
    if "part-time" in question:
        return "Part-time staff have holiday in proportion to their hours."
    if "unused" in question:
        return "Unused days of holiday must be taken until 31 March."
    return "Every employee has 27 days of paid holiday a year."


def test_a_prompt_begins_with_the_whole_of_the_one_before(opened: Open) -> None:
    model = ScriptedChatModel(right)
    assistant = opened(model)
    talk = assistant.create_conversation("Holidays")
    answers = [drain(assistant.ask(each, conversation_id=talk.id)) for each in QUESTIONS]
    first, second, third = model.prompts
    assert second[: len(first)] == first
    assert third[: len(second)] == second
    assert second[len(first)] == Message("assistant", right(first))
    assert all(answer.citations for answer in answers)
    assert [len(answer.context.kept) for answer in answers if answer.context] == [1, 3, 5]


def test_a_conversation_goes_on_the_same_after_a_restart(opened: Open) -> None:
    model = ScriptedChatModel(right)
    first = opened(model)
    talk = first.create_conversation("Holidays")
    answer = drain(first.ask(QUESTIONS[0], conversation_id=talk.id))
    first.close()
    again = ScriptedChatModel(right)
    second = opened(again)
    drain(second.ask(QUESTIONS[1], conversation_id=talk.id))
    assert again.prompts[0][: len(model.prompts[0])] == model.prompts[0]
    assert second.messages(talk.id)[1].answer == answer


def test_a_document_that_is_gone_is_not_read_any_more(opened: Open) -> None:
    model = ScriptedChatModel(right)
    assistant = opened(model)
    talk = assistant.create_conversation("Holidays")
    drain(assistant.ask(QUESTIONS[0], conversation_id=talk.id))
    assistant.remove([Path(doc.path) for doc in assistant.documents()])
    drain(assistant.ask(QUESTIONS[1], conversation_id=talk.id, mode="plain"))
    assert all("<passages>" not in message.content for message in model.prompts[-1])


def test_a_model_that_quotes_says_that_it_read_no_conversation(opened: Open) -> None:
    assistant = opened(ScriptedChatModel(), trusted_bytes=1)
    talk = assistant.create_conversation()
    for question in QUESTIONS[:2]:
        assert drain(assistant.ask(question, conversation_id=talk.id)).context is None


def test_long_conversations_are_folded_once_and_pinned_turns_stay(opened: Open) -> None:
    def script(messages: Sequence[Message]) -> str:
        if "sum up conversations" in messages[0].content:
            return "Words were counted."
        return "word " * 30

    model = ScriptedChatModel(script, n_ctx=600)
    assistant = opened(model)
    talk = assistant.create_conversation()
    pinned = 0
    contexts = []
    for number in range(16):
        question = f"Question {number} " + "word " * 20
        answer = drain(assistant.ask(question, conversation_id=talk.id, mode="plain"))
        assert answer.context is not None
        assert answer.context.fits
        contexts.append(answer.context)
        if number == 1:
            pinned = assistant.messages(talk.id)[2].id
            assert assistant.pin(pinned).pinned
    assert contexts[0].dropped == ()
    assert contexts[-1].summary == "Words were counted."
    assert {2, 3} <= set(contexts[-1].kept)
    assert {0, 1, 4, 5} <= set(contexts[-1].dropped)
    summaries = [prompt for prompt in model.prompts if "sum up" in prompt[0].content]
    changes = len({context.dropped for context in contexts}) - 1
    assert len(summaries) == changes < 6
    assistant.pin(pinned, False)
    assert not assistant.messages(talk.id)[2].pinned
    with pytest.raises(NotFoundError):
        assistant.pin(10_000)


def test_a_conversation_has_a_model_of_its_own(opened: Open, tmp_path: Path) -> None:
    assistant = opened(ScriptedChatModel(right))
    talk = assistant.create_conversation()
    with pytest.raises(NotFoundError):
        assistant.set_conversation_model(talk.id, "gpt")
    assistant.model_jobs.add(write_model(tmp_path / "own.gguf", name="Own"))
    assistant.set_conversation_model(talk.id, "Own")
    assert assistant.conversation(talk.id).model == "Own"
    with pytest.raises(ModelError, match=r"own\.gguf"):  # no model that llama.cpp could load
        drain(assistant.ask("Who?", conversation_id=talk.id))
    assistant.set_conversation_model(talk.id, "")
    assert assistant.conversations()[0].model == ""


class Thinker(ScriptedChatModel):
    """Thinks first, and takes two seconds for four tokens after the first."""

    def stream(
        self,
        messages: Sequence[Message],
        sampling: Sampling,
        *,
        prefill: str = "",
        cancel: CancelToken | None = None,
    ) -> Generator[str, None, Completion]:
        end = yield from super().stream(messages, sampling, prefill=prefill, cancel=cancel)
        usage = replace(end.usage, completion_tokens=5)
        return replace(
            end, thinking="The user asks for days.\n", usage=usage, first_token_s=3.0, total_s=5.0
        )


def test_thinking_and_speed_are_kept_and_thinking_is_not_read_again(opened: Open) -> None:
    model = Thinker(right)
    assistant = opened(model)
    talk = assistant.create_conversation()
    answer = drain(assistant.ask(QUESTIONS[0], conversation_id=talk.id))
    assert answer.thinking == "The user asks for days."
    assert answer.timings.tokens_per_s == assistant.tokens_per_s == 2.0
    assert all("user asks" not in sentence.text for sentence in answer.sentences)
    assert assistant.messages(talk.id)[1].answer == answer
    drain(assistant.ask(QUESTIONS[1], conversation_id=talk.id))
    assert all("user asks" not in message.content for message in model.prompts[-1])


# --- a process that fails, waits and gives way ---------------------------------------------------


def scripted(tmp_path: Path, **script: Any) -> ProcessChatModel:
    file = tmp_path / "tiny-Q0.gguf"
    if not file.exists():
        file.write_bytes(b"GGUF")
    return ProcessChatModel(file, command=[sys.executable, str(WORKER), json.dumps(script)])


def test_a_model_that_fails_again_and_again_is_marked(opened: Open, tmp_path: Path) -> None:
    other = write_model(tmp_path / "other.gguf", name="Other")
    failing = opened(scripted(tmp_path, crash="SIGSEGV"))
    failing.model_jobs.add(other)
    for _ in range(UNSTABLE_CRASHES // 2):
        with pytest.raises(ModelCrashedError):
            drain(failing.ask("Where?", mode="plain"))
    failing.close()
    again = opened(scripted(tmp_path, crash="SIGSEGV"))
    with pytest.raises(ModelCrashedError):
        drain(again.ask("Where?", mode="plain"))
    with pytest.raises(ModelError) as told:
        drain(again.ask("Where?", mode="plain"))
    assert told.value.code == "model_unstable"
    again.close()

    mended = opened(scripted(tmp_path))
    with pytest.raises(ModelError) as refused:
        drain(mended.ask("Where?", mode="plain"))
    assert refused.value.code == "model_unstable"
    assert "tiny-Q0 failed 4 times in a row here" in refused.value.message
    assert "Other fits this machine" in refused.value.hint
    assert mended.model_pid is None
    mended.shelf.marks.on_trial(tmp_path / "tiny-Q0.gguf")  # as when it is chosen by name
    assert drain(mended.ask("Where?", mode="plain")).text == ANSWER
    assert not mended.shelf.marks.any()


def test_a_question_that_is_refused_is_no_failure_of_the_model(
    opened: Open, tmp_path: Path
) -> None:
    assistant = opened(scripted(tmp_path))
    with pytest.raises(InputError):
        drain(assistant.ask("x" * 600, mode="plain"))
    assert not assistant.shelf.marks.any()


def test_warming_gives_way_to_a_question(opened: Open, tmp_path: Path) -> None:
    assistant = opened(scripted(tmp_path, prefill_s=0.02))
    warming = threading.Thread(target=lambda: drain(assistant.warm(mode="plain")))
    warming.start()
    while assistant.model_pid is None:
        time.sleep(0.01)
    answer = drain(assistant.ask("Where?", mode="plain"))
    warming.join()
    assert answer.text == ANSWER
    assert not answer.stopped


def test_warming_while_a_question_is_answered_does_nothing(opened: Open, tmp_path: Path) -> None:
    assistant = opened(scripted(tmp_path, token_s=0.02))
    asking = assistant.ask("Where?", mode="plain")
    next(asking)
    drain(assistant.warm(mode="plain"))
    assert drain(asking).text == ANSWER


def test_stopping_while_the_model_loads_is_a_stopped_answer(opened: Open, tmp_path: Path) -> None:
    assistant = opened(scripted(tmp_path, load_s=60))
    warming = threading.Thread(target=lambda: drain(assistant.warm(mode="plain")))
    warming.start()
    talk = assistant.create_conversation()
    cancel = CancelToken()
    threading.Timer(0.3, cancel.cancel).start()
    answer = drain(assistant.ask("Where?", conversation_id=talk.id, mode="plain", cancel=cancel))
    warming.join()
    assert answer.stopped
    assert answer.text == ""


def test_warming_tells_no_errors(opened: Open, tmp_path: Path) -> None:
    assistant = opened(scripted(tmp_path, refuse_load="tensor data is corrupted"))
    drain(assistant.warm(mode="plain"))
    drain(assistant.warm(conversation_id=10_000))
    drain(assistant.warm(model="gpt"))


# --- on the real model ---------------------------------------------------------------------------


def ask_all(assistant: Assistant, talk: int, questions: Sequence[str]) -> list[Any]:
    return [drain(assistant.ask(question, conversation_id=talk)) for question in questions]


@pytest.mark.model
@pytest.mark.parametrize("key", [None, b"k" * 32], ids=["plain", "encrypted"])
def test_follow_ups_reuse_the_prompt_also_after_a_restart(
    opened: Open, starter_models: StarterModels, tmp_path: Path, key: bytes | None
) -> None:
    vault = Vault.open(tmp_path / "other.db", key=key)
    states = StateStore(tmp_path / "profile" / "states", key=vault.derived_key("saved states"))
    vault.close()
    first = opened(ProcessChatModel(starter_models.chat, states=states), key=key)
    talk = first.create_conversation()
    one, two = ask_all(first, talk.id, QUESTIONS[:2])
    assert one.usage.prompt_tokens > 150
    assert two.usage.reused_tokens >= one.usage.prompt_tokens - 1
    assert two.context.passages == ()  # all three papers came with the first question
    first.close()
    again = opened(ProcessChatModel(starter_models.chat, states=states), key=key)
    (three,) = ask_all(again, talk.id, QUESTIONS[2:])
    assert three.usage.reused_tokens >= two.usage.prompt_tokens - 1
    assert three.usage.reused_tokens > 0.8 * three.usage.prompt_tokens


@pytest.mark.model
def test_what_was_warmed_is_not_read_again(opened: Open, starter_models: StarterModels) -> None:
    assistant = opened(ProcessChatModel(starter_models.chat))
    talk = assistant.create_conversation()
    drain(assistant.warm(conversation_id=talk.id))
    (one,) = ask_all(assistant, talk.id, QUESTIONS[:1])
    assert one.usage.reused_tokens > 60  # the rules
    drain(assistant.warm(conversation_id=talk.id))
    (two,) = ask_all(assistant, talk.id, QUESTIONS[1:2])
    assert two.usage.reused_tokens > one.usage.prompt_tokens  # the answer as well


@pytest.mark.model
def test_the_start_of_weighing_is_warmed_for_a_small_model(
    opened: Open, starter_models: StarterModels
) -> None:
    model = ProcessChatModel(starter_models.chat)
    assistant = opened(model, trusted_bytes=10**9)
    drain(assistant.warm())
    assert model.pid is not None
    assert drain(assistant.ask(QUESTIONS[0])).usage.reused_tokens > 10
