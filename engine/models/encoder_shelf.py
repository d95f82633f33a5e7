"""The sentence encoders that were fetched: a folder each, with graph, tokenizer and a card."""

import json
import re
import shlex
import shutil
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import ModelError
from engine.inference import encoder_folder
from engine.model_types import ModelCard
from engine.models.catalogue import Offer
from engine.models.download import download
from engine.network import NetworkGuard
from engine.progress import CancelToken, Progress

FOLDER = "encoders"
"""Below the models folder."""


@dataclass(frozen=True, slots=True)
class FoundEncoder:
    """An encoder that is whole and can be used."""

    name: str
    folder: Path
    dimension: int
    max_tokens: int
    licence: str = ""
    origin: str = ""
    """Where it was fetched from."""
    quantization: str = ""


def folder_of(offer: Offer, models: Path) -> Path:
    return models / FOLDER / re.sub(r"[^a-z0-9.]+", "-", offer.name.casefold()).strip("-")


def fetch(
    offer: Offer, models: Path, guard: NetworkGuard, *, mirror: str,
    cancel: CancelToken | None = None,
) -> Generator[Progress, None, Path]:  # fmt: skip
    """Fetch all files of an encoder and return its folder; interrupted, it goes on later.

    The card is written last, so that a folder without one is not whole. Raises as
    :func:`engine.models.download.download`, and ModelError where the files make no encoder.
    """
    folder = folder_of(offer, models)
    for file in offer.companions:
        part = replace(offer, file=file, size_bytes=0, sha256="")
        yield from download(part, folder, guard, mirror=mirror, cancel=cancel)
    yield from download(offer, folder, guard, mirror=mirror, cancel=cancel)
    card = {
        "name": offer.name, "licence": offer.licence, "origin": offer.repo,
        "pooling": offer.pooling, "query_prefix": offer.query_prefix, "max_tokens": offer.context,
        "quantization": offer.quantization,
    }  # fmt: skip
    (folder / encoder_folder.CARD_FILE).write_text(json.dumps(card, indent=1), encoding="utf-8")
    try:
        encoder_folder.read(folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        (folder / encoder_folder.CARD_FILE).unlink()
        raise ModelError(
            f"What came of {offer.name} is no encoder that Alcove can read.",
            "Choose another encoder of the catalogue.",
        ) from error
    return folder


def found(models: Path) -> list[FoundEncoder]:
    """The fetched encoders that are whole, by name."""
    encoders = []
    for card in sorted((models / FOLDER).glob(f"*/{encoder_folder.CARD_FILE}")):
        try:
            told = encoder_folder.json_object(card)
            config = encoder_folder.json_object(card.parent / "config.json")
            encoders.append(
                FoundEncoder(
                    str(told.get("name", card.parent.name)), card.parent,
                    int(config["hidden_size"]), int(told.get("max_tokens", 0)),
                    str(told.get("licence", "")), str(told.get("origin", "")),
                    str(told.get("quantization", "")),
                )
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):
            continue  # not whole; the next download of it goes on
    return encoders


def card(encoder: FoundEncoder) -> ModelCard:
    """As the list of models tells it."""
    return ModelCard(
        name=encoder.name,
        role="embedding",
        file=str(encoder.folder),
        size_bytes=sum(each.stat().st_size for each in encoder.folder.iterdir()),
        quantization=encoder.quantization,
        context=encoder.max_tokens,
        licence=encoder.licence,
        origin=f"downloaded: {encoder.origin}" if encoder.origin else "downloaded",
        fit="fits",
        note=f"Use it with: alcove reembed --encoder {shlex.quote(encoder.name)}",
        source="downloaded",
    )


def remove(encoder: FoundEncoder) -> None:
    """Delete its files; the card first, so that what is left is no encoder. Raises ModelError."""
    try:
        (encoder.folder / encoder_folder.CARD_FILE).unlink(missing_ok=True)
        shutil.rmtree(encoder.folder)
    except OSError as error:
        raise ModelError(
            f"The files of {encoder.name} cannot be deleted: {error.strerror}.",
            f"Delete the folder {encoder.folder} yourself.",
        ) from error
