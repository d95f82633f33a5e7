"""Examples of grounded answers: the prompt that a question meets in use, and what is to be said.

The sentences that the model reads are found by the search in use, so that the true one stands among
real distractors. A share comes without it: there the answer is that the passages do not tell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.answer import brief, extract, text
from engine.answer.answer import EVIDENCE, TOP
from engine.evaluate import metrics
from engine.formats.examples import Example
from engine.teach.recipes import Recipe
from engine.types import Hit

Find = Callable[[str], Sequence[Hit]]
"""The search in use: the best passages for a question, best first."""
ROUND_TRIP = 5
"""A question must find its passage among so many."""
LONGEST_ANSWER = 12
"""Words; a longer text is no short answer."""
QUOTE_WORDS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to make an example of."""

    question: str
    answers: tuple[str, ...]
    """What is right; none where the documents do not tell."""
    source: str
    """The document or file that it comes from."""
    why: str
    passage_id: int | None = None
    """Where the answer stands, if that is known."""
    documents: tuple[str, ...] = ()
    """Paths, or their ends, in one of which the answer must stand; none for any."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a question made no example, as a sentence's end that is counted over all of them."""

    reason: str


class Share:
    """Takes a share of what comes, evenly, so that few examples hold it as well as many."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._seen = self._taken = 0

    def takes(self) -> bool:
        """Whether the next one is of the share."""
        self._seen += 1
        taken = self._share * self._seen >= self._taken + 1
        self._taken += taken
        return taken


def answered(recipe: Recipe, asked: Asked, find: Find) -> Example | LeftOut:
    """The example with the true passage among those that the search brings along."""
    hits = list(find(asked.question))[:TOP]
    right = [
        index
        for index, hit in enumerate(hits[:ROUND_TRIP])
        if asked.passage_id in (None, hit.passage.id) and _from(asked, hit)
    ]
    if not right:
        return LeftOut("their question does not find its passage")
    evidence = extract.best_sentences(asked.question, hits, top=EVIDENCE)
    there = [item for item in evidence if item.hit in right]
    for answer in sorted(asked.answers, key=len):
        if len(answer.split()) > LONGEST_ANSWER:
            continue
        found = brief.locate(answer, hits, there)
        if found is not None:
            item, start, end = found
            passage = hits[item.hit].passage
            said = " ".join(passage.text[start:end].split())
            return recipe.of(
                tuple(brief.messages(asked.question, hits, evidence)), said,
                source=asked.source, why=asked.why, question=asked.question,
                quote=" ".join(item.sentence.split()[:QUOTE_WORDS]),
                passage=_place(hits[item.hit]),
                passages=[_place(hits[index]) for index in dict.fromkeys(e.hit for e in evidence)],
            )  # fmt: skip
    if all(len(answer.split()) > LONGEST_ANSWER for answer in asked.answers):
        return LeftOut(f"their answer is longer than {LONGEST_ANSWER} words")
    return LeftOut("their answer does not stand in the sentences that are read")


def refused(recipe: Recipe, asked: Asked, find: Find) -> Example | LeftOut:
    """The example without the true passage: what else the search finds does not tell."""
    wanted = [metrics.normalise(answer) for answer in asked.answers]
    hits = [
        hit
        for hit in find(asked.question)
        if hit.passage.id != asked.passage_id
        and not any(answer and answer in metrics.normalise(hit.passage.text) for answer in wanted)
    ][:TOP]
    if not hits:
        return LeftOut("nothing else is found for their question")
    evidence = extract.best_sentences(asked.question, hits, top=EVIDENCE)
    if not evidence:
        return LeftOut("nothing else is found for their question")
    why = "the passages do not tell" if not asked.answers else "its own passage was taken away"
    return recipe.of(
        tuple(brief.messages(asked.question, hits, evidence)), brief.REFUSAL,
        source=asked.source, why=f"{asked.why}; {why}", question=asked.question,
        passages=[_place(hits[index]) for index in dict.fromkeys(item.hit for item in evidence)],
    )  # fmt: skip


def _from(asked: Asked, hit: Hit) -> bool:
    """Whether a hit is of the right document, and holds an answer where its place is not known."""
    if asked.documents and not any(
        path == name or path.endswith(f"/{name}")
        for path in (hit.passage.path, *hit.also)
        for name in asked.documents
    ):
        return False
    if asked.passage_id is not None:
        return True
    words = " ".join(text.words(hit.passage.text))
    return any(" ".join(text.words(answer)) in words for answer in asked.answers)


def _place(hit: Hit) -> str:
    return f"{hit.passage.path}, page {hit.passage.page}"
