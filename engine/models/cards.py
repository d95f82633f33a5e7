"""The models of a profile as cards: what each is, where it comes from, whether it fits."""

import os
from collections.abc import Iterator
from pathlib import Path

from engine.errors import ModelError
from engine.models import fit, gguf_header, packages, starter
from engine.models.fit import Memory
from engine.models.packages import PackagedModel
from engine.models.record import Record
from engine.paths import Profile
from engine.types import ModelCard

DEFAULT_N_CTX = 4096
EMBEDDER_CONTEXT = 256
NOT_PREPARED = "It is prepared for this machine at the first start."


def model_cards(profile: Profile) -> list[ModelCard]:
    """The starter models, prepared or not, then the GGUF files lying in the models folder."""
    memory = Memory.now()
    root = starter.folder_of(profile)
    cards = [
        *_starter_card(root / "chat", packages.CHAT, memory),
        *_starter_card(root / "embedder", packages.EMBEDDER, memory),
    ]
    for path in _other_files(profile.models, root):
        cards.append(_file_card(path, memory))
    return cards


def _starter_card(folder: Path, model: PackagedModel, memory: Memory) -> Iterator[ModelCard]:
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
            yield _unreadable(path, model.name, error)
            return
        quantization = quantization or header.quantization
        context = header.n_ctx_train
        needed = fit.needed_bytes(header, DEFAULT_N_CTX)
    else:
        quantization = quantization or "fp32"
        context = EMBEDDER_CONTEXT
        needed = path.stat().st_size + fit.OVERHEAD_BYTES
    yield ModelCard(
        name=model.name,
        role="chat" if model is packages.CHAT else "embedding",
        file=str(path),
        size_bytes=path.stat().st_size,
        quantization=quantization,
        context=context,
        licence=model.licence,
        origin=model.origin,
        fit=fit.judge(needed, memory),
        note=note,
    )


def _other_files(models: Path, starter_root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(models):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if here / name != starter_root)
        for name in sorted(names):
            if name.lower().endswith(".gguf") and not name.startswith("."):
                yield here / name


def _file_card(path: Path, memory: Memory) -> ModelCard:
    try:
        header = gguf_header.read(path)
    except ModelError as error:
        return _unreadable(path, path.stem, error)
    return ModelCard(
        name=header.name or path.stem,
        role="chat",
        file=str(path),
        size_bytes=header.file_bytes,
        quantization=header.quantization,
        context=header.n_ctx_train,
        licence=header.licence or "not stated in the file",
        origin="a file of yours",
        fit=fit.judge(fit.needed_bytes(header, DEFAULT_N_CTX), memory),
        note="" if header.kind == "model" else f"This file is no model by itself: {header.kind}.",
    )


def _unreadable(path: Path, name: str, error: ModelError) -> ModelCard:
    return ModelCard(
        name=name,
        role="chat",
        file=str(path),
        size_bytes=path.stat().st_size if path.exists() else 0,
        quantization="",
        context=0,
        licence="",
        origin="a file of yours",
        fit="will not fit",
        note=error.message,
    )
