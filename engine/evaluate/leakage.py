"""Whether a question of a set was learnt: nothing may be measured on what was trained on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.evaluate.metrics import normalise
from engine.evaluate.questions import Question
from engine.formats.examples import Example

SHORTEST = 4
"""Words from which a question that stands inside a longer text counts as the same."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A question that an example holds."""

    question: Question
    line: int
    """Of the example among the examples, from 1."""


def leaked(questions: Sequence[Question], examples: Iterable[Example]) -> list[Leak]:
    """Questions that a turn before an example's answer asks, whatever their case and marks.

    A question counts that is the whole turn, or, from four words on, stands in it word for word, as
    behind the passages that were put before it.
    """
    wanted: dict[str, list[Question]] = {}
    for question in questions:
        if asked := normalise(question.question):
            wanted.setdefault(asked, []).append(question)
    found: dict[str, Leak] = {}
    for line, example in enumerate(examples, start=1):
        for message in example.prompt:
            if message.role != "user":
                continue
            said = normalise(message.content)
            for asked in [each for each in wanted if each not in found]:
                long = len(asked.split()) >= SHORTEST
                if asked == said or (long and f" {asked} " in f" {said} "):
                    found[asked] = Leak(wanted[asked][0], line)
    order = {id(each): at for at, each in enumerate(questions)}
    every = [
        Leak(question, leak.line) for asked, leak in found.items() for question in wanted[asked]
    ]
    return sorted(every, key=lambda leak: order[id(leak.question)])
