"""What a training would ask of a machine, before anything is started."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.models import gguf_header
from engine.teach import machine_check
from engine.teach.machine_check import Base, Line, Machine, MachineCheck, check
from tests.lora import write_base

SMALL = Base("llama", 135_000_000, 30, 576, 1536, 49_152, True)
SETTINGS = {"rank": 16, "batch": 8, "steps": 100}
ROOMY = Machine(16_000_000_000, 100_000_000_000, 1e11)


def line(found: MachineCheck, what: str) -> Line:
    return next(each for each in found.lines if each.what == what)


def test_what_fits_is_told_in_words() -> None:
    found = check(SMALL, SETTINGS, [300] * 50, ROOMY)
    assert found.fits
    assert found.proposal is None
    assert [each.what for each in found.lines] == ["Memory", "Time", "Disk"]
    assert "of the 15.5 GB that are free" in line(found, "Memory").words
    assert line(found, "Time").words == "About 32 minutes: 100 steps of 8 examples."


def test_more_memory_than_there_is_brings_a_smaller_proposal() -> None:
    free = machine_check.least_peak(SMALL, {**SETTINGS, "checkpointing": "on"}, 640, 0)
    tight = replace(ROOMY, memory_bytes=free + machine_check.SPARE_BYTES)
    found = check(SMALL, {**SETTINGS, "checkpointing": "off"}, [640] * 9, tight)
    assert not found.fits
    assert found.proposal is not None
    assert found.proposal.settings["checkpointing"] == "on"
    assert check(SMALL, {**SETTINGS, **found.proposal.settings}, [640] * 9, tight).fits


def test_without_its_longest_examples_a_training_may_fit() -> None:
    fits = machine_check.least_peak(SMALL, {**SETTINGS, "checkpointing": "on"}, 500, 0)
    tight = replace(ROOMY, memory_bytes=fits + machine_check.SPARE_BYTES)
    lengths = [200] * 20 + [4000]
    found = check(SMALL, SETTINGS, lengths, tight)
    assert found.proposal is not None
    assert 200 <= found.proposal.longest < 4000
    assert "Without the 1 examples" in found.proposal.words
    left = [each for each in lengths if each <= found.proposal.longest]
    assert check(SMALL, {**SETTINGS, **found.proposal.settings}, left, tight).fits


def test_what_can_never_fit_is_refused_without_a_proposal() -> None:
    found = check(SMALL, SETTINGS, [300] * 9, replace(ROOMY, memory_bytes=900_000_000))
    assert not found.fits
    assert found.proposal is None
    assert "GB are free" in found.words


def test_a_long_one_brings_a_shorter_proposal() -> None:
    found = check(SMALL, {**SETTINGS, "steps": 1000}, [600] * 9, replace(ROOMY, flops=5e10))
    assert found.fits
    assert line(found, "Time").verdict == "tight"
    assert found.proposal is not None
    assert found.proposal.settings["steps"] < 1000


@pytest.mark.parametrize(("share", "verdict"), [(0.9, "good"), (0.2, "tight")])
def test_the_battery_is_told_where_there_is_one(share: float, verdict: str) -> None:
    found = check(SMALL, {**SETTINGS, "steps": 20}, [100] * 9, replace(ROOMY, battery=share))
    assert line(found, "Battery").verdict == verdict


def test_examples_longer_than_what_is_read_are_told_with_a_way_out() -> None:
    small = replace(SMALL, context=512)
    found = check(small, SETTINGS, [200] * 20 + [600, 900], ROOMY)
    assert line(found, "Examples").words.startswith("2 examples are longer than the 512 tokens")
    assert not found.fits
    assert found.proposal is not None
    assert found.proposal.longest == 512
    assert check(small, {**SETTINGS, "max_tokens": 100}, [200] * 3, ROOMY).proposal is None


def test_a_full_disk_and_an_unknown_kind_are_told() -> None:
    found = check(SMALL, SETTINGS, [100], replace(ROOMY, disk_bytes=1000))
    assert line(found, "Disk").verdict == "bad"
    found = check(replace(SMALL, architecture="rwkv"), SETTINGS, [100], ROOMY)
    assert not found.fits
    assert "rwkv" in found.words


def test_sizes_come_from_the_file_and_the_machine(tmp_path: Path) -> None:
    file = write_base(tmp_path / "base.gguf", template="")
    base = Base.of(file, gguf_header.read(file))
    assert (base.architecture, base.template) == ("llama", False)
    assert base.parameters == 160
    here = Machine.now(tmp_path / "not" / "there")
    assert here.memory_bytes > 0
    assert here.flops > 1e6
    found = check(base, SETTINGS, [10], here)
    assert line(found, "Model").verdict == "tight"


def test_what_no_machine_could_train_is_refused_and_what_lacks_room_is_not() -> None:
    odd = check(replace(SMALL, architecture="mamba9"), SETTINGS, [300], ROOMY)
    assert odd.refused is not None
    assert "mamba9" in odd.refused.words
    long = check(SMALL, {**SETTINGS, "max_tokens": 1024}, [300, 9000], ROOMY)
    assert long.refused is not None
    assert long.proposal is not None
    assert long.proposal.longest == 1024
    poor = check(SMALL, SETTINGS, [300], replace(ROOMY, memory_bytes=1 << 30))
    assert not poor.fits
    assert poor.refused is None


@pytest.mark.parametrize("name", ["rank", "batch", "steps", "micro_batch"])
def test_a_setting_that_is_no_number_is_told(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} is 'x', and is to be a whole number"):
        check(SMALL, {**SETTINGS, name: "x"}, [300], ROOMY)
