"""What a way of asking costs before and beside its answers, as far as this machine can tell."""

import time
from collections.abc import Sequence
from pathlib import Path

from engine.evaluate.considered import Cost
from engine.evaluate.outcome import Outcome
from engine.inference.adapters import Adapter
from engine.inference.embedder import Embedder
from engine.services import adapter_origin
from engine.store.documents import Documents

SAMPLE = 16
"""Passages that are embedded to reckon how long all take."""


def cost(
    outcomes: Sequence[Outcome],
    model: Path | None,
    adapters: Sequence[Adapter],
    *,
    library_bytes: int,
    indexing_s: float | None,
) -> Cost:
    """Of one column; the library's part is 0 for one that reads no documents."""
    used = [each.joules for each in outcomes if each.joules is not None]
    return Cost(
        model_bytes=_size(model),
        adapter_bytes=sum(_size(each.path) for each in adapters),
        library_bytes=library_bytes,
        memory_bytes=max((each.memory_bytes for each in outcomes), default=0),
        training_s=training_s(adapters),
        indexing_s=indexing_s,
        joules=sum(used) / len(used) if used else None,
    )


def training_s(adapters: Sequence[Adapter]) -> float | None:
    """Seconds of training of them all; None where one does not tell."""
    found = [adapter_origin.training_s(each.path) for each in adapters]
    known = [each for each in found if each is not None]
    return sum(known, 0.0) if len(known) == len(found) else None


def indexing_s(documents: Documents, embedder: Embedder, library: str | None) -> float | None:
    """Seconds to embed every passage, reckoned from a few; None without any."""
    every = [each for each in documents.libraries() if library in (None, each.name)]
    passages = sum(each.passages for each in every)
    sample: list[str] = []
    for document in documents.documents(library):
        if len(sample) >= SAMPLE:
            break
        sample += [each.text for each in documents.passages(document.path)]
    sample = sample[:SAMPLE]
    if not sample:
        return None
    started = time.process_time()
    embedder.embed_passages(sample)
    return (time.process_time() - started) / len(sample) * passages


def _size(path: Path | None) -> int:
    try:
        return path.stat().st_size if path is not None else 0
    except OSError:
        return 0
