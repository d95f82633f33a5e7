"""What refusing is chosen and measured on: questions with what was found for each, read once.

Reading is slow (the model weighs six sentences a question) and fitting is quick, so what was found
is kept in ``FOLDER/found.jsonl`` and taken up where it stopped.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.answer import abstain, extract
from engine.answer.extract import Evidence
from engine.assistant import Assistant
from engine.inference.chat_model import ChatModel
from engine.inference.embedder import Embedder
from engine.progress import drain
from engine.retrieve.retrieve import Retriever
from engine.types import Hit, Passage
from tests.quality import data
from tests.quality.fit_reader import is_choosing

KINDS = ("answerable", "same topic", "off topic", "clause there", "clause absent")
TOP, EVIDENCE = 10, 6


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what is right for it and what was found."""

    id: str
    kind: str
    choosing: bool
    """Belongs to the half that is chosen on."""
    text: str
    answers: tuple[str, ...]
    library: str
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    prior: float = 0.0
    """Likelihood of the question where the model has read nothing (nats per token)."""

    @property
    def answerable(self) -> bool:
        return self.kind in ("answerable", "clause there")


def questions(each: int, contracts: int) -> list[Asked]:
    """As many questions of each kind and half, in turn, so that any beginning is balanced."""
    corpus = data.squad()
    rows: dict[tuple[str, bool], list[Asked]] = {}
    for kind, queries in (
        ("answerable", corpus.queries),
        ("same topic", data.squad_unanswerable()),
    ):
        for half in (True, False):
            some = [query for query in queries if is_choosing(query.group) == half]
            rows[kind, half] = [
                Asked(query.id, kind, half, query.text, query.answers, "Documents")
                for query in data.chosen(some, each, lambda query: query.id)
            ]
    strange = data.chosen(data.scifact().queries, each // 2, lambda query: query.id)
    _, handbook = data.handbook()
    other = [*(text for text, _, _ in handbook), *(query.text for query in strange)]
    for half in (True, False):
        rows["off topic", half] = [
            Asked(f"off-{number}", "off topic", half, text, (), "Documents")
            for number, text in enumerate(other)
            if (number % 2 == 0) == half
        ][: each // 2]
    for number, (_, found) in enumerate(data.contracts(contracts)):
        for absent in (False, True):
            fitting = [row for row in found if row["absent"] == absent]
            kind = "clause absent" if absent else "clause there"
            rows.setdefault((kind, number % 2 == 0), []).extend(
                Asked(
                    f"{number}-{row['category']}",
                    kind,
                    number % 2 == 0,
                    f"{row['category']}: {row['question']}",
                    tuple(row["spans"]),
                    f"Contract {number}",
                )
                for row in data.chosen(fitting, 8, lambda row: row["category"])
            )
    longest = max(len(found) for found in rows.values())
    return [found[at] for at in range(longest) for found in rows.values() if at < len(found)]


def collect(folder: Path, *, each: int = 200, contracts: int = 16, seconds: float = 3600) -> None:
    """Find and weigh what is not kept yet, for at most so long."""
    began = time.perf_counter()
    asked = questions(each, contracts)
    kept = {item.id for item in read(folder)}
    assistant = Assistant.open(folder / "squad")
    try:
        files = data.write(data.squad(), folder / "corpora" / "squad")
        if not assistant.libraries():
            drain(assistant.add([files]))
        for number, (path, _) in enumerate(data.contracts(contracts)):
            drain(assistant.add([path], library=f"Contract {number}"))
        embedder = drain(assistant._ready_embedder())
        model = drain(assistant._ready_model())
        retriever = Retriever(assistant._vault, embedder)
        with (folder / "found.jsonl").open("a", encoding="utf-8") as stream:
            for item in asked:
                if item.id in kept:
                    continue
                if time.perf_counter() - began > seconds:
                    return
                stream.write(json.dumps(asdict(_found(item, retriever, model, embedder))) + "\n")
                stream.flush()
    finally:
        assistant.close()


def _found(item: Asked, retriever: Retriever, model: ChatModel, embedder: Embedder) -> Asked:
    hits = retriever.search(item.text, library=item.library, top=TOP).hits
    evidence = extract.best_sentences(item.text, hits, top=EVIDENCE)
    evidence, _ = extract.weighed(item.text, hits, evidence, model)
    evidence = extract.compared(item.text, hits, evidence, embedder)
    prior = abstain.prior(item.text, model)
    return Asked(
        item.id, item.kind, item.choosing, item.text, item.answers, item.library,
        hits, tuple(evidence), prior,
    )  # fmt: skip


def read(folder: Path) -> Iterator[Asked]:
    """What is kept."""
    path = folder / "found.jsonl"
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield _asked(json.loads(line))


def _asked(row: dict[str, Any]) -> Asked:
    hits = tuple(
        Hit(**{**hit, "passage": Passage(**hit["passage"]), "also": ()}) for hit in row.pop("hits")
    )
    evidence = tuple(Evidence(**item) for item in row.pop("evidence"))
    answers = tuple(row.pop("answers"))
    return Asked(**row, answers=answers, hits=hits, evidence=evidence)
