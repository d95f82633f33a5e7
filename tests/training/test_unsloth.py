"""Whole jobs with Unsloth, on any processor; most are passed over before `make setup-unsloth`."""

import importlib.util
import json
from pathlib import Path

import pytest

from engine.formats import adapter as adapter_file
from engine.formats.job import JobFolder
from tests.training import jobs
from tests.training.test_work import ended, start
from training import work
from training.config import TrainingConfig
from training.errors import TrainingError
from training.peft_trainer import PeftTrainer

HAS_UNSLOTH = importlib.util.find_spec("unsloth") is not None
installed = pytest.mark.skipif(not HAS_UNSLOTH, reason="Unsloth is not installed")
pytestmark = pytest.mark.timeout(840)


def learnt(folder: JobFolder) -> list[float]:
    code, errors = ended(start(folder))
    assert code == 0, errors
    return [event.held_out_loss or 0.0 for event in jobs.told(folder, "held_out")]


@installed
def test_it_has_the_loss_of_peft_and_leaves_an_adapter_that_fits_the_same_gguf(
    tmp_path: Path,
) -> None:
    folder = jobs.make(tmp_path / "unsloth", backend="unsloth", layers=0.5)
    measured = learnt(folder)
    assert measured[-1] < measured[0] / 2
    with_peft = learnt(jobs.make(tmp_path / "peft", backend="peft", steps=2))
    assert measured[0] == pytest.approx(with_peft[0], rel=1e-4)
    assert any("Unsloth" in event.message for event in jobs.told(folder, "stage"))
    adapter = folder.root / json.loads(folder.report.read_text())["files"]["adapter"]
    assert adapter_file.check(adapter, folder.root / "base.gguf") == ""
    changed = adapter_file.manifest(adapter).tensors
    assert {name.split(".")[1] for name in changed} == {"1"}
    assert not list(folder.root.glob("base-*")), "the unpacked base is left behind"


@installed
def test_a_gguf_is_trained_in_four_bits(tmp_path: Path) -> None:
    measured = learnt(jobs.make(tmp_path / "job", backend="unsloth", four_bit=True))
    assert measured[-1] < measured[0] / 2


@installed
def test_where_it_is_installed_a_processor_is_still_left_to_peft() -> None:
    assert isinstance(work.choose_trainer(TrainingConfig()), PeftTrainer)


@pytest.mark.skipif(HAS_UNSLOTH, reason="Unsloth is installed")
def test_asked_for_but_missing_it_is_told_before_anything_is_computed(tmp_path: Path) -> None:
    folder = jobs.make(tmp_path / "job", backend="unsloth")
    code, _ = ended(start(folder))
    assert code == 1
    assert not jobs.told(folder, "preflight")
    assert "Unsloth cannot be used here: it is not installed" in jobs.told(folder)[-1].message


def test_four_bits_that_cannot_be_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    config = TrainingConfig(four_bit=True, backend="peft")
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "bitsandbytes" else found(name)
    )
    with pytest.raises(TrainingError, match="needs bitsandbytes"):
        work.choose_trainer(config)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found("json"))
    with pytest.raises(TrainingError, match="on a graphics processor alone"):
        work.choose_trainer(config)
