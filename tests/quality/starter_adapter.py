"""Makes the adapter that ships with the app: ``make starter-adapter WORK=folder``.

Its examples come from three quarters of SQuAD's articles: questions of v1.1 with the sentences of
their article that meet them best by their words, questions of v2.0 that their paragraph does not
answer, and made-up papers of offices and clubs. Questions about one paragraph are asked about the
same sentences, which are thus computed once. The other articles are measured on.
"""

import argparse
import itertools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from engine.answer import brief, extract, text
from engine.answer.extract import Evidence, Rarity
from engine.evaluate import metrics
from engine.formats import examples, job
from engine.formats.adapter import GROUNDED
from engine.formats.examples import Example
from engine.formats.job import JobFolder, JobSpec
from engine.model_types import Message
from engine.models import packages
from engine.types import Hit, Passage
from tests.quality import data, starter_texts
from tests.quality.data import Query

SEED = 7
TOGETHER = 6
"""Most questions that are asked about the same sentences."""
SEARCHED = 3
"""Of all that are asked about them, how many are searched for: those with and without an answer in
turn, so that how well the sentences meet a question does not tell which it is. The others get the
sentences with their answers."""
SENTENCES = 5
"""Found ones; those with an answer come to them."""
REFUSED = 0.4
"""Share of examples with the refusal, where a paragraph has so many that it does not answer."""
PAPERS = 300
REFUSED_OF_PAPERS = 0.15
SHUFFLED = 0.3
"""Share of the prompts whose best passage does not stand last."""
SETTINGS = {
    "layers": 0.67, "steps": 720, "rank": 10, "alpha": 20.0, "learning_rate": 1e-3, "batch": 16,
    "micro_batch": 10, "max_tokens": 900, "held_out": 0.01, "measure_every": 100, "patience": 0,
    "precision": "bf16", "threads": 2, "nice": 0, "seed": 1,
}  # fmt: skip
TOP = 10
"""Paragraphs whose sentences are looked through."""


@dataclass(frozen=True, slots=True)
class Read:
    """Sentences that some questions are asked about."""

    hits: tuple[Hit, ...]
    evidence: list[Evidence]


class Article:
    """The paragraphs of an article, to be searched by words."""

    def __init__(self, title: str, paragraphs: Sequence[tuple[str, str]]) -> None:
        """``paragraphs`` are names and texts."""
        self._passages = [
            Passage(number, number, name, title, 1, 0, len(said), title, said)
            for number, (name, said) in enumerate(paragraphs)
        ]
        self._words = [set(text.content(said)) for _, said in paragraphs]
        self._rarity = Rarity(self._words)

    def search(self, question: str, name: str) -> list[Hit]:
        """The paragraphs that hold the most of the question; that of ``name`` is among them."""
        asked = set(text.content(question))
        scored = [
            (self._rarity.share(asked, words), passage)
            for words, passage in zip(self._words, self._passages, strict=True)
        ]
        scored.sort(key=lambda pair: -pair[0])
        first = scored[: TOP - 1]
        first += [pair for pair in scored[TOP - 1 :] if pair[1].path == name]
        return [
            Hit(rank, passage, score, score, 0.0)
            for rank, (score, passage) in enumerate(first, start=1)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.quality.starter_adapter")
    parser.add_argument("work", type=Path, help="folder for the library and the training jobs")
    work = parser.parse_args().work.absolute()
    folder = JobFolder(work / "job")
    folder.root.mkdir(parents=True, exist_ok=True)
    file = folder.root / "examples.jsonl"
    made = build()
    examples.write(file, made)
    base = packages.find(packages.CHAT)
    spec = JobSpec(base, file, name="Grounded answers", task=GROUNDED, settings=SETTINGS)
    job.write_spec(folder, spec)
    Console(stderr=True).print(f"{len(made)} examples in {file}")


def is_taught(article: str) -> bool:
    """Whether the adapter is taught with questions of an article."""
    return sum(map(ord, article.replace(" ", "_"))) % 8 not in (1, 7)


def build() -> list[Example]:
    """The examples; those about the same sentences stand together."""
    dice = random.Random(SEED)
    corpus = data.squad_articles()
    articles = {title: Article(title.replace("_", " "), some) for title, some in corpus.items()}
    made = [
        example
        for asked, without in together(dice)
        for example in about(asked, without, articles[asked[0].group], dice)
    ]
    return [*made, *starter_texts.papers(PAPERS, SEED, refused=REFUSED_OF_PAPERS)]


def together(dice: random.Random) -> Iterator[tuple[list[Query], list[str]]]:
    """Questions of one paragraph, some at a time, with some that it does not answer."""
    unanswered = data.squad_unanswerable_of()
    of: dict[str, list[Query]] = {}
    for query in data.squad().queries:
        if is_taught(query.group):
            of.setdefault(next(iter(query.relevant)), []).append(query)
    names = sorted(of)
    dice.shuffle(names)
    for name in names:
        queries = of[name]
        dice.shuffle(queries)
        parts = -(-len(queries) // TOGETHER)
        for part in range(parts):
            some = queries[part::parts]
            share = len(some) * REFUSED / (1 - REFUSED)
            wanted = int(share) + (dice.random() < share % 1)
            left = unanswered.get(name, [])
            yield some, dice.sample(left, min(wanted, len(left)))


def about(
    asked: Sequence[Query], without: Sequence[str], article: Article, dice: random.Random
) -> list[Example]:
    """The questions with what was found for some of them, as the model will get it."""
    in_turn = itertools.zip_longest(without, (query.text for query in asked))
    searched = [question for pair in in_turn for question in pair if question][:SEARCHED]
    read = _read(searched, asked, article)
    if dice.random() < SHUFFLED:
        dice.shuffle(read.evidence)
    pairs = [(query.text, *_answer(query, read)) for query in asked]
    pairs += [(question, brief.REFUSAL, "its paragraph does not tell") for question in without]
    return [
        Example(
            (*brief.messages(question, read.hits, read.evidence), Message("assistant", answer)),
            recipe=GROUNDED,
            source=asked[0].group,
            why=why,
        )
        for question, answer, why in pairs
        if answer
    ]


def _read(searched: Sequence[str], asked: Sequence[Query], article: Article) -> Read:
    """The best sentences of each search in turn, and those that hold an answer."""
    name = next(iter(asked[0].relevant))
    hits: list[Hit] = []
    ranked: list[list[Evidence]] = []
    for question in searched:
        found = article.search(question, name)
        known = {hit.passage.id for hit in hits}
        hits += [hit for hit in found if hit.passage.id not in known]
        places = {hit.passage.id: place for place, hit in enumerate(hits)}
        ranked.append(
            [
                replace(item, hit=places[found[item.hit].passage.id])
                for item in extract.best_sentences(question, found, top=200)
            ]
        )
    taken: dict[tuple[int, int], Evidence] = {}
    for rank in range(SENTENCES):
        for some in ranked:
            if rank < len(some) and len(taken) < SENTENCES:
                taken.setdefault((some[rank].hit, some[rank].start), some[rank])
    own = [item for item in ranked[0] if hits[item.hit].passage.path == name]
    for query in asked:
        if _place(query, Read(tuple(hits), [*taken.values()])) is None:
            place = _place(query, Read(tuple(hits), own))
            if place is not None:
                taken[(place[0].hit, place[0].start)] = place[0]
    return Read(tuple(hits), [*taken.values()])


def _answer(query: Query, read: Read) -> tuple[str, str]:
    """The answer in the words of the passage, and why; empty where it is not in what is read."""
    place = _place(query, read)
    if place is None:
        return "", ""
    item, start, end = place
    return read.hits[item.hit].passage.text[start:end], "the answer stands in what was found"


def _place(query: Query, read: Read) -> tuple[Evidence, int, int] | None:
    """Where the answer stands that most people gave, of as many the shortest."""
    votes = Counter(metrics.normalise(each) for each in query.answers)
    for given in sorted(
        query.answers, key=lambda each: (-votes[metrics.normalise(each)], len(each))
    ):
        if (place := brief.locate(given, read.hits, read.evidence)) is not None:
            return place
    return None


if __name__ == "__main__":
    main()
