"""Looking through examples: kept, edited, dropped, and what nobody has looked at yet.

The state stands in each line of the examples file itself, under ``meta``: ``"new"`` until somebody
says something of it. Examples without a state are the user's own, written by hand.
"""

import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from engine.errors import InputError
from engine.formats import examples as example_file
from engine.formats.examples import Example
from engine.model_types import Message
from engine.teach import sift

State = Literal["new", "kept", "edited", "dropped"]
STATES = get_args(State)

LETTERS_A_TOKEN = 3.5
"""Where nobody counted."""

Count = Callable[[Sequence[Message]], int]
"""Length of a conversation in the model's own tokens."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One example as it is shown."""

    number: int
    """From 1, its place in the file."""
    example: Example

    @property
    def state(self) -> State:
        told = self.example.more.get("state", "kept")
        return told if told in STATES else "new"

    @property
    def question(self) -> str:
        return sift.question_of(self.example)

    @property
    def tokens(self) -> int | None:
        """Length of all of it; None where nobody counted."""
        told = self.example.more.get("tokens")
        return told if isinstance(told, int) else None

    @property
    def quote(self) -> str:
        """What stands in the documents; empty where the example has no quote."""
        return str(self.example.more.get("quote", ""))


class Review:
    """A file of examples while it is looked through; every change is written at once."""

    def __init__(self, path: Path) -> None:
        """Raises InputError, and ExamplesError with the broken lines."""
        self.path = path
        self._examples = example_file.read(path)

    def all(self) -> list[Reviewed]:
        return [Reviewed(at, each) for at, each in enumerate(self._examples, start=1)]

    def found(self, words: str = "", *, state: State | None = None) -> list[Reviewed]:
        """Those that hold these words, in question, answer, source or reason, and this state."""
        plain = words.casefold()
        return [
            each
            for each in self.all()
            if state in (None, each.state)
            and any(
                plain in part.casefold()
                for part in (each.question, each.example.answer, each.example.source,
                             each.example.why)
            )
        ]  # fmt: skip

    def counts(self) -> dict[State, int]:
        """How many there are of each state."""
        counted = Counter(each.state for each in self.all())
        return {state: counted[state] for state in STATES}

    def drop(self, numbers: Collection[int]) -> None:
        """Leave these out; they stay in the file. Raises InputError."""
        self._set(numbers, "dropped")

    def keep(self, numbers: Collection[int]) -> None:
        """Take these, also such as were dropped. Raises InputError."""
        self._set(numbers, "kept")

    def accept(self) -> int:
        """Take all that nobody has said anything of; returns how many."""
        new = [each.number for each in self.all() if each.state == "new"]
        self._set(new, "kept")
        return len(new)

    def add(self, examples: Sequence[Example]) -> int:
        """Put more behind them, but none whose question is there already; returns how many."""
        asked = dict.fromkeys((each.question for each in self.all()), sift.WHY)
        fresh, _ = sift.sifted(examples, asked)
        self._examples += fresh
        if fresh:
            self._write()
        return len(fresh)

    def edit(
        self, number: int, *, answer: str | None = None, question: str | None = None,
        count: Count | None = None,
    ) -> Reviewed:  # fmt: skip
        """Put another answer or question in its place. Raises InputError."""
        example = self._one(number)
        messages = list(example.messages)
        more: dict[str, Any] = {**example.more, "state": "edited"}
        if answer is not None:
            if not answer.strip():
                raise InputError("The answer is empty.", "Write one, or drop the example.")
            messages[-1] = Message("assistant", answer.strip())
            if answer.strip().casefold() not in str(more.get("quote", "")).casefold():
                more.pop("quote", None)  # it is the user's word now, not the document's
        if question is not None:
            if not question.strip():
                raise InputError("The question is empty.", "Write one, or drop the example.")
            before = sift.question_of(example)
            asked = messages[-2].content
            if before not in asked:
                raise InputError(
                    f"The question of example {number} cannot be told from what stands around it.",
                    "Change it in the file itself.",
                )
            head, _, tail = asked.rpartition(before)
            messages[-2] = Message(messages[-2].role, f"{head}{question.strip()}{tail}")
            more["question"] = question.strip()
        more.pop("tokens", None)
        if count is not None:
            more["tokens"] = count(messages)
        self._examples[number - 1] = replace(example, messages=tuple(messages), more=more)
        self._write()
        return Reviewed(number, self._examples[number - 1])

    def trained(self, *, unseen: bool = False) -> list[Example]:
        """What is to be learnt from: all that was not dropped.

        Raises InputError where nobody has looked at some, unless ``unseen`` allows that.
        """
        counts = self.counts()
        if counts["new"] and not unseen:
            raise InputError(
                f"Nobody has looked at {counts['new']} of the examples in {self.path.name} yet.",
                f"See them with `alcove teach review {self.path}` and take them with --accept; "
                "--yes trains on them unseen.",
                code="not_reviewed",
            )
        return [each.example for each in self.all() if each.state != "dropped"]

    def _one(self, number: int) -> Example:
        if not 1 <= number <= len(self._examples):
            raise InputError(
                f"There is no example {number} in {self.path.name}.",
                f"They are numbered from 1 to {len(self._examples)}.",
            )
        return self._examples[number - 1]

    def _set(self, numbers: Collection[int], state: State) -> None:
        for number in numbers:
            self._one(number)
        for number in numbers:
            example = self._examples[number - 1]
            self._examples[number - 1] = replace(example, more={**example.more, "state": state})
        if numbers:
            self._write()

    def _write(self) -> None:
        write(self.path, self._examples)


def tokens_of(example: Example) -> int:
    """Length of an example in tokens; about, where nobody counted."""
    told = example.more.get("tokens")
    if isinstance(told, int):
        return told
    letters = sum(len(turn.content) for turn in example.messages)
    return max(1, round(letters / LETTERS_A_TOKEN))


def write(path: Path, examples: Sequence[Example]) -> None:
    """Write a file of examples whole or not at all. Raises InputError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        example_file.write(temporary, examples)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Choose another place."
        ) from error
