"""Follow-up questions: passages that stay in the turns they came with, against bare turns.

``python -m tests.quality.followups [PARAGRAPHS]``: four questions on one paragraph of SQuAD are a
conversation. The starter model has to write the answers itself, as larger ones do, so that the
prompts are those of a large model; its answers are poor, and only their ratio means something.
"""

import statistics
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from engine.answer.answer import Answerer
from engine.answer.talk import Talk
from engine.assistant import Assistant
from engine.evaluate import metrics
from engine.inference.process import ProcessChatModel
from engine.inference.state_store import StateStore
from engine.models import starter
from engine.models.adapter_memory import AdapterMemory
from engine.progress import drain
from engine.retrieve.retrieve import Retriever
from engine.services.conversations import Conversations
from engine.store.chats import Chats
from engine.store.pinned import PinnedDocuments
from engine.types import Answer
from tests.quality import data
from tests.quality.data import Query

PARAGRAPHS = 16
QUESTIONS = 4


@dataclass(frozen=True, slots=True)
class Way:
    """One way of reading the turns before."""

    name: str
    keeps: bool


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PARAGRAPHS
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), count)
    for way, answers in found.items():
        figures = {
            "follow-ups": len(answers),
            "F1": _mean([metrics.f1(_said(a), q.answers) for a, q in answers]),
            "answer said": _mean(
                [float(metrics.contains_answer(_said(a), q.answers)) for a, q in answers]
            ),
            "quoted instead": _mean([float(a.quotation) for a, _ in answers]),
            "prompt tokens": _mean([a.usage.prompt_tokens for a, _ in answers]),
            "reused tokens": _mean([a.usage.reused_tokens for a, _ in answers]),
            "first token, s": statistics.median([a.timings.first_token_s for a, _ in answers]),
        }
        print(way, "; ".join(f"{name} {value:.3g}" for name, value in figures.items()))


def measure(folder: Path, count: int) -> dict[str, list[tuple[Answer, Query]]]:
    """The second to last answers of every conversation, by the way of reading turns."""
    corpus = data.squad()
    asked: dict[str, list[Query]] = defaultdict(list)
    for query in corpus.queries:
        asked[next(iter(query.relevant))].append(query)
    able = sorted(name for name, queries in asked.items() if len(queries) >= QUESTIONS)
    chosen = data.chosen(able, count, key=str)
    groups = {asked[name][0].group for name in chosen}
    papers = folder / "papers"
    papers.mkdir()
    for name, queries in asked.items():
        if queries[0].group in groups:
            (papers / name).write_text(corpus.documents[name], encoding="utf-8")
    assistant = Assistant.open(folder / "profile")
    model = ProcessChatModel(drain(starter.prepare_chat(assistant.profile)))
    results: dict[str, list[tuple[Answer, Query]]] = defaultdict(list)
    try:
        drain(assistant.add([papers]))
        retriever = Retriever(assistant._vault, drain(assistant._ready_embedder()))
        answerer = Answerer(retriever, model, assistant._documents, trusted_bytes=0)
        states = StateStore(folder / "states")
        talks = Conversations(
            Chats(assistant._vault),
            assistant._documents,
            states,
            PinnedDocuments(assistant._vault),
            AdapterMemory(assistant.profile),
        )
        for name in chosen:
            for way in (Way("bare turns", False), Way("passages in their turns", True)):
                talk = talks.create(name)
                for number, query in enumerate(asked[name][:QUESTIONS]):
                    stored = talks.open_turn(talk.id, query.text)
                    read = talks.talk(talk.id, stored, model.info)
                    before = read if way.keeps else Talk.of(read.history)
                    answer = drain(answerer.ask(query.text, talk=before))
                    talks.close_turn(talk.id, answer)
                    if number and answer.usage.prompt_tokens:
                        results[way.name].append((answer, query))
    finally:
        model.close()
        assistant.close()
    return results


def _said(answer: Answer) -> str:
    return "" if answer.abstained else answer.text


def _mean(values: list[float] | list[int]) -> float:
    return statistics.mean(values) if values else 0.0


if __name__ == "__main__":
    main()
