"""Floors are checked before anything is asked."""

import pytest

from engine.errors import InputError
from engine.evaluate import floors
from engine.evaluate.columns import of_modes


def test_floors_are_read() -> None:
    assert floors.parsed(["right=0.8", "rag.f1 = 0.5"]) == {"right": 0.8, "rag.f1": 0.5}
    with pytest.raises(InputError, match="is not METRIC=VALUE"):
        floors.parsed(["right"])


def test_what_is_not_measured_or_not_asked_is_told_at_once() -> None:
    columns = of_modes(["plain", "rag"])
    floors.check({"right": 0.5, "rag.hit@5": 0.9, "plain.words": 3, "style": 0.1}, columns)
    with pytest.raises(InputError, match="“nonsense” is nothing that is measured") as caught:
        floors.check({"rag.nonsense": 0.5}, columns)
    assert "right" in caught.value.hint
    with pytest.raises(InputError, match="for a way that is not asked") as caught:
        floors.check({"both.right": 0.5}, columns)
    assert caught.value.hint == "Asked: plain, rag."
