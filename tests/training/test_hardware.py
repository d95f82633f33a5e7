from dataclasses import replace
from pathlib import Path

import pytest

from training import architectures, hardware
from training.base import BaseFacts
from training.config import TrainingConfig
from training.errors import PreflightError
from training.lessons import Row
from training.sheets import sheets

STARTER = BaseFacts(
    path=Path("starter.gguf"),
    architecture=architectures.known("llama"),
    is_gguf=True,
    parameters=134_515_008,
    layers=30,
    width=576,
    feed_forward=1536,
    vocabulary=49152,
    context=8192,
)
ROWS = [Row((1,) * length, (1,) * length) for length in (120, 250, 260, 300)] * 20
LONG = [Row((1,) * 8000, (1,) * 8000)]


def test_the_starter_model_is_trained_in_four_gigabytes() -> None:
    plan = hardware.batches(TrainingConfig(memory_bytes=4_000_000_000), STARTER, ROWS, bytes_each=4)
    assert plan.micro_batch * plan.accumulate == 8
    assert plan.peak_bytes <= 4_000_000_000
    assert not plan.checkpointing


def test_sheets_are_computed_one_by_one_and_a_step_still_holds_its_examples() -> None:
    units = sheets(ROWS, most=4)
    plan = hardware.batches(
        TrainingConfig(memory_bytes=4_000_000_000), STARTER, units, bytes_each=4
    )
    assert plan.micro_batch == 1
    assert plan.accumulate * len(ROWS) / len(units) == pytest.approx(8, abs=2)
    assert plan.peak_bytes <= 4_000_000_000


def test_with_little_memory_sheets_are_shorter_but_never_than_the_longest_example() -> None:
    config = TrainingConfig(memory_bytes=10**11)
    assert hardware.sheet_tokens(config, STARTER, 100, bytes_each=4) == 640
    little = TrainingConfig(memory_bytes=2_600_000_000)
    assert hardware.sheet_tokens(little, STARTER, 100, bytes_each=4) == 320
    assert hardware.sheet_tokens(little, STARTER, 900, bytes_each=4) == 900


def test_with_less_memory_activations_are_computed_twice() -> None:
    plan = hardware.batches(TrainingConfig(memory_bytes=1_700_000_000), STARTER, ROWS, bytes_each=4)
    assert plan.checkpointing
    assert plan.peak_bytes <= 1_700_000_000


def test_what_cannot_fit_is_refused_with_a_smaller_job() -> None:
    large = replace(STARTER, parameters=8_000_000_000, layers=36, width=4096, feed_forward=14336)
    with pytest.raises(PreflightError, match=r"needs 3.* GB of memory, and 8.0 GB") as caught:
        hardware.batches(TrainingConfig(memory_bytes=8_000_000_000), large, ROWS, bytes_each=4)
    assert "smaller model" in caught.value.hint
    with pytest.raises(PreflightError) as caught:
        hardware.batches(TrainingConfig(memory_bytes=1_600_000_000), STARTER, LONG, bytes_each=4)
    assert "examples of more than" in caught.value.hint


def test_steps_see_every_example_so_often() -> None:
    plan = hardware.Batches(2, 4, False, 0)
    assert plan.steps(80, 1.0) == 10
    assert plan.steps(81, 1.0) == 11
    assert plan.steps(80, 2.5) == 25
    assert plan.steps(1, 0.1) == 1


def test_a_full_disk_is_told_before_the_first_step(tmp_path: Path) -> None:
    huge = replace(STARTER, parameters=10**15)
    config = TrainingConfig(memory_bytes=10**16, merge=True)
    with pytest.raises(PreflightError, match="on the disk"):
        hardware.preflight(config, huge, ROWS, tmp_path, precision="fp32")


def test_what_it_takes_is_told_in_words(tmp_path: Path) -> None:
    config = TrainingConfig(memory_bytes=4_000_000_000)
    check = hardware.preflight(config, STARTER, ROWS, tmp_path, precision="fp32")
    assert "10 steps of 8 examples" in check.words
    assert "GB of memory" in check.words
    assert check.minutes > 0


def test_in_four_bits_a_large_base_fits_where_it_would_not() -> None:
    large = replace(STARTER, parameters=3_000_000_000)
    with pytest.raises(PreflightError):
        hardware.batches(TrainingConfig(memory_bytes=5_000_000_000), large, ROWS, bytes_each=2)
    four_bit = TrainingConfig(memory_bytes=5_000_000_000, four_bit=True)
    assert hardware.batches(four_bit, large, ROWS, bytes_each=2).peak_bytes < 5_000_000_000
