"""Real documents among the mass of a large vault: are they found as well there as alone?

The mass is made of the words and the vectors of the same documents and others, so that it holds
near copies of each. What is found only while the search is narrowed to the real ones is lost by
these; the words of a large vault's search, which are only the rare ones, cost the rest.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.inference.embedder import Embedder
from engine.retrieve.nearest import Nearest
from engine.retrieve.retrieve import Retriever
from engine.store.connect import Vault
from engine.store.documents import Documents, FileStamp
from engine.store.lexical import Lexical
from engine.store.vector_scan import VectorScan
from engine.store.vectors import Vectors, VectorSet
from engine.types import ParsedDocument, PassageDraft
from tests.quality import data
from tests.quality.workplace import Workplace

LIBRARY = "Planted"
QUESTIONS = 300
DEPTH = 5


def plant(place: Workplace, vault: Vault, embedder: Embedder) -> None:
    """Copy SQuAD's paragraphs, as the retrieval bench stores them, where they are not there yet."""
    if Documents(vault).library_id(LIBRARY) is not None:
        return
    serving = Vectors(vault).ensure(embedder.identity)
    with place.vault("squad") as alone:
        if not Lexical(alone).passages():
            corpus = data.write(data.squad(), place.folder / "corpora" / "squad")
            place.add(alone, embedder, [corpus])
        held = _vectors(alone)
        documents = Documents(alone)
        with vault.write():
            for document in documents.documents():
                passages = documents.passages(document.path)
                drafts = [
                    PassageDraft(each.page, each.start, each.end, each.heading, each.text, 100)
                    for each in passages
                ]
                parsed = ParsedDocument(
                    document.type, document.title, tuple(documents.pages(document.path))
                )
                matrix = np.stack([held[each.id] for each in passages])
                stamp = FileStamp(f"/planted/{Path(document.path).name}", 1, 1, b"")
                Documents(vault).put(stamp, LIBRARY, parsed, drafts, matrix, serving)


def _vectors(vault: Vault) -> dict[int, np.ndarray]:
    serving: VectorSet | None = Vectors(vault).serving()
    assert serving is not None
    with VectorScan(vault).snapshot(serving) as now:
        return {
            id: row
            for ids, matrix in now.all()
            for id, row in zip(ids.tolist(), matrix, strict=True)
        }


def measure(place: Workplace, vault: Vault, embedder: Embedder, near: Nearest, over: str) -> None:
    """How often the right paragraph is among the first five: alone, narrowed, among all."""
    questions = data.chosen(data.squad().queries, QUESTIONS, lambda query: query.id)
    with place.vault("squad") as alone:
        ways = (
            ("alone", Retriever(alone, embedder), None),
            ("in its library", Retriever(vault, embedder, near), LIBRARY),
            ("among all", Retriever(vault, embedder, near), None),
        )
        for way, retriever, library in ways:
            place.record.mean(
                "scale", over, f"hit@{DEPTH} {way}",
                [float(_hit(retriever, query, library)) for query in questions],
            )  # fmt: skip


def _hit(retriever: Retriever, query: data.Query, library: str | None) -> bool:
    found: Sequence[str] = [
        Path(hit.passage.path).name
        for hit in retriever.search(query.text, library=library, top=DEPTH).hits
    ]
    return any(name in query.relevant for name in found)
