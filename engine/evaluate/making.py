"""Makes questions for a library and tries each on the assistant before it counts."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from engine.evaluate import generate
from engine.evaluate.generate import Made
from engine.evaluate.questions import Question
from engine.inference.chat_model import ChatModel, Sampling
from engine.model_types import Message
from engine.progress import CancelToken, Progress
from engine.types import Answer, Passage

TRIES = 12
"""Questions made for each that is wanted, at most."""
FIRST = 5
"""The passage must be among so many of a search."""


class Trial(Protocol):
    """Asks one question of the library as a user would."""

    def __call__(self, question: str) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Making:
    """Questions made from a library."""

    questions: tuple[Question, ...]
    tried: int
    """Questions that were made and tried for them."""


def answerable(
    passages: Sequence[Passage],
    count: int,
    trial: Trial,
    *,
    word: Callable[[Made], Made | None] | None = None,
    cancel: CancelToken | None = None,
) -> Generator[Progress, None, tuple[list[Made], int]]:
    """Questions that survive the round trip; ``word`` puts each into other words where given."""
    kept: list[Made] = []
    tried = 0
    for item in generate.made(passages):
        if len(kept) >= count or tried >= TRIES * count:
            break
        yield Progress("making questions", len(kept), count)
        if cancel is not None:
            cancel.check()
        asked = word(item) if word is not None else item
        if asked is None:
            continue
        tried += 1
        if survives(asked, trial(asked.question)):
            kept.append(asked)
    return kept, tried


def survives(item: Made, answer: Answer) -> bool:
    """The search finds its passage, and reading gives the same answer from the same page.

    An answer that was held back for want of sureness fails: nobody can tell what it would be.
    """
    if answer.abstained or answer.why is None:
        return False
    found = any(
        each.passage_id == item.passage.id for each in answer.why.passages if each.rank <= FIRST
    )
    return found and generate.survives(item, answer)


def unanswerable(items: Sequence[Made], count: int) -> Iterator[Question]:
    """Questions without an answer: swapped ones first, then such as are about something else."""
    half = max(0, count - min(len(generate.ELSEWHERE), count // 3))
    number = 0
    for item in generate.swapped(items):
        if number >= half:
            break
        number += 1
        yield Question(f"swapped-{number}", item.question, unanswerable=True)
    for at, text in enumerate(generate.ELSEWHERE[: count - number], start=1):
        yield Question(f"elsewhere-{at}", text, unanswerable=True)


def worded(item: Made, model: ChatModel) -> Made | None:
    """The question as the model asks it; None where it gives the answer away or is no question."""
    messages = [
        Message("system", "You write one short question about a sentence."),
        Message(
            "user",
            f"Sentence: {item.sentence}\nWrite a question about the sentence whose answer is "
            f"“{item.answer}”. Write the question only.",
        ),
    ]
    stream = model.stream(messages, Sampling(max_tokens=48))
    while True:
        try:
            next(stream)
        except StopIteration as stop:
            said: str = stop.value.text
            break
    line = said.strip().split("\n")[0].strip(' "“”')
    end = line.find("?")
    if end < 8 or item.answer.lower() in line.lower() or len(line.split()) > 40:
        return None
    return replace(item, question=line[: end + 1])
