"""What is left out of examples before anybody looks at them: doubles, and what is measured on."""

import hashlib
from collections.abc import Iterable, Sequence

from engine.answer import text
from engine.formats.examples import Example
from engine.teach.grounded import LeftOut

ALIKE = 0.8
"""Share of content words in common from which two questions ask the same."""
HELD_OUT = 0.1
MOST_HELD_OUT = 64


def question_of(example: Example) -> str:
    """What is asked in an example, without the passages that stand before it."""
    told = example.more.get("question")
    return told if isinstance(told, str) and told else example.prompt[-1].content


def sifted(
    examples: Iterable[Example], measured: Sequence[str] = ()
) -> tuple[list[Example], list[LeftOut]]:
    """Examples whose question comes first, and none that is nearly one of ``measured``."""
    taken = {_plain(question) for question in measured}
    leaks = _Index(measured)
    seen: set[str] = set()
    kept: list[Example] = []
    left: list[LeftOut] = []
    for example in examples:
        question = question_of(example)
        plain = _plain(question)
        if plain in taken or leaks.alike(question):
            left.append(LeftOut("their question is one to measure on"))
        elif plain in seen:
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
        self._sets = [frozenset(text.content(question)) for question in questions]
        self._by_word: dict[str, set[int]] = {}
        for number, words in enumerate(self._sets):
            for word in words:
                self._by_word.setdefault(word, set()).add(number)

    def alike(self, question: str) -> bool:
        words = frozenset(text.content(question))
        if not words or not self._sets:
            return False
        near = {number for word in words for number in self._by_word.get(word, ())}
        return any(
            len(words & self._sets[number]) >= ALIKE * len(words | self._sets[number])
            for number in near
        )
