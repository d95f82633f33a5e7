import dataclasses
from typing import Any

import pytest

from engine.errors import InputError
from training import config
from training.config import TrainingConfig


def test_the_settings_of_a_job_are_taken() -> None:
    values = {"rank": 8, "alpha": 16, "method": "rslora", "targets": ["q_proj", "v_proj"]}
    made = config.from_mapping(values)
    assert made == TrainingConfig(rank=8, alpha=16.0, method="rslora", targets=("q_proj", "v_proj"))
    assert made.scale == pytest.approx(16 / 8**0.5)
    assert TrainingConfig(rank=8, alpha=16.0).scale == 2


@pytest.mark.parametrize(
    "values",
    [
        {"rang": 8}, {"rank": "8"}, {"rank": 0}, {"rank": True}, {"alpha": 0}, {"alpha": "x"},
        {"method": "loha"}, {"targets": "q_proj"}, {"targets": [1]}, {"held_out": 0.9},
        {"batch": 2, "micro_batch": 4}, {"learning_rate": float("nan")}, {"merge": 1},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_what_could(values: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        config.from_mapping(values)
    assert next(iter(values)) in caught.value.message or "micro_batch" in caught.value.message
    assert caught.value.hint


def test_every_setting_is_described() -> None:
    from inspect import getsource

    source = getsource(TrainingConfig)
    for field in dataclasses.fields(TrainingConfig):
        behind = source.split(f"    {field.name}: ", 1)[1].splitlines()
        assert behind[1].strip().startswith('"""'), field.name
