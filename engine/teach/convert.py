"""Examples in the forms of others: Alpaca, ShareGPT, ChatML messages, prompt/completion, CSV.

Each item is told by the line it begins in, whether the file is one JSON array or JSON lines.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from engine.errors import InputError
from engine.formats import examples as example_file
from engine.formats.examples import Example, ExamplesError, Fault
from engine.teach import rows

Form = Literal["messages", "alpaca", "sharegpt", "prompt", "csv"]
FORMS = get_args(Form)

_SPEAKERS = {
    "system": "system", "human": "user", "user": "user", "gpt": "assistant",
    "assistant": "assistant", "model": "assistant", "chatgpt": "assistant", "bot": "assistant",
}  # fmt: skip
_PAIRS = (
    ("prompt", "completion"), ("prompt", "response"), ("question", "answer"), ("input", "output"),
    ("instruction", "response"),
)  # fmt: skip


def read(path: Path) -> list[Example]:
    """Examples of a file in any of the forms. Raises InputError, ExamplesError with the lines."""
    found: list[Example] = []
    faults: list[Fault] = []
    for line, value in _items(path):
        if isinstance(value, Fault):
            faults.append(value)
            continue
        try:
            found.append(_example(value, f"{path.name}, line {line}"))
        except ValueError as error:
            faults.append(Fault(line, str(error)))
    if faults:
        raise ExamplesError(path.name, tuple(faults))
    if not found:
        raise InputError(f"There are no examples in {path.name}.", "Give a file that holds some.")
    return found


def holds_examples(path: Path) -> bool:
    """Whether a file has one of the forms by its first item; else it is a table or questions."""
    try:
        value = next(_items(path))[1]
    except (InputError, ValueError, StopIteration):
        return False
    return isinstance(value, Mapping) and any(
        keys <= set(value)
        for keys in ({"messages"}, {"conversations"}, {"instruction", "output"},
                     {"prompt", "completion"}, {"prompt", "response"})
    )  # fmt: skip


def _items(path: Path) -> Iterator[tuple[int, Any]]:
    if path.suffix.lower() in (".csv", ".tsv"):
        for row in rows.read(path).rows:
            yield row.line, row.cells
        return
    text = rows.text_of(path)
    if text.lstrip().startswith("["):
        yield from _array(text)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                yield number, Fault(number, f"it is not JSON ({error.msg})")


def _array(text: str) -> Iterator[tuple[int, Any]]:
    """The items of one JSON array, each with the line it begins in."""
    decoder = json.JSONDecoder()
    at, line, counted = text.index("[") + 1, 1, 0
    while True:
        while at < len(text) and (text[at].isspace() or text[at] == ","):
            at += 1
        line += text.count("\n", counted, at)
        counted = at
        if at >= len(text):
            yield line, Fault(line, "the list has no end")
            return
        if text[at] == "]":
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            yield line, Fault(error.lineno, f"it is not JSON ({error.msg})")
            return
        yield line, value


def _example(value: Any, source: str) -> Example:
    """Raises ValueError with the end of a sentence."""
    if not isinstance(value, Mapping):
        raise ValueError("it is not an object")
    return example_file.parse(json.dumps({"messages": _turns(value), "meta": _meta(value, source)}))


def _meta(value: Mapping[str, Any], source: str) -> dict[str, Any]:
    meta = value.get("meta")
    own = dict(meta) if isinstance(meta, Mapping) else {}
    return {"state": "new", "source": source, "why": "brought along", **own}


def _turns(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    if isinstance(value.get("messages"), list):
        return list(value["messages"])
    if isinstance(value.get("conversations"), list):
        return [_said(turn, at) for at, turn in enumerate(value["conversations"], start=1)]
    if "instruction" in value and "output" in value:
        asked = _text(value, "instruction")
        more = _text(value, "input") if value.get("input") else ""
        turns = [{"role": "user", "content": f"{asked}\n\n{more}".strip()}]
        if value.get("system"):
            turns.insert(0, {"role": "system", "content": _text(value, "system")})
        return [*turns, {"role": "assistant", "content": _text(value, "output")}]
    for first, second in _PAIRS:
        if first in value and second in value:
            return [
                {"role": "user", "content": _text(value, first)},
                {"role": "assistant", "content": _text(value, second)},
            ]
    raise ValueError(
        "it has neither messages, conversations, instruction and output, nor prompt and completion"
    )


def _said(turn: Any, number: int) -> dict[str, Any]:
    if not isinstance(turn, Mapping):
        raise ValueError(f"its turn {number} is not an object")
    speaker = _SPEAKERS.get(str(turn.get("from", turn.get("role", ""))).casefold())
    if speaker is None:
        raise ValueError(f"nobody knows who speaks in its turn {number}")
    return {"role": speaker, "content": turn.get("value", turn.get("content"))}


def _text(value: Mapping[str, Any], key: str) -> str:
    if not isinstance(value[key], str):
        raise ValueError(f"its {key} is not a text")
    if not value[key].strip():
        raise ValueError(f"its {key} is empty")
    return str(value[key])


# --- writing -----------------------------------------------------------------------------------


def write(path: Path, examples: Iterable[Example], form: Form) -> int:
    """Write examples in another form; returns their number. Raises InputError.

    Alpaca, prompt/completion and CSV hold one question each: there the turns before stand in it.
    """
    every = list(examples)
    try:
        if form == "messages":
            return example_file.write(path, every)
        if form == "alpaca":
            text = (
                json.dumps([_alpaca(each) for each in every], ensure_ascii=False, indent=2) + "\n"
            )
        elif form == "sharegpt":
            text = (
                json.dumps([_shared(each) for each in every], ensure_ascii=False, indent=2) + "\n"
            )
        elif form == "prompt":
            text = "".join(
                json.dumps({"prompt": _asked(each), "completion": each.answer}, ensure_ascii=False)
                + "\n"
                for each in every
            )
        else:
            text = _as_csv(every)
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error
    return len(every)


def _alpaca(example: Example) -> dict[str, str]:
    system = [turn.content for turn in example.prompt if turn.role == "system"]
    value = {"instruction": _asked(example, system=False), "input": "", "output": example.answer}
    return {**value, "system": system[0]} if system else value


def _shared(example: Example) -> dict[str, Any]:
    names = {"system": "system", "user": "human", "assistant": "gpt"}
    return {
        "conversations": [
            {"from": names[turn.role], "value": turn.content} for turn in example.messages
        ]
    }


def _asked(example: Example, *, system: bool = True) -> str:
    turns = [turn.content for turn in example.prompt if system or turn.role != "system"]
    return "\n\n".join(turns)


def _as_csv(examples: Iterable[Example]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["prompt", "completion"])
    writer.writerows([_asked(each), each.answer] for each in examples)
    return out.getvalue()
