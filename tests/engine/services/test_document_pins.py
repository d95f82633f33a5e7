"""Documents pinned to a conversation: read whole where they fit, their sentences weighed else."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import InputError, NotFoundError
from engine.inference.chat_model import ChatModel
from engine.model_types import Message
from engine.paths import open_profile
from engine.progress import drain
from engine.store.connect import Vault
from tests.fakes import HashingEmbedder, ScriptedChatModel

HOLIDAYS = (
    "# Holidays\n\nEvery employee has 27 days of paid holiday a year. Unused days lapse on "
    "31 March.\n"
)
TRAVEL = "# Travel\n\nTrips over 400 EUR need the approval of Marta Lindqvist.\n"
QUESTION = "Who approves trips over 400 EUR?"
Open = Callable[..., Assistant]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "holidays.md").write_text(HOLIDAYS, encoding="utf-8")
    (folder / "travel.md").write_text(TRAVEL, encoding="utf-8")
    return folder


@pytest.fixture
def opened(tmp_path: Path, papers: Path) -> Iterator[Open]:
    made: list[Assistant] = []

    def open_(model: ChatModel, *, trusted_bytes: int = 0) -> Assistant:
        home = open_profile(tmp_path / "profile")
        assistant = Assistant(
            home,
            Vault.open(home.vault),
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


def approves(messages: Sequence[Message]) -> str:
    return "Trips over 400 EUR need the approval of Marta Lindqvist."


def test_a_pinned_document_stands_whole_before_every_question(opened: Open, papers: Path) -> None:
    model = ScriptedChatModel(approves)
    assistant = opened(model)
    talk = assistant.create_conversation()
    told = assistant.document_pins.pin(talk.id, "travel.md")
    assert (told.title, told.gone) == ("Travel", False)
    first = drain(assistant.ask(QUESTION, conversation_id=talk.id))
    drain(assistant.ask("And who else?", conversation_id=talk.id))
    assert first.context is not None
    assert first.context.documents == (str(papers / "travel.md"),)
    opening = model.prompts[0][1].content
    assert opening.startswith("<passages>\nTravel\nTravel\n\nTrips")
    assert opening.count("Marta") == 1  # not a second time as a passage
    assert first.citations[0].quote == approves([])
    assert model.prompts[1][: len(model.prompts[0])] == model.prompts[0]


def test_the_same_prompt_comes_after_a_restart(opened: Open) -> None:
    assistant = opened(ScriptedChatModel(approves))
    talk = assistant.create_conversation()
    assistant.document_pins.pin(talk.id, "travel.md")
    drain(assistant.ask(QUESTION, conversation_id=talk.id))
    assistant.close()
    again = ScriptedChatModel(approves)
    reopened = opened(again)
    drain(reopened.ask("And who else?", conversation_id=talk.id))
    assert again.prompts[0][1].content.startswith("<passages>\nTravel\n")
    assert reopened.messages(talk.id)[1].answer is not None


def test_only_the_conversation_it_is_pinned_to_reads_it(opened: Open) -> None:
    model = ScriptedChatModel(approves)
    assistant = opened(model)
    assistant.document_pins.pin(assistant.create_conversation().id, "travel.md")
    other = assistant.create_conversation()
    drain(assistant.ask("How many days of paid holiday?", conversation_id=other.id))
    assert all("[1] " in each[-1].content for each in model.prompts)
    drain(assistant.ask("Say hello.", conversation_id=other.id, mode="plain"))
    assert "<passages>\nTravel" not in model.prompts[-1][-1].content


def test_a_document_too_long_is_not_read_whole_but_its_sentences_count(
    opened: Open, papers: Path
) -> None:
    long = "\n\n".join(f"Rule {n} says that form {n} goes to room {n}." for n in range(400))
    (papers / "rules.md").write_text(f"# Rules\n\n{long}\n", encoding="utf-8")
    model = ScriptedChatModel("Form 399 goes to room 399.")
    assistant = opened(model)
    talk = assistant.create_conversation()
    assistant.document_pins.pin(talk.id, "rules.md")
    answer = drain(
        assistant.ask("Rule 399 says that form 399 goes to which room?", conversation_id=talk.id)
    )
    assert answer.context is not None
    assert answer.context.documents == ()
    assert "Rule 399" in model.prompts[-1][-1].content
    assert "Rule 200" not in model.prompts[-1][-1].content


def test_a_small_model_weighs_its_sentences(opened: Open) -> None:
    assistant = opened(ScriptedChatModel(), trusted_bytes=1)
    talk = assistant.create_conversation()
    assistant.document_pins.pin(talk.id, "travel.md")
    answer = drain(assistant.ask(QUESTION, conversation_id=talk.id))
    assert answer.text == "Marta Lindqvist"
    assert answer.context is None


def test_pins_are_listed_told_as_gone_and_let_go(opened: Open, papers: Path) -> None:
    assistant = opened(ScriptedChatModel(approves))
    pins, talk = assistant.document_pins, assistant.create_conversation()
    pins.pin(talk.id, str(papers / "travel.md"))
    pins.pin(talk.id, "holidays.md")
    pins.pin(talk.id, "travel.md")
    assert [each.title for each in pins.all(talk.id)] == ["Travel", "Holidays"]
    assistant.remove([papers / "travel.md"])
    assert [each.gone for each in pins.all(talk.id)] == [True, False]
    drain(assistant.ask("How many days of holiday?", conversation_id=talk.id))
    pins.unpin(talk.id, str(papers / "travel.md"))
    assert [each.title for each in pins.all(talk.id)] == ["Holidays"]
    with pytest.raises(NotFoundError, match="not pinned"):
        pins.unpin(talk.id, "nothing.md")
    with pytest.raises(NotFoundError, match="not in a library"):
        pins.pin(talk.id, "nothing.md")
    assistant.delete_conversation(talk.id)
    assert pins.all(talk.id) == []


def test_a_file_that_could_not_be_read_is_not_pinned(opened: Open, papers: Path) -> None:
    (papers / "empty.pdf").write_bytes(b"%PDF-1.4 broken")
    assistant = opened(ScriptedChatModel(approves))
    with pytest.raises(InputError, match="could not be read"):
        assistant.document_pins.pin(assistant.create_conversation().id, "empty.pdf")
