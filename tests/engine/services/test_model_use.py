"""Which model answers and which is in memory, as the Models page changes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import settings
from engine.assistant import Assistant
from engine.errors import ModelError, NotFoundError
from engine.paths import open_profile
from engine.progress import drain
from engine.store.connect import Vault
from tests.fakes import HashingEmbedder
from tests.ggufs import write_model


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    home = open_profile(tmp_path / "profile")
    made = Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder())
    made.shelf.add(write_model(tmp_path / "tiny.gguf"))
    yield made
    made.close()


def test_the_default_is_kept_and_counts_at_once(assistant: Assistant) -> None:
    assert assistant.model_use.default == ""
    assistant.model_use.set_default("Tiny")
    assert assistant.model_use.default == "Tiny"
    assert settings.load(assistant.profile.settings).model.name == "Tiny"


def test_a_default_must_be_there(assistant: Assistant) -> None:
    with pytest.raises(NotFoundError):
        assistant.model_use.set_default("nothing")
    assert assistant.model_use.default == ""


def test_a_model_that_cannot_be_loaded_is_told_once_and_asked_about_in_vain(
    assistant: Assistant,
) -> None:
    """Its process is up without it: what is read of it again and again must not try to load it."""
    with pytest.raises(ModelError):
        drain(assistant.model_use.load("Tiny"))
    assert assistant.model_pid is not None
    assert assistant.model_info() is None
    assert assistant.model_use.loaded() is None


def test_failures_are_told_and_forgiven(assistant: Assistant) -> None:
    path = assistant.shelf.find("Tiny").path
    assert assistant.model_use.failures(str(path)) == ""
    for _ in range(5):
        assistant.shelf.marks.failed(path, "there was not enough memory")
    assert "5 times in a row" in assistant.model_use.failures(str(path))
    assistant.model_use.forgive("Tiny")
    assert assistant.model_use.failures(str(path)) == ""


@pytest.mark.model
def test_loading_takes_memory_and_unloading_frees_it(tmp_path: Path) -> None:
    home = open_profile(tmp_path / "profile")
    assistant = Assistant(home, Vault.open(home.vault), embedder=HashingEmbedder())
    try:
        starter = next(card for card in assistant.models() if card.role == "chat")
        loaded = drain(assistant.model_use.load(starter.name))
        assert loaded is not None
        assert loaded.memory_bytes > starter.size_bytes
        assert assistant.model_info() is not None
        assistant.model_use.unload()
        assert assistant.model_use.loaded() is None
        assert assistant.model_info() is None
    finally:
        assistant.close()
