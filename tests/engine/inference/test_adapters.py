"""Adapters on the real starter model."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.errors import InputError, ModelError
from engine.inference.adapters import Adapter
from engine.inference.process import ProcessChatModel
from engine.models.starter import StarterModels
from tests.engine.inference.talk import CAPITAL, ask
from tests.lora import write_adapter

pytestmark = pytest.mark.model


@pytest.fixture
def model(starter_models: StarterModels) -> Iterator[ProcessChatModel]:
    model = ProcessChatModel(starter_models.chat)
    yield model
    model.close()


@pytest.fixture
def strong(tmp_path: Path, starter_models: StarterModels) -> Path:
    return write_adapter(tmp_path / "strong.gguf", starter_models.chat, strength=0.1)


def test_attached_scaled_stacked_and_let_go(
    model: ProcessChatModel, strong: Path, starter_models: StarterModels, tmp_path: Path
) -> None:
    plain = ask(model, CAPITAL, max_tokens=12).text
    pid = model.pid
    (one,) = model.attach([Adapter(strong)])
    assert (one.name, one.note) == ("Test adapter", "")
    assert one.effect > 0.1
    tuned = ask(model, CAPITAL, max_tokens=12)
    assert tuned.text != plain
    assert tuned.usage.reused_tokens == 0
    (weak,) = model.attach([Adapter(strong, 0.01)])
    assert 0 < weak.effect < one.effect / 5
    other = write_adapter(tmp_path / "other.gguf", starter_models.chat, seed=2)
    assert len(model.attach([Adapter(strong), Adapter(other, 0.5)])) == 2
    assert ask(model, CAPITAL, max_tokens=12).text != plain
    assert model.attach([Adapter(strong, 0)]) == ()
    assert ask(model, CAPITAL, max_tokens=12).text == plain
    assert model.pid == pid


def test_the_model_stays_mapped(model: ProcessChatModel, strong: Path) -> None:
    model.attach([Adapter(strong)])
    maps = psutil.Process(model.pid).memory_maps()
    assert any(entry.path.endswith(Path(model.info.path).name) for entry in maps)


def test_it_is_attached_again_after_a_crash(model: ProcessChatModel, strong: Path) -> None:
    model.attach([Adapter(strong)])
    tuned = ask(model, CAPITAL, max_tokens=12).text
    assert model.pid is not None
    psutil.Process(model.pid).kill()
    with pytest.raises(ModelError):
        while True:
            model.count_tokens("x")
    assert ask(model, CAPITAL, max_tokens=12).text == tuned
    assert len(model.adapters) == 1


def test_one_without_effect_is_refused(
    model: ProcessChatModel, starter_models: StarterModels, strong: Path, tmp_path: Path
) -> None:
    model.attach([Adapter(strong)])
    tuned = ask(model, CAPITAL, max_tokens=12).text
    nothing = write_adapter(tmp_path / "nothing.gguf", starter_models.chat, strength=0)
    with pytest.raises(ModelError, match="changes nothing") as raised:
        model.attach([Adapter(nothing)])
    assert raised.value.code == "adapter"
    assert [adapter.path for adapter in model.adapters] == [strong]
    assert ask(model, CAPITAL, max_tokens=12).text == tuned


def test_one_that_does_not_belong_is_refused(
    model: ProcessChatModel, starter_models: StarterModels, tmp_path: Path
) -> None:
    chat = starter_models.chat
    wide = write_adapter(tmp_path / "wide.gguf", chat, wider=64)
    with pytest.raises(ModelError, match="matrices for"):
        model.attach([Adapter(wide)])
    foreign = write_adapter(tmp_path / "foreign.gguf", chat, architecture="qwen2")
    with pytest.raises(ModelError, match="architecture qwen2"):
        model.attach([Adapter(foreign)])
    with pytest.raises(ModelError, match="not a LoRA adapter"):
        model.attach([Adapter(chat)])
    with pytest.raises(InputError):
        model.attach([Adapter(wide, 40)])
    assert model.adapters == ()
    assert "Paris" in ask(model, CAPITAL).text


def test_one_that_vanishes_is_told(model: ProcessChatModel, strong: Path) -> None:
    model.attach([Adapter(strong)])
    model.unload()
    strong.unlink()
    with pytest.raises(ModelError, match=r"strong\.gguf") as raised:
        model.preload()
    assert raised.value.code == "adapter"
    model.attach([])
    assert "Paris" in ask(model, CAPITAL).text
