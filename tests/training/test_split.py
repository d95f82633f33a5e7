"""Which examples are learnt and which are measured on."""

from pathlib import Path

from engine.formats import examples
from engine.formats.examples import Example
from engine.formats.job import JobSpec
from engine.model_types import Message
from training.config import TrainingConfig
from training.work import split


def _spec(folder: Path, sources: dict[str, int]) -> JobSpec:
    made = [
        Example((Message("user", f"{name} {n}?"), Message("assistant", "Yes.")), source=name)
        for name, count in sources.items()
        for n in range(count)
    ]
    examples.write(folder / "examples.jsonl", made)
    return JobSpec(folder / "base.gguf", folder / "examples.jsonl")


def test_a_source_is_learnt_or_measured_on(tmp_path: Path) -> None:
    spec = _spec(tmp_path, {"a": 40, "b": 5, "c": 5, "d": 50})
    kept, measured = split(spec, TrainingConfig(held_out=0.1))
    assert {each.source for each in measured} == {"b", "c"}
    assert {each.source for each in kept} == {"a", "d"}


def test_large_sources_are_measured_on_too(tmp_path: Path) -> None:
    spec = _spec(tmp_path, {"a": 40, "b": 20, "c": 40})
    kept, measured = split(spec, TrainingConfig(held_out=0.1))
    assert [each.source for each in measured] == ["b"] * 10
    assert {each.source for each in kept} == {"a", "c"}


def test_one_source_is_learnt_whole(tmp_path: Path) -> None:
    kept, measured = split(_spec(tmp_path, {"a": 40}), TrainingConfig(held_out=0.1))
    assert (len(kept), len(measured)) == (40, 0)
