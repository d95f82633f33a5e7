"""What a model reads best: how many passages, in which order, or a short document as a whole.

Questions of SQuAD over all 1,289 paragraphs, half of them from the articles that are chosen on. The
starter model writes from passages as :mod:`engine.answer.pack` lays them before a larger model;
with the adapter that ships it answers from sentences as :mod:`engine.answer.brief` lays them. What
it wrote is kept under ``--work`` and not asked again. Ways are compared question by question.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.answer import brief, extract, pack, prompt
from engine.answer.extract import Evidence
from engine.assistant import DEFAULT_LIBRARY, Assistant
from engine.evaluate import metrics, paired
from engine.inference.adapters import Adapter
from engine.inference.chat_model import Sampling
from engine.inference.process import ProcessChatModel
from engine.model_types import Message
from engine.models import starter_adapter
from engine.progress import drain
from engine.types import Hit, Passage
from tests.quality import data
from tests.quality.data import Query
from tests.quality.fit_reader import is_choosing
from tests.quality.record import Row
from tests.quality.workplace import Workplace

EACH = 60
"""Questions of each half."""
TOP = 10
TOGETHER = 3
"""Paragraphs of an article that are taken for one short document."""
WRITING = Sampling(max_tokens=48, repeat_penalty=1.1)
MEASURES: dict[str, Callable[[str, Sequence[str]], float]] = {
    "EM": metrics.exact_match,
    "F1": metrics.f1,
    "holds the answer": lambda said, answers: float(metrics.contains_answer(said, answers)),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it, best first."""

    query: Query
    hits: tuple[Hit, ...]
    evidence: list[Evidence]
    document: tuple[Passage, ...]
    """The short document of the best passage, in reading order."""

    @property
    def ranked(self) -> list[Passage]:
        return [self.hits[index].passage for index in pack.ranked(self.hits, self.evidence)]


def _over(passages: Sequence[Passage], asked: Asked) -> list[Message]:
    read = [prompt.PromptPassage.of(each) for each in passages]
    return prompt.rag([Message("user", prompt.over(read, asked.query.text))])


def _as_filed(passages: Sequence[Passage]) -> list[Passage]:
    return sorted(passages, key=lambda each: (each.path, each.page, each.start))


def _short(asked: Asked, order: Sequence[int], count: int = 5) -> list[Message]:
    """The sentences with their passages in this order; ``brief`` puts the first one last."""
    place = {hit: at for at, hit in enumerate(order)}
    kept = sorted(asked.evidence[:count], key=lambda item: -place[item.hit])
    return brief.messages(asked.query.text, asked.hits, kept)


def _best_first(asked: Asked, count: int = 5) -> list[int]:
    return list(dict.fromkeys(item.hit for item in asked.evidence[:count]))


WRITTEN: dict[str, Callable[[Asked], list[Message]]] = {
    "3 passages, best last": lambda a: _over(a.ranked[:3][::-1], a),
    "3 passages, best first": lambda a: _over(a.ranked[:3], a),
    "3 passages, as filed": lambda a: _over(_as_filed(a.ranked[:3]), a),
    "1 passage": lambda a: _over(a.ranked[:1], a),
    "2 passages, best last": lambda a: _over(a.ranked[:2][::-1], a),
    "5 passages, best last": lambda a: _over(a.ranked[:5][::-1], a),
    f"the whole document of {TOGETHER}": lambda a: _over(a.document, a),
}
READ: dict[str, Callable[[Asked], list[Message]]] = {
    "5 sentences, best last": lambda a: _short(a, _best_first(a)[::-1]),
    "5 sentences, best first": lambda a: _short(a, _best_first(a)),
    "5 sentences, as filed": lambda a: _short(
        a, sorted(_best_first(a), key=lambda hit: a.hits[hit].passage.path)
    ),
    "3 sentences, best last": lambda a: _short(a, _best_first(a, 3)[::-1], 3),
}


@dataclass(slots=True)
class Kept:
    """What was written so far, by question and way."""

    file: Path
    said: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file.exists():
            for row in data.json_lines(self.file):
                self.said[row["id"], row["way"]] = row["text"]

    def add(self, id: str, way: str, text: str) -> None:
        self.said[id, way] = text
        with self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"id": id, "way": way, "text": text}) + "\n")


def run(place: Workplace) -> None:
    corpus = data.squad()
    halves = {
        half: place.cut(
            data.chosen(
                [query for query in corpus.queries if is_choosing(query.group) == half],
                EACH,
                lambda query: query.id,
            )
        )
        for half in (True, False)
    }
    kept = Kept(place.folder / "packing.jsonl")
    with place.assistant("squad") as assistant:
        files = data.write(corpus, place.folder / "corpora" / "squad")
        if not assistant.documents():
            drain(assistant.add([files]))
        asked = {
            half: [found(assistant, query, corpus) for query in queries]
            for half, queries in halves.items()
        }
        sentences(place, asked)
        model = drain(assistant._ready_model())
        assert isinstance(model, ProcessChatModel)
        # In turn, so that whatever ends it leaves as many of both halves.
        turns = [each for pair in zip(*asked.values(), strict=True) for each in pair]
        adapter = starter_adapter.path()
        if adapter is not None:
            model.attach([Adapter(adapter)])
            ask(place, model, turns, READ, kept, brief.SAMPLING)
            model.attach([])
        ask(place, model, turns, WRITTEN, kept, WRITING)
    for what, ways in (("with the adapter", READ), ("writing", WRITTEN)):
        for half, some in asked.items():
            report(place, f"{what}, {_half(half)}", some, list(ways), kept)


def found(assistant: Assistant, query: Query, corpus: data.Corpus) -> Asked:
    """What search and the words of the sentences make of a question."""
    hits = assistant.search(query.text, library=DEFAULT_LIBRARY, top=TOP).hits
    evidence = extract.best_sentences(query.text, hits, top=5)
    best = hits[pack.ranked(hits, evidence)[0]].passage
    folder, name = Path(best.path).parent, Path(best.path).stem
    stem, number = name[:-3], int(name[-3:])
    first = number - number % TOGETHER
    names = [f"{stem}{at:03d}.md" for at in range(first, first + TOGETHER)]
    passages = [
        passage
        for each in names
        if each in corpus.documents
        for passage in assistant._documents.passages(folder / each)
    ]
    return Asked(query, hits, evidence, tuple(passages))


def sentences(place: Workplace, asked: dict[bool, list[Asked]]) -> None:
    """Whether the sentences to read hold the answer: of what was found, or of all its document."""
    for half, some in asked.items():
        held: dict[str, list[float]] = {"what was found": [], "its whole document as well": []}
        for each in some:
            known = {hit.passage.id for hit in each.hits}
            more = [Hit(0, new, 0.0, 0.0, 0.0) for new in each.document if new.id not in known]
            wider = extract.best_sentences(each.query.text, [*each.hits, *more], top=5)
            for name, evidence in zip(held, (each.evidence, wider), strict=True):
                told = " ".join(item.sentence for item in evidence)
                held[name].append(float(metrics.contains_answer(told, each.query.answers)))
        over = f"5 sentences, {_half(half)}"
        for name, values in held.items():
            place.record.mean("packing", over, f"hold the answer, of {name}", values)
        _difference(place, over, "hold the answer: the whole document as well", *held.values())


def ask(
    place: Workplace,
    model: ProcessChatModel,
    turns: Sequence[Asked],
    ways: dict[str, Callable[[Asked], list[Message]]],
    kept: Kept,
    sampling: Sampling,
) -> None:
    """Ask every question in every way, those apart that were asked before."""
    with place.bar("answers") as advance:
        for number, each in enumerate(turns):
            for way, build in ways.items():
                if (each.query.id, way) not in kept.said:
                    completion = drain(model.stream(build(each), sampling))
                    kept.add(each.query.id, way, completion.text)
            advance(number + 1, len(turns))


def report(
    place: Workplace, over: str, asked: Sequence[Asked], ways: Sequence[str], kept: Kept
) -> None:
    """Each way's measures, and what the others differ from the first one by."""
    whole = [each for each in asked if all((each.query.id, way) in kept.said for way in ways)]
    if not whole:
        return
    values = {
        way: {
            name: [measure(_said(kept, each, way), each.query.answers) for each in whole]
            for name, measure in MEASURES.items()
        }
        for way in ways
    }
    for way, measured in values.items():
        for name, numbers in measured.items():
            place.record.mean("packing", over, f"{name}, {way}", numbers)
    for way in ways[1:]:
        for name in ("F1", "holds the answer"):
            _difference(place, over, f"{name}: {way}", values[ways[0]][name], values[way][name])


def _said(kept: Kept, asked: Asked, way: str) -> str:
    said = kept.said[asked.query.id, way]
    return "" if brief.refuses(said) else said


def _difference(
    place: Workplace, over: str, measure: str, first: Sequence[float], second: Sequence[float]
) -> None:
    found = paired.compared(first, second)
    place.record.add(
        Row("packing", over, f"difference, {measure}", found.value, n=found.n, low=found.low,
            high=found.high, note=f"p {found.p:.2f}")
    )  # fmt: skip


def _half(choosing: bool) -> str:
    return "chosen on" if choosing else "held out"
