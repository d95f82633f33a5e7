"""Saved states: their files, their folder, and what they save on the real model."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.inference import state_file, state_seal
from engine.inference.adapters import Adapter
from engine.inference.process import ProcessChatModel
from engine.inference.state_file import StateFileError
from engine.inference.state_store import StateStore
from engine.model_types import Message
from engine.models.starter import StarterModels
from tests.engine.inference.talk import CAPITAL, ask
from tests.lora import write_adapter

DATA = np.arange(4096, dtype=np.uint8)
TOKENS = [5, 6, 7, 49_000]


KEY = b"k" * 32

keys = pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])


@keys
def test_a_state_comes_back_as_it_was(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "states" / "a.state"
    size = state_file.write(path, "model 1", TOKENS, DATA, key=key)
    assert size == path.stat().st_size
    state = state_file.read(path, "model 1", key=key)
    assert state.tokens == TOKENS
    assert np.array_equal(state.data, DATA)
    assert [file.name for file in path.parent.iterdir()] == ["a.state"]


@keys
def test_a_state_of_another_model_is_refused(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "a.state"
    state_file.write(path, "model 1", TOKENS, DATA, key=key)
    with pytest.raises(StateFileError, match="another model"):
        state_file.read(path, "model 2", key=key)


@keys
def test_a_file_cut_or_changed_anywhere_is_refused(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "a.state"
    state_file.write(path, "model 1", TOKENS, DATA, key=key)
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(StateFileError):
            state_file.read(path, "model 1", key=key)
    for place in range(0, len(whole), 97):
        changed = bytearray(whole)
        changed[place] ^= 0x10
        path.write_bytes(bytes(changed))
        with pytest.raises(StateFileError):
            state_file.read(path, "model 1", key=key)
    path.write_bytes(whole + b"more")
    with pytest.raises(StateFileError):
        state_file.read(path, "model 1", key=key)


def test_an_encrypted_state_shows_nothing_and_needs_its_key(tmp_path: Path) -> None:
    path = tmp_path / "a.state"
    data = np.frombuffer(b"the harbour keeper " * 500, dtype=np.uint8)
    state_file.write(path, "model 1", TOKENS, data, key=KEY)
    written = path.read_bytes()
    assert b"harbour" not in written
    assert b"model 1" not in written
    assert b"tokens" not in written
    with pytest.raises(StateFileError, match="key is another"):
        state_file.read(path, "model 1", key=b"o" * 32)
    with pytest.raises(StateFileError, match="encrypted"):
        state_file.read(path, "model 1")
    state_file.write(path, "model 1", TOKENS, data, key=KEY)
    assert path.read_bytes() != written  # another salt each time


def test_an_encrypted_profile_takes_no_plain_state(tmp_path: Path) -> None:
    plain, sealed = StateStore(tmp_path), StateStore(tmp_path, key=KEY)
    state_file.write(plain.path_of("before"), "model", TOKENS, DATA)
    state_file.write(sealed.path_of("after"), "model", TOKENS, DATA, key=KEY)
    with pytest.raises(StateFileError, match="not encrypted"):
        state_file.read(plain.path_of("before"), "model", key=KEY)
    sealed.drop_plain()
    assert not sealed.has("before")
    assert sealed.has("after")
    assert KEY.hex() not in repr(sealed)
    assert repr(KEY) not in repr(sealed)


def test_large_states_are_encrypted_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "a.state"
    data = np.arange(3 * state_seal.PIECE_BYTES + 5, dtype=np.uint8)
    tokens = list(range(state_seal.PIECE_BYTES // 4 + 3))
    state_file.write(path, "model", tokens, data, key=KEY)
    state = state_file.read(path, "model", key=KEY)
    assert state.tokens == tokens
    assert np.array_equal(state.data, data)
    whole = path.read_bytes()
    head = len(state_file.SEALED_MAGIC) + state_seal.SALT_BYTES
    size = 4 + state_seal.MAX_SEALED_BYTES
    first, second = whole[head : head + size], whole[head + size : head + 2 * size]
    for changed in (
        whole[:-size],  # cut at the end of a piece
        whole[:head] + second + first + whole[head + 2 * size :],
        whole[:head] + first + first + whole[head + 2 * size :],
        whole[:head],
    ):
        path.write_bytes(changed)
        with pytest.raises(StateFileError):
            state_file.read(path, "model", key=KEY)


def test_a_write_that_fails_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.state"
    state_file.write(path, "model 1", TOKENS, DATA)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        state_file.write(path, "model 1", TOKENS[:1], DATA)
    assert state_file.read(path, "model 1").tokens == TOKENS
    assert len(list(tmp_path.iterdir())) == 1


def test_the_least_recently_used_are_dropped(tmp_path: Path) -> None:
    store = StateStore(tmp_path, cap_bytes=10_000)
    now = time.time()
    for age, key in ((30, "oldest"), (20, "middle"), (10, "newest")):
        state_file.write(store.path_of(key), "model", TOKENS, DATA)
        os.utime(store.path_of(key), (now - age, now - age))
    store.used("oldest")
    assert store.trim() == 1
    assert [store.has(key) for key in ("oldest", "middle", "newest")] == [True, False, True]
    assert store.size_bytes() <= 10_000
    store.forget("newest")
    assert not store.has("newest")
    store.clear()
    assert store.size_bytes() == 0


def test_what_was_left_half_written_is_swept_up(tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    left = tmp_path / f"x.state.77{state_file.PARTIAL_SUFFIX}"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    store.trim()
    assert not left.exists()


# --- on the real model ---------------------------------------------------------------------------

TALK = [
    Message("system", "The keeper climbed the stairs and wound the clockwork. " * 60),
    Message("user", "What is the capital of France? Answer in one short sentence."),
]


@pytest.fixture(params=[None, KEY], ids=["plain", "encrypted"])
def store(tmp_path: Path, request: pytest.FixtureRequest) -> StateStore:
    return StateStore(tmp_path / "states", key=request.param)


@pytest.fixture
def model(starter_models: StarterModels, store: StateStore) -> Iterator[ProcessChatModel]:
    model = ProcessChatModel(starter_models.chat, states=store)
    yield model
    model.close()


@pytest.mark.model
def test_a_conversation_goes_on_after_a_restart(
    starter_models: StarterModels, store: StateStore, model: ProcessChatModel
) -> None:
    model.use_state("one")
    first = ask(model, TALK, max_tokens=16)
    model.close()
    assert store.has("one")
    again = ProcessChatModel(starter_models.chat, states=store)
    try:
        again.preload()
        again.use_state("one")
        second = ask(again, TALK, max_tokens=16)
    finally:
        again.close()
    assert second.usage.reused_tokens == second.usage.prompt_tokens - 1
    assert second.text == first.text
    assert second.first_token_s < first.first_token_s / 2


@pytest.mark.model
def test_each_conversation_has_its_own(model: ProcessChatModel, store: StateStore) -> None:
    model.use_state("one")
    ask(model, TALK, max_tokens=4)
    model.use_state("two")
    other = [Message("system", "Bells ring over the harbour. " * 60), CAPITAL[0]]
    ask(model, other, max_tokens=4)
    model.use_state("one")
    back = ask(model, TALK, max_tokens=4)
    assert back.usage.reused_tokens == back.usage.prompt_tokens - 1
    assert store.has("two")


@pytest.mark.model
def test_a_new_conversation_about_the_same_documents_goes_on_from_them(
    model: ProcessChatModel, store: StateStore
) -> None:
    model.use_state("one", documents="documents a")
    ask(model, TALK, max_tokens=4)
    model.unload()
    assert store.has("documents a")
    other = [TALK[0], Message("user", "Who wound the clockwork?")]
    model.use_state("two", documents="documents a")
    begun = ask(model, other, max_tokens=4)
    assert begun.usage.reused_tokens > 500
    model.unload()
    model.use_state("three", documents="documents b")
    assert ask(model, other, max_tokens=4).usage.reused_tokens == 0


@pytest.mark.model
def test_scoring_in_between_costs_no_reading(model: ProcessChatModel) -> None:
    model.use_state("one")
    ask(model, TALK, max_tokens=4)
    model.score(CAPITAL, ["Paris."])
    back = ask(model, TALK, max_tokens=4)
    assert back.usage.reused_tokens == back.usage.prompt_tokens - 1


@pytest.mark.model
def test_saved_and_restored_when_asked(model: ProcessChatModel, store: StateStore) -> None:
    assert model.save_state("pinned") == 0  # nothing is loaded
    tokens = model.warm(TALK[:1])
    assert tokens > 500
    assert model.save_state("pinned") == tokens
    model.unload()
    assert model.restore_state("pinned") == tokens
    assert model.restore_state("never saved") == 0
    assert ask(model, TALK, max_tokens=4).usage.reused_tokens >= tokens - 2


@pytest.mark.model
def test_a_damaged_state_is_dropped_and_the_answer_right(
    model: ProcessChatModel, store: StateStore
) -> None:
    model.use_state("one")
    first = ask(model, TALK, max_tokens=8)
    model.unload()
    path = store.path_of("one")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    again = ask(model, TALK, max_tokens=8)
    assert again.usage.reused_tokens == 0
    assert again.text == first.text
    model.use_state(None)
    assert store.has("one")  # written anew, whole
    assert model.restore_state("one") > 500


@pytest.mark.model
def test_another_context_or_adapter_does_not_take_it(
    model: ProcessChatModel, starter_models: StarterModels, store: StateStore, tmp_path: Path
) -> None:
    model.warm(TALK[:1])
    assert model.save_state("pinned")
    adapter = write_adapter(tmp_path / "a.gguf", starter_models.chat, strength=0.1)
    model.attach([Adapter(adapter)])
    assert model.restore_state("pinned") == 0
    assert not store.has("pinned")
    model.attach([])
    model.warm(TALK[:1])
    assert model.save_state("pinned")
    smaller = ProcessChatModel(starter_models.chat, n_ctx=2048, states=store)
    try:
        assert smaller.restore_state("pinned") == 0
    finally:
        smaller.close()


@pytest.mark.model
def test_warming_gives_way_to_a_question(model: ProcessChatModel) -> None:
    model.preload()
    assert model.warm(TALK[:1]) > 500
    assert ask(model, TALK, max_tokens=4).usage.reused_tokens > 500


@pytest.mark.model
def test_a_deleted_conversation_leaves_nothing(model: ProcessChatModel, store: StateStore) -> None:
    model.use_state("one")
    ask(model, TALK, max_tokens=4)
    assert model.save_state() > 0
    model.forget_state("one")
    assert not store.has("one")
    model.close()
    assert store.size_bytes() == 0
