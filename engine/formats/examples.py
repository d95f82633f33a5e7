"""Training examples as JSON lines: a conversation whose last turn is to be learnt, and its origin.

    {"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}],
     "meta": {"recipe": "…", "source": "…", "why": "…"}}

Only ``messages`` is needed; other keys of ``meta`` are kept as they stand. The conversation is what
the model process gets when a question is asked: the last turn, the assistant's, is what it is to
say, and nothing else of it is learnt.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast, get_args

from engine.errors import InputError
from engine.model_types import Message, Role

ROLES = get_args(Role)
REHEARSED = "rehearsal"
"""Recipe of what a model said before it was taught, and is to say afterwards."""
TOLD_FAULTS = 5
"""Faults named in one message; the others are counted."""


@dataclass(frozen=True, slots=True)
class Example:
    """One conversation to learn from."""

    messages: tuple[Message, ...]
    """Ends with the assistant's turn."""
    recipe: str = ""
    """What it is to teach, such as ``"answer from documents"``."""
    source: str = ""
    """The document, conversation or table that it was made from."""
    why: str = ""
    """Why it was kept, for the eyes of the person who reviews it."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Other keys of ``meta``."""

    @property
    def prompt(self) -> tuple[Message, ...]:
        """What stands before the answer."""
        return self.messages[:-1]

    @property
    def answer(self) -> str:
        return self.messages[-1].content


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is no example."""

    line: int
    """From 1."""
    reason: str
    """The end of a sentence."""


class ExamplesError(InputError):
    """Examples that cannot be used; ``faults`` names every line."""

    code = "bad_examples"

    def __init__(self, file: str, faults: tuple[Fault, ...]) -> None:
        told = "; ".join(f"line {fault.line}: {fault.reason}" for fault in faults[:TOLD_FAULTS])
        rest = len(faults) - TOLD_FAULTS
        more = f"; and {rest} more" if rest > 0 else ""
        super().__init__(
            f"The examples in {file} cannot be used: {told}{more}.",
            "Correct or remove these lines, then start again.",
        )
        self.faults = faults


def read(path: Path) -> list[Example]:
    """All examples of a file. Raises InputError, and ExamplesError naming every broken line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The examples in {path} cannot be read: {error.strerror}.",
            "Check that the file is there and may be read.",
        ) from error
    found: list[Example] = []
    faults: list[Fault] = []
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(parse(line.decode("utf-8-sig" if number == 1 else "utf-8")))
        except UnicodeDecodeError:
            faults.append(Fault(number, "it is not text in UTF-8"))
        except ValueError as error:
            faults.append(Fault(number, str(error)))
    if faults:
        raise ExamplesError(path.name, tuple(faults))
    if not found:
        raise InputError(
            f"There are no examples in {path.name}.",
            "Make some from documents, conversations or a table first.",
        )
    return found


def parse(line: str) -> Example:
    """One line. Raises ValueError with the reason as the end of a sentence."""
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg} at character {error.pos + 1})") from error
    if not isinstance(value, dict):
        raise ValueError("it is not an object with messages")
    turns = value.get("messages")
    if not isinstance(turns, list) or not turns:
        raise ValueError("it has no list of messages")
    messages = tuple(_message(turn, index) for index, turn in enumerate(turns, start=1))
    _check(messages)
    meta = value.get("meta", {})
    if not isinstance(meta, dict):
        raise ValueError("its meta is not an object")
    told = {}
    for key in ("recipe", "source", "why"):
        told[key] = meta.get(key, "")
        if not isinstance(told[key], str):
            raise ValueError(f"its {key} is not a text")
    more = {key: each for key, each in meta.items() if key not in told}
    return Example(messages, more=more, **told)


def _message(turn: Any, number: int) -> Message:
    if not isinstance(turn, dict):
        raise ValueError(f"its message {number} is not an object")
    role, content = turn.get("role"), turn.get("content")
    if role not in ROLES:
        raise ValueError(f"the role of its message {number} is not one of {', '.join(ROLES)}")
    if not isinstance(content, str):
        raise ValueError(f"its message {number} has no text")
    return Message(cast(Role, role), content)


def _check(messages: tuple[Message, ...]) -> None:
    if messages[-1].role != "assistant":
        raise ValueError("its last message is not the assistant's")
    if not messages[-1].content.strip():
        raise ValueError("its answer is empty")
    if len(messages) < 2:
        raise ValueError("nothing stands before its answer")
    if any(message.role == "system" for message in messages[1:]):
        raise ValueError("a system message stands behind others")


def lines(examples: Iterable[Example]) -> Iterator[str]:
    """Each example as a line with its end."""
    for example in examples:
        meta = {"recipe": example.recipe, "source": example.source, "why": example.why}
        value = {
            "messages": [
                {"role": message.role, "content": message.content} for message in example.messages
            ],
            "meta": {**{key: each for key, each in meta.items() if each}, **example.more},
        }
        yield json.dumps(value, ensure_ascii=False) + "\n"


def write(path: Path, examples: Iterable[Example]) -> int:
    """Write a file of examples; returns their number."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for line in lines(examples):
            file.write(line)
            count += 1
    return count
