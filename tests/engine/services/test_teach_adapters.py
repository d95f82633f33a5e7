"""Adapters put in use beside others, switched off one by one, and rolled back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.assistant import Assistant
from engine.errors import InputError, ModelError
from engine.formats.adapter import GROUNDED
from engine.paths import open_profile
from engine.progress import drain
from engine.services.teach_adapters import TeachAdapters
from engine.store.connect import Vault
from tests.fakes import AdaptableChatModel, HashingEmbedder
from tests.lora import write_adapter, write_base


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_base(tmp_path / "base.gguf", template="{{ messages }}")


@pytest.fixture
def adapters(tmp_path: Path, base: Path) -> Iterator[TeachAdapters]:
    home = open_profile(tmp_path / "profile")
    model = AdaptableChatModel(base)
    assistant = Assistant(
        home, Vault.open(home.vault), embedder=HashingEmbedder(), chat_model=model
    )
    assistant.model_jobs.add(base)
    # The scripted model stands for the base's process.
    assistant._keeper._key = str(base)
    assistant.model_use.set_default("base")
    home.adapters.mkdir()
    for name, task in (("G", GROUNDED), ("Labels", "classification"), ("Older", "classification"),
                       ("Queries", "text to SQL"), ("Odd", "")):  # fmt: skip
        write_adapter(home.adapters / f"{name.lower()}.gguf", base, name=name, task=task)
    yield assistant.teaching.adapters
    assistant.close()


def names(adapters: TeachAdapters) -> list[str]:
    return [each.path.stem for each in adapters.in_use()]


def test_what_acts_for_another_task_stays_and_what_was_taught_the_same_makes_room(
    adapters: TeachAdapters,
) -> None:
    for name in ("G", "Older"):
        assert drain(adapters.use([name])).replaced == ()
    done = drain(adapters.use(["Labels"]))
    assert names(adapters) == ["g", "labels"]
    assert done.replaced == ("Older",)
    assert done.words == "“Older” made room and is switched off."
    assert [each.name for each in done.adapters] == ["G", "Labels"]
    drain(adapters.use(["Queries"]))
    assert names(adapters) == ["g", "labels", "queries"]
    parts = {each.card.name: each.part for each in adapters.list() if each.state == "in use"}
    assert parts["Labels"].startswith("It rests")
    assert "Queries answers" in parts["Labels"]
    drain(adapters.use(["Labels"]))  # the last that was wanted answers
    assert names(adapters) == ["g", "queries", "labels"]
    drain(adapters.roll_back())
    drain(adapters.roll_back())
    assert names(adapters) == ["g", "labels"]
    drain(adapters.roll_back())
    assert names(adapters) == ["g", "older"]


def test_only_this_one_is_used_where_that_is_wanted(adapters: TeachAdapters) -> None:
    drain(adapters.use(["G", "Labels"]))
    assert drain(adapters.use(["Odd"], only=True)).replaced == ("G", "Labels")
    assert names(adapters) == ["odd"]


def test_one_is_switched_off_and_the_others_stay(adapters: TeachAdapters, tmp_path: Path) -> None:
    drain(adapters.use(["G", "Labels"]))
    with pytest.raises(InputError, match="“Older” is not in use"):
        adapters.off(None, ["Older"])
    adapters.off(None, ["Labels"])
    assert names(adapters) == ["g"]
    drain(adapters.roll_back())
    assert names(adapters) == ["g", "labels"]
    file = tmp_path / "profile" / "adapters" / "labels.gguf"
    file.unlink()
    adapters.off(None, [str(file)])
    assert names(adapters) == ["g"]
    adapters.off()
    assert names(adapters) == []


def test_one_for_another_model_is_refused_and_nothing_changes(
    adapters: TeachAdapters, tmp_path: Path, base: Path
) -> None:
    drain(adapters.use(["G"]))
    wide = write_adapter(tmp_path / "wide.gguf", base, name="Wide", wider=4)
    with pytest.raises(ModelError, match="12 × 8"):
        drain(adapters.use([str(wide)]))
    assert names(adapters) == ["g"]
