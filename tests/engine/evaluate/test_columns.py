"""Columns as they are written, kept and put in order."""

import pytest

from engine.errors import InputError
from engine.evaluate import columns
from engine.evaluate.columns import Column


def test_a_column_is_read_as_it_is_written() -> None:
    found = columns.parsed(
        "short: model=Big, mode=both, adapter=tone*0.5, adapter=facts, temperature=0.2"
    )
    assert found == Column(
        "short", "both", "Big", (("tone", 0.5), ("facts", 1.0)), "", (("temperature", 0.2),)
    )
    assert Column.from_row(found.as_row()) == found
    assert columns.parsed("x:") == Column("x")
    assert Column.from_row({"name": "rag"}) == Column("rag")


@pytest.mark.parametrize(
    "text", ["mode=rag", ": mode=rag", "a: mode=fast", "a: model", "a: adapter=x*y", "a: mode="]
)
def test_what_is_no_column_is_told(text: str) -> None:
    with pytest.raises(InputError):
        columns.parsed(text)


def test_two_of_a_name_and_none_are_refused() -> None:
    with pytest.raises(InputError, match="Two columns"):
        columns.checked([Column("a"), Column("a")])
    with pytest.raises(InputError, match="no way"):
        columns.checked([])


def test_a_model_is_not_loaded_twice() -> None:
    mixed = [Column("1", model="A"), Column("2", model="B"), Column("3", "tuned", model="A"),
             Column("4", "both", model="B"), Column("5", "plain", model="A")]  # fmt: skip
    models = [each.model for each in columns.in_order(mixed)]
    assert models == ["A", "A", "A", "B", "B"]
    assert columns.in_order(columns.of_modes(["both", "plain", "tuned", "rag"]))[2:] == [
        Column("both", "both"), Column("tuned", "tuned")
    ]  # fmt: skip


def test_the_key_changes_with_what_is_asked_with() -> None:
    assert columns.key({"a": 1, "b": 2}) == columns.key({"b": 2, "a": 1})
    assert columns.key({"a": 1}) != columns.key({"a": 2})
