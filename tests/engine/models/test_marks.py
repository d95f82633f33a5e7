import json
from pathlib import Path

import pytest

from engine.inference.supervisor import UNSTABLE_CRASHES
from engine.models.marks import FILE, Marks
from engine.paths import Profile, open_profile


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return open_profile(tmp_path / "profile")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    return path


def test_failures_are_counted_over_restarts(profile: Profile, model: Path) -> None:
    for count in range(1, UNSTABLE_CRASHES + 1):
        mark = Marks(profile).failed(model, "llama.cpp failed inside")
        assert mark.failures == count
        assert mark.unstable == (count == UNSTABLE_CRASHES)
    found = Marks(profile).of(model)
    assert found == mark
    assert found.words == "failed 4 times in a row here, last because llama.cpp failed inside"


def test_a_success_begins_anew(profile: Profile, model: Path) -> None:
    marks = Marks(profile)
    marks.failed(model, "x")
    marks.clear(model)
    assert marks.of(model) is None
    assert not marks.any()
    assert marks.failed(model, "x").failures == 1


def test_a_changed_file_is_another_model(profile: Profile, model: Path) -> None:
    marks = Marks(profile)
    marks.failed(model, "x")
    model.write_bytes(b"GGUF and more")
    assert marks.of(model) is None
    assert marks.failed(model, "x").failures == 1


def test_on_trial_the_next_failure_marks_again(profile: Profile, model: Path) -> None:
    marks = Marks(profile)
    marks.on_trial(model)
    assert not marks.any()
    for _ in range(UNSTABLE_CRASHES):
        marks.failed(model, "x")
    marks.on_trial(model)
    tried = marks.of(model)
    assert tried is not None
    assert not tried.unstable
    assert marks.failed(model, "y").unstable


@pytest.mark.parametrize("text", ["no json", "[1]", json.dumps({"a": {"unheard": 1}})])
def test_a_damaged_list_begins_anew(profile: Profile, model: Path, text: str) -> None:
    (profile.models / FILE).write_text(text)
    marks = Marks(profile)
    assert marks.of(model) is None
    assert marks.failed(model, "x").failures == 1
