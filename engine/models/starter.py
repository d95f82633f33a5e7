"""The starter models made ready: found, checked, converted for this machine, put into the profile.

What is derived from the packages is made once for the machine, under a lock, in the cache folder;
a profile gets hard links to it, or copies where links are not possible. Everything is written
under a temporary name and moved into place, the record last, so that a half-made folder is never
taken for a finished one.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import DiskFullError, ModelError
from engine.models import gguf_header, packages, requantize
from engine.models.packages import PackagedModel
from engine.models.record import RECORD_FILE, Record
from engine.paths import Profile, machine_cache
from engine.progress import CancelToken, Progress

STAGE = "preparing models"
LOCK_POLL_S = 0.2

Maker = Callable[[Path, Path, CancelToken | None], Generator[str, None, Record]]
"""Makes the derived files of the weights (first path) in a folder (second path)."""


@dataclass(frozen=True, slots=True)
class StarterModels:
    """Where the ready models lie."""

    chat: Path
    """The GGUF file."""
    embedder_folder: Path
    """Folder for :class:`engine.inference.fastembed_embedder.FastembedEmbedder`."""


@dataclass(frozen=True, slots=True)
class _Part:
    folder: str
    model: PackagedModel
    version: int
    """Raised when the derived files are made in another way."""
    make: Maker


def make_encoder(
    weights: Path, folder: Path, cancel: CancelToken | None
) -> Generator[str, None, Record]:
    """Export the encoder, measure both precisions and keep one."""
    # ONNX and its quantizer take half a second to import, which only the first start needs.
    from engine.models import encoder

    yield "converting the sentence encoder"
    fp32, int8 = encoder.export(weights, folder)
    if cancel is not None:
        cancel.check()
    yield "measuring the sentence encoder"
    figures = yield from encoder.measure(
        fp32, int8, weights.parent / "tokenizer.json", cancel=cancel
    )
    chosen, other = (int8, fp32) if figures.choice == "int8" else (fp32, int8)
    other.unlink()
    model = chosen.rename(folder / encoder.MODEL_FILE)
    encoder.copy_tokenizer(weights.parent, folder)
    return Record.of(
        packages.EMBEDDER,
        model,
        quantization=figures.choice,
        figures=figures.as_json(),
        reason=figures.reason,
    )


def make_chat(
    weights: Path, folder: Path, cancel: CancelToken | None
) -> Generator[str, None, Record]:
    """Requantize the chat model for this processor, measure, and keep the best."""
    published = gguf_header.read(weights).quantization
    files = yield from requantize.make_candidates(weights, published, folder, cancel=cancel)
    speeds = yield from requantize.measure(files, cancel=cancel)
    chosen = requantize.choose(speeds)
    model = folder / f"{packages.CHAT.name}-{chosen.quantization}.gguf"
    if chosen.quantization == published:
        _link(weights, model)
    else:
        files[chosen.quantization].rename(model)
    for candidate in files.values():
        if candidate != weights:
            candidate.unlink(missing_ok=True)
    return Record.of(
        packages.CHAT,
        model,
        quantization=chosen.quantization,
        figures=chosen.figures(),
        reason=chosen.reason,
    )


EMBEDDER = _Part("embedder", packages.EMBEDDER, 1, make_encoder)
CHAT = _Part("chat", packages.CHAT, 2, make_chat)


def folder_of(profile: Profile) -> Path:
    return profile.models / "starter"


def embedder_folder(profile: Profile) -> Path:
    """Where the encoder lies once it is ready."""
    return folder_of(profile) / EMBEDDER.folder


def prepare_embedder(
    profile: Profile, *, cancel: CancelToken | None = None
) -> Generator[Progress, None, Path]:
    """Make the sentence encoder ready in the profile; at once where it already is.

    Returns the folder for :class:`engine.inference.fastembed_embedder.FastembedEmbedder`. Raises
    ModelMissingError where the package is not installed, ModelLoadError where its files are not
    the published ones, DiskFullError where they do not fit.
    """
    return (yield from _prepare(EMBEDDER, profile, cancel)).parent


def prepare_chat(
    profile: Profile, *, cancel: CancelToken | None = None
) -> Generator[Progress, None, Path]:
    """Make the chat model ready in the profile; returns its GGUF file, raises as above."""
    return (yield from _prepare(CHAT, profile, cancel))


def prepare(
    profile: Profile, *, cancel: CancelToken | None = None
) -> Generator[Progress, None, StarterModels]:
    """Make both ready; raises as above."""
    embedder_folder = yield from prepare_embedder(profile, cancel=cancel)
    chat = yield from prepare_chat(profile, cancel=cancel)
    return StarterModels(chat=chat, embedder_folder=embedder_folder)


def _prepare(
    part: _Part, profile: Profile, cancel: CancelToken | None
) -> Generator[Progress, None, Path]:
    target = folder_of(profile) / part.folder
    record = Record.read(target, part.version)
    if record is None:
        yield Progress(STAGE, 0, 1, part.model.name)
        with _translated(profile):
            for detail in _prepare_part(part, target, cancel):
                yield Progress(STAGE, 0, 1, detail)
        record = Record.read(target, part.version)
        if record is None:
            raise ModelError(
                f"The starter model {part.model.name} could not be prepared in {target}.",
                "Another program may be changing that folder; try again.",
            )
        yield Progress(STAGE, 1, 1, part.model.name)
    return target / record.file


def _prepare_part(
    part: _Part, target: Path, cancel: CancelToken | None
) -> Generator[str, None, None]:
    cache = machine_cache() / "starter"
    cache.mkdir(parents=True, exist_ok=True)
    made = cache / f"{part.folder}-{part.model.sha256[:16]}-{part.version}"
    lock = FileLock(f"{made}.lock")
    while True:
        if cancel is not None:
            cancel.check()
        try:
            lock.acquire(timeout=LOCK_POLL_S)
        except Timeout:
            yield f"{part.model.name} is being prepared by another window"
        else:
            break
    try:
        if Record.read(made, part.version) is None:
            yield from _make(part, made, cancel)
        _publish(made, target)
    finally:
        lock.release()


def _make(part: _Part, made: Path, cancel: CancelToken | None) -> Generator[str, None, None]:
    weights = packages.find(part.model)
    size = weights.stat().st_size
    for read in packages.verify(weights, part.model.sha256, cancel=cancel):
        yield f"checking {part.model.name}: {read / size:.0%}"
    with tempfile.TemporaryDirectory(dir=made.parent, prefix=f"{made.name}.") as temporary:
        folder = Path(temporary) / "made"
        folder.mkdir()
        record = yield from part.make(weights, folder, cancel)
        record.write(folder, part.version)
        if made.exists():
            shutil.rmtree(made)
        folder.rename(made)


def _publish(made: Path, target: Path) -> None:
    """Link the made files into the profile, the record last; leftovers of older ones go."""
    target.mkdir(parents=True, exist_ok=True)
    names = sorted((path.name for path in made.iterdir()), key=lambda name: name == RECORD_FILE)
    for name in names:
        temporary = target / f".{name}.{os.getpid()}"
        temporary.unlink(missing_ok=True)
        _link(made / name, temporary)
        temporary.replace(target / name)
    for leftover in target.iterdir():
        if leftover.name not in names:
            leftover.unlink()


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        shutil.copyfile(source, target)


@contextmanager
def _translated(profile: Profile) -> Iterator[None]:
    """Say what the file system refused in words."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(
                "There is no room left to prepare the starter models (about 250 MB).",
                f"Free some space where {profile.root} and {machine_cache()} lie.",
            ) from error
        raise ModelError(
            f"The starter models could not be prepared: {error.strerror or error}.",
            f"Check that {profile.models} and {machine_cache()} can be written.",
        ) from error
