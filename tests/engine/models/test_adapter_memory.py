"""What models are used with, as it is remembered."""

from pathlib import Path

import pytest

from engine.inference.adapters import Adapter
from engine.models.adapter_memory import AdapterMemory
from engine.paths import Profile, open_profile


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return open_profile(tmp_path / "profile")


def test_what_ships_is_in_use_until_something_else_is_said(profile: Profile) -> None:
    ours, theirs = Adapter(Path("/app/ours.gguf")), Adapter(Path("/home/theirs.gguf"), 0.5)
    memory = AdapterMemory(profile, {"starter": (ours,)})
    assert memory.of("starter") == (ours,)
    assert memory.of("other") == ()
    memory.put("starter", [theirs])
    assert memory.of("starter") == (theirs,)


def test_what_ships_stays_off_once_it_was_taken_out(profile: Profile) -> None:
    shipped = {"starter": (Adapter(Path("/app/ours.gguf")),)}
    AdapterMemory(profile, shipped).put("starter", [])
    assert AdapterMemory(profile, shipped).of("starter") == ()


def test_what_ships_is_forgotten_like_any_other(profile: Profile) -> None:
    ours, theirs = Adapter(Path("/app/ours.gguf")), Adapter(Path("/home/theirs.gguf"))
    memory = AdapterMemory(profile, {"starter": (ours,)})
    memory.forget(theirs.path)
    assert memory.of("starter") == (ours,)
    memory.forget(ours.path)
    assert memory.of("starter") == ()


def test_without_anything_shipped_nothing_is_kept_of_what_is_off(profile: Profile) -> None:
    memory = AdapterMemory(profile)
    memory.put("base", [Adapter(Path("/home/theirs.gguf"))])
    memory.put("base", [])
    assert memory.of("base") == ()
    assert "base" not in (profile.models / "adapters.json").read_text(encoding="utf-8")
