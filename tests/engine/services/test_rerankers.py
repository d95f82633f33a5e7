"""A reranker is measured on the user's questions before it is used."""

from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import InputError, ModelMissingError, NotFoundError
from engine.evaluate.questions import Question
from engine.paths import open_profile
from engine.progress import drain
from engine.services import health
from engine.services.rerankers import LEAST
from engine.store.connect import Vault
from tests import shelf
from tests.fakes import HashingEmbedder, ScriptedChatModel
from tests.rerankers import write_reranker

PAIRS = [("bridge", "river"), ("ship", "sea"), ("car", "road")]


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    home = open_profile(tmp_path / "profile")
    vault, embedder = Vault.open(home.vault), HashingEmbedder()
    for one, other in PAIRS:
        # The search finds more of the question here; the reranker does not know all these words.
        shelf.put(vault, embedder, f"/{one}.txt", f"Zebra quagga okapi {one}.", title="")
        shelf.put(
            vault, embedder, f"/{other}.txt",
            f"Much is told here of many other things before {one} and {other} are named at last.",
            title="",
        )  # fmt: skip
    return Assistant(home, vault, embedder=embedder, chat_model=ScriptedChatModel())


def _questions(count: int = LEAST) -> list[Question]:
    return [
        Question(number, f"zebra quagga okapi {one} {other}", documents=(f"/{other}.txt",))
        for number in range(count)
        for one, other in (PAIRS[number % len(PAIRS)],)
    ]


def test_it_is_off_until_it_was_measured_to_help(assistant: Assistant, tmp_path: Path) -> None:
    folder = str(write_reranker(tmp_path / "tiny"))
    with pytest.raises(InputError) as told:
        assistant.rerankers.use(folder)
    assert told.value.code == "not_measured"
    before = assistant.search("zebra quagga okapi bridge river")
    measured = drain(assistant.evaluation.reranker(folder, _questions()))
    assert measured.questions == LEAST
    assert assistant.rerankers.state().measured == measured
    assert assistant.rerankers.serving() is None
    assert before.hits[0].passage.path == "/bridge.txt"
    assert measured.with_it["mrr@10"] == 1.0
    assert measured.without["mrr@10"] < 1.0
    assert measured.helps
    assistant.rerankers.use(folder)
    assert assistant.rerankers.state().serving == "tiny"
    assert assistant.search("zebra quagga okapi bridge river").hits[0].passage.path == "/river.txt"
    assistant.rerankers.off()
    assert assistant.rerankers.state().serving == ""
    assert assistant.search("zebra quagga okapi bridge river").hits == before.hits
    assistant.close()


def test_one_that_does_harm_is_refused_unless_the_user_insists(
    assistant: Assistant, tmp_path: Path
) -> None:
    folder = str(write_reranker(tmp_path / "wrong", sign=-1.0))
    measured = drain(assistant.evaluation.reranker(folder, _questions()))
    assert not measured.helps
    with pytest.raises(InputError):
        assistant.rerankers.use(folder)
    assert assistant.rerankers.use(folder, anyway=True).name == "wrong"
    assistant.close()


def test_few_questions_prove_nothing(assistant: Assistant, tmp_path: Path) -> None:
    folder = str(write_reranker(tmp_path / "tiny"))
    measured = drain(assistant.evaluation.reranker(folder, _questions(LEAST - 1)))
    assert measured.gain > 0.0
    assert not measured.helps
    with pytest.raises(InputError) as told:
        drain(assistant.evaluation.reranker(folder, [Question(1, "sea")]))
    assert "document" in told.value.message
    assistant.close()


def test_a_folder_that_is_gone_is_told_and_searches_go_on(
    assistant: Assistant, tmp_path: Path
) -> None:
    folder = write_reranker(tmp_path / "tiny")
    assistant.rerankers.use(str(folder), anyway=True)
    folder.rename(tmp_path / "elsewhere")
    assert assistant.rerankers.state().missing
    assert assistant.search("bridge river").hits
    (told,) = health.reranker(assistant.rerankers.state())
    assert not told.ok
    assert "--off" in told.hint
    assistant.rerankers.off()
    assert health.reranker(assistant.rerankers.state()) == []
    with pytest.raises(NotFoundError) as told:
        assistant.rerankers.named("tiny")
    assert "none yet" in told.value.hint
    with pytest.raises(ModelMissingError):
        assistant.rerankers.use(str(tmp_path), anyway=True)
    assistant.close()
