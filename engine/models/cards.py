"""The models of a profile as cards: what each is, where it comes from, whether it fits."""

import os
from collections.abc import Iterator
from pathlib import Path

from engine.errors import ModelError
from engine.model_types import ModelCard
from engine.models import fit, gguf_header, packages, splits, starter
from engine.models.calibration import Calibration
from engine.models.fit import Memory
from engine.models.gguf_header import GgufHeader
from engine.models.packages import PackagedModel
from engine.models.record import Record
from engine.paths import Profile

OWN_FILE = "a file of yours"
EMBEDDER_CONTEXT = 256
NOT_PREPARED = "It is prepared for this machine at the first start."


def starter_cards(
    profile: Profile, memory: Memory, calibration: Calibration | None = None
) -> list[ModelCard]:
    """The starter models, prepared or not."""
    root = starter.folder_of(profile)
    return [
        *_starter_card(root / "chat", packages.CHAT, memory, calibration),
        *_starter_card(root / "embedder", packages.EMBEDDER, memory, None),
    ]


def _starter_card(
    folder: Path, model: PackagedModel, memory: Memory, calibration: Calibration | None
) -> Iterator[ModelCard]:
    """The card of a prepared starter model, of the packaged one, or none where it is absent."""
    record = Record.read(folder)
    if record is not None:
        path, quantization, note = folder / record.file, record.quantization, record.reason
    else:
        try:
            path, quantization, note = packages.find(model), "", NOT_PREPARED
        except ModelError:
            return
    if model is packages.CHAT:
        try:
            header = gguf_header.read(path)
        except ModelError as error:
            yield unreadable(path, model.name, error)
            return
        quantization = quantization or header.quantization
        context = header.n_ctx_train
        needed = fit.need(header, fit.choose_context(header, fit.DEFAULT_N_CTX, memory))
        speeds = fit.expected(header, needed, calibration)
    else:
        quantization = quantization or "fp32"
        context = EMBEDDER_CONTEXT
        needed = fit.Need(path.stat().st_size, 0, fit.OVERHEAD_BYTES)
        speeds = (None, None)
    fits = fit.judge(needed, memory)
    yield ModelCard(
        name=model.name,
        role="chat" if model is packages.CHAT else "embedding",
        file=str(path),
        size_bytes=path.stat().st_size,
        quantization=quantization,
        context=context,
        licence=model.licence,
        origin=model.origin,
        fit=fits,
        note=note,
        source="starter",
        words=fit.in_words(fits, needed, memory, *speeds),
    )


def other_files(profile: Profile) -> Iterator[Path]:
    """The GGUF files in the models folder, without the starter's and later parts of split ones."""
    root = starter.folder_of(profile)
    for folder, folders, names in os.walk(profile.models):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if here / name != root)
        for name in sorted(names):
            path = here / name
            is_model = name.lower().endswith(".gguf") and not name.startswith(".")
            if is_model and not splits.is_later_part(path):
                yield path


def file_card(
    path: Path,
    header: GgufHeader,
    memory: Memory,
    calibration: Calibration | None = None,
    *,
    name: str = "",
) -> ModelCard:
    """The card of a GGUF file."""
    needed = fit.need(header, fit.choose_context(header, fit.DEFAULT_N_CTX, memory))
    fits = fit.judge(needed, memory)
    chats = header.kind == "model" and not header.embeds
    speeds = fit.expected(header, needed, calibration if chats else None)
    if header.kind != "model":
        note = f"This file is no model by itself: {header.kind}."
    elif header.embeds:
        note = "It turns texts into vectors; Alcove searches with its own encoder."
    else:
        note = ""
    return ModelCard(
        name=name or header.name or splits.stem(path),
        role="embedding" if header.embeds else "chat",
        file=str(path),
        size_bytes=header.file_bytes,
        quantization=header.quantization,
        context=header.n_ctx_train,
        licence=header.licence or "not stated in the file",
        origin=OWN_FILE,
        fit=fits,
        note=note,
        words=fit.in_words(fits, needed, memory, *speeds),
    )


def unreadable(path: Path, name: str, error: ModelError) -> ModelCard:
    """The card of a file that cannot be used, with the reason."""
    return ModelCard(
        name=name,
        role="chat",
        file=str(path),
        size_bytes=path.stat().st_size if path.exists() else 0,
        quantization="",
        context=0,
        licence="",
        origin=OWN_FILE,
        fit="will not fit",
        note=error.message,
    )
