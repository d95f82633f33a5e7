"""Tests of the options that ask and chat share."""

import inspect

import pytest
import typer

from engine.cli.wished import Wished, takes_wished


def test_a_command_takes_the_options_in_place_of_the_value() -> None:
    told: list[tuple[Wished, int]] = []

    @takes_wished
    def command(wished: Wished, count: int = 3) -> None:
        """Says something."""
        told.append((wished, count))

    names = list(inspect.signature(command).parameters)
    assert names[:3] == ["library", "model", "adapter"]
    assert names[-1] == "count"
    command(model="small", mode="plain")
    assert told == [(Wished(model="small", mode="plain"), 3)]


def test_an_unknown_mode_is_wrong_usage() -> None:
    @takes_wished
    def command(wished: Wished) -> None:
        raise AssertionError(wished)

    with pytest.raises(typer.BadParameter, match="none of plain, rag"):
        command(mode="magic")
