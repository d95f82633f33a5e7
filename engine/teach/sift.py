"""What is left out of examples before anybody looks at them: doubles, and what is measured on."""

import hashlib
from collections.abc import Mapping, Sequence

from engine.answer import text
from engine.evaluate import leakage, metrics
from engine.formats.examples import Example
from engine.teach.grounded import LeftOut

ALIKE = 0.8
"""Share of content words in common from which two questions ask the same."""
WHY = "their question is one to measure on"
HELD_OUT = 0.1
MOST_HELD_OUT = 64


def question_of(example: Example) -> str:
    """What is asked in an example, without the passages that stand before it."""
    told = example.more.get("question")
    return told if isinstance(told, str) and told else example.prompt[-1].content


def apart(
    examples: Sequence[Example], measured: Mapping[str, str]
) -> tuple[list[Example], list[LeftOut]]:
    """Examples that ask none of ``measured``, nor nearly so; each of those has its reason.

    What is measured may also stand in a longer text, as behind passages.
    """
    questions = list(measured)
    taken = {_plain(question): question for question in reversed(questions)}
    near = _Index(questions)
    long = {
        question: f" {normal} "
        for question in questions
        if len((normal := metrics.normalise(question)).split()) >= leakage.SHORTEST
    }
    kept: list[Example] = []
    left: list[LeftOut] = []
    for example in examples:
        question = question_of(example)
        found = taken.get(_plain(question)) or near.alike(question)
        if found is None and long:
            said = [each.content for each in example.prompt if each.role == "user"]
            whole = f" {metrics.normalise(' '.join(said))} "
            found = next((one for one, normal in long.items() if normal in whole), None)
        if found is None:
            kept.append(example)
        else:
            left.append(LeftOut(measured[found]))
    return kept, left


def sifted(
    examples: Sequence[Example], measured: Mapping[str, str] | None = None
) -> tuple[list[Example], list[LeftOut]]:
    """Examples whose question comes first, and none that is nearly one of ``measured``."""
    every, left = apart(examples, measured or {})
    seen: set[str] = set()
    kept: list[Example] = []
    for example in every:
        plain = _plain(question_of(example))
        if plain in seen:
            left.append(LeftOut("their question is asked already"))
        else:
            seen.add(plain)
            kept.append(example)
    return kept, left


def split(
    examples: Sequence[Example], share: float = HELD_OUT
) -> tuple[list[Example], list[Example]]:
    """Examples to learn from, and such to measure on: no document is in both.

    Which documents are held out, their names decide, so that it stays so. Where all is of one
    source, nothing is held out.
    """
    wanted = min(MOST_HELD_OUT, int(len(examples) * share))
    sources: dict[str, int] = {}
    for at, example in enumerate(examples):
        key = example.source or f"\0{at}"
        sources[key] = sources.get(key, 0) + 1
    aside: set[str] = set()
    count = 0
    for name in sorted(sources, key=lambda one: hashlib.sha256(one.encode()).digest()):
        if count + sources[name] <= wanted:
            aside.add(name)
            count += sources[name]
    kept: list[Example] = []
    held: list[Example] = []
    for at, example in enumerate(examples):
        (held if (example.source or f"\0{at}") in aside else kept).append(example)
    return kept, held


def _plain(question: str) -> str:
    return " ".join(text.words(question)) or question.strip()


class _Index:
    """Finds questions that share most of their content words with one of many."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._questions = questions
        self._sets = [frozenset(text.content(question)) for question in questions]
        self._by_word: dict[str, set[int]] = {}
        for number, words in enumerate(self._sets):
            for word in words:
                self._by_word.setdefault(word, set()).add(number)

    def alike(self, question: str) -> str | None:
        """The first of them that asks nearly the same."""
        words = frozenset(text.content(question))
        near = {number for word in words for number in self._by_word.get(word, ())}
        return next(
            (
                self._questions[number]
                for number in sorted(near)
                if len(words & self._sets[number]) >= ALIKE * len(words | self._sets[number])
            ),
            None,
        )
