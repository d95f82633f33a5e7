"""Examples in the forms of other programs, there and back."""

import json
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.formats.examples import ExamplesError
from engine.teach import convert

ALPACA = {"instruction": "Greet.", "input": "Ada", "output": "Hello, Ada."}
SHARED = {
    "conversations": [
        {"from": "system", "value": "Be kind."},
        {"from": "human", "value": "Hi"},
        {"from": "gpt", "value": "Hello."},
    ]
}


def test_every_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        ALPACA,
        SHARED,
        {"messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}]},
        {"prompt": "P", "completion": "C"},
        {"question": "Q2", "answer": "A2"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = convert.read(path)
    assert found[0].prompt[0].content == "Greet.\n\nAda"
    assert [turn.role for turn in found[1].messages] == ["system", "user", "assistant"]
    assert [each.answer for each in found] == ["Hello, Ada.", "Hello.", "A", "C", "A2"]
    assert found[3].source == "a.jsonl, line 4"
    assert all(each.more["state"] == "new" for each in found)
    assert convert.holds_examples(path)


def test_faults_are_named_by_line_in_an_array_and_in_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    items = [json.dumps(ALPACA, indent=1), '{"instruction": "x", "output": 3}', '{"a": 1}']
    path.write_text("[\n" + ",\n".join(items) + "\n]")
    with pytest.raises(ExamplesError) as raised:
        convert.read(path)
    assert [(fault.line, fault.reason[:10]) for fault in raised.value.faults] == [
        (7, "its output"), (8, "it has nei"),
    ]  # fmt: skip
    path.write_text('[\n{"prompt": "a", "completion": "b"},\n{"prompt": }]')
    with pytest.raises(ExamplesError) as raised:
        convert.read(path)
    assert raised.value.faults[0].line == 3
    path.write_text('[{"prompt": "a", "completion": "b"}')
    with pytest.raises(ExamplesError, match="no end"):
        convert.read(path)
    lines = tmp_path / "a.jsonl"
    ends = {"conversations": SHARED["conversations"][:2]}
    stranger = {"conversations": [{"from": "crow", "value": "caw"}]}
    lines.write_text(f"{json.dumps(ends)}\n\n{json.dumps(stranger)}\nnot json\n")
    with pytest.raises(ExamplesError) as raised:
        convert.read(lines)
    assert [fault.line for fault in raised.value.faults] == [1, 3, 4]
    lines.write_text("\n")
    with pytest.raises(InputError, match="no examples"):
        convert.read(lines)


@pytest.mark.parametrize("form", convert.FORMS)
def test_what_is_written_is_read_again(tmp_path: Path, form: convert.Form) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"prompt": 'Say "hi",\nplease', "completion": "hi; there"}) + "\n")
    target = tmp_path / f"out.{'csv' if form == 'csv' else 'json'}"
    assert convert.write(target, convert.read(source), form) == 1
    [again] = convert.read(target)
    assert again.prompt[-1].content == 'Say "hi",\nplease'
    assert again.answer == "hi; there"
    with pytest.raises(InputError, match="cannot be written"):
        convert.write(tmp_path / "none" / "x", convert.read(source), form)


def test_a_system_rule_goes_with_the_forms_that_have_one(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(SHARED) + "\n")
    for form in ("alpaca", "sharegpt", "messages"):
        target = tmp_path / f"{form}.json"
        convert.write(target, convert.read(source), form)  # type: ignore[arg-type]
        assert convert.read(target)[0].messages[0].content == "Be kind."


def test_a_table_is_no_file_of_examples(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("text,label\na,b\n")
    assert not convert.holds_examples(path)
    assert not convert.holds_examples(tmp_path / "none.jsonl")
