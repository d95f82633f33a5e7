"""The rerankers that were fetched: a folder each, with graph, tokenizer and a card."""

import json
import re
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.inference import encoder_folder
from engine.models.catalogue import Offer
from engine.models.download import download
from engine.network import NetworkGuard
from engine.progress import CancelToken, Progress

FOLDER = "rerankers"
"""Below the models folder."""
CARD_FILE = "alcove-reranker.json"


@dataclass(frozen=True, slots=True)
class FoundReranker:
    """A reranker that is whole and can be used."""

    name: str
    folder: Path
    licence: str = ""


def folder_of(offer: Offer, models: Path) -> Path:
    return models / FOLDER / re.sub(r"[^a-z0-9.]+", "-", offer.name.casefold()).strip("-")


def fetch(
    offer: Offer, models: Path, guard: NetworkGuard, *, mirror: str,
    cancel: CancelToken | None = None,
) -> Generator[Progress, None, Path]:  # fmt: skip
    """Fetch all files of a reranker and return its folder; interrupted, it goes on later.

    The card is written last, so that a folder without one is not whole. Raises as
    :func:`engine.models.download.download`.
    """
    folder = folder_of(offer, models)
    for file in offer.companions:
        part = replace(offer, file=file, size_bytes=0, sha256="")
        yield from download(part, folder, guard, mirror=mirror, cancel=cancel)
    yield from download(offer, folder, guard, mirror=mirror, cancel=cancel)
    card = {"name": offer.name, "licence": offer.licence, "origin": offer.repo}
    (folder / CARD_FILE).write_text(json.dumps(card, indent=1), encoding="utf-8")
    return folder


def found(models: Path) -> list[FoundReranker]:
    """The fetched rerankers that are whole, by name."""
    rerankers = []
    for card in sorted((models / FOLDER).glob(f"*/{CARD_FILE}")):
        try:
            told = encoder_folder.json_object(card)
        except (OSError, ValueError):
            continue  # not whole; the next download of it goes on
        name, licence = str(told.get("name", card.parent.name)), str(told.get("licence", ""))
        rerankers.append(FoundReranker(name, card.parent, licence))
    return rerankers
