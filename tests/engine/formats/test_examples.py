import json
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.formats import examples
from engine.formats.examples import Example, ExamplesError
from engine.model_types import Message

GOOD = {
    "messages": [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "When does the office open?"},
        {"role": "assistant", "content": "At nine."},
    ],
    "meta": {"recipe": "answer", "source": "hours.txt", "why": "corrected", "page": 3},
}


def lines(*values: object) -> bytes:
    return b"\n".join(json.dumps(value).encode() for value in values)


def test_an_example_is_read_and_written_as_it_was(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_bytes(b"\xef\xbb\xbf" + lines(GOOD) + b"\n\n")
    (read,) = examples.read(first)
    assert read.prompt == (
        Message("system", "Be short."),
        Message("user", "When does the office open?"),
    )
    assert (read.answer, read.source, read.more) == ("At nine.", "hours.txt", {"page": 3})
    assert examples.write(second, [read]) == 1
    assert json.loads(second.read_text()) == GOOD


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "not an object"),
        ('{"messages": []}', "no list of messages"),
        ('{"messages": ["a"]}', "message 1 is not an object"),
        ('{"messages": [{"role": "tool", "content": ""}]}', "role of its message 1"),
        ('{"messages": [{"role": "user", "content": 1}]}', "message 1 has no text"),
        ('{"messages": [{"role": "user", "content": "a"}]}', "not the assistant's"),
        ('{"messages": [{"role": "assistant", "content": "a"}]}', "nothing stands before"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(line: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        examples.parse(line)


def test_an_empty_answer_and_a_late_system_message_are_refused() -> None:
    user, said = {"role": "user", "content": "a"}, {"role": "assistant", "content": " "}
    with pytest.raises(ValueError, match="answer is empty"):
        examples.parse(json.dumps({"messages": [user, said]}))
    late = [user, {"role": "system", "content": "b"}, {**said, "content": "c"}]
    with pytest.raises(ValueError, match="system message"):
        examples.parse(json.dumps({"messages": late}))


def test_every_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(lines(GOOD) + b"\nnonsense\n" + lines(GOOD, {}) + b"\n\xff\xfe\n")
    with pytest.raises(ExamplesError) as caught:
        examples.read(path)
    assert [fault.line for fault in caught.value.faults] == [2, 4, 5]
    assert "line 2: it is not JSON" in caught.value.message
    assert "line 5: it is not text" in caught.value.message


def test_only_the_first_faults_are_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text("x\n" * 9)
    with pytest.raises(ExamplesError, match="and 4 more") as caught:
        examples.read(path)
    assert len(caught.value.faults) == 9


def test_no_examples_and_no_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(InputError, match="There are no examples"):
        examples.read(tmp_path / "empty.jsonl")
    with pytest.raises(InputError, match="cannot be read"):
        examples.read(tmp_path / "none.jsonl")


def test_text_of_any_kind_stays_on_its_line(tmp_path: Path) -> None:
    said = "two\nlines\u2028and „quotes“ \\ \x0b end"
    kept = Example((Message("user", said), Message("assistant", said)))
    examples.write(tmp_path / "a.jsonl", [kept, kept])
    assert examples.read(tmp_path / "a.jsonl") == [kept, kept]
