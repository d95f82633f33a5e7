"""From a trained adapter to files that Alcove, Ollama and LM Studio open; offline, our own."""

import errno
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from engine.formats import adapter as adapter_file
from engine.formats.adapter import AdapterError
from engine.formats.taught_form import TaughtForm
from training import adapter_gguf, cards, peft_adapter, shrink
from training import merge as merging
from training.errors import ExportError
from training.layout import Layout
from training.peft_adapter import PeftAdapter

SPARE = 1.1
"""Of the size that is expected; the rest of the disk belongs to others."""


def export(
    adapter_folder: Path,
    base: Path,
    target: Path,
    *,
    name: str,
    python: str,
    task: str = "",
    form: TaughtForm | None = None,
    merge: bool = False,
    quantization: str = "",
    rank: int = 0,
    facts: Mapping[str, object] | None = None,
) -> dict[str, Path]:
    """Write the adapter, and where wanted the merged model, each with what belongs beside it.

    ``rank`` cuts the adapter down, 0 keeps it. Returns the files: ``adapter``, ``model``, ``card``,
    ``modelfile``. A file stands under its name only when it is whole. Raises ExportError (code
    ``disk_full`` where there is no room), TrainingError and ModelError.
    """
    layout = Layout.of(base)
    adapter = peft_adapter.read(adapter_folder)
    if rank:
        adapter = shrink.shrunk(adapter, rank)
    made: dict[str, Path] = {}
    target.mkdir(parents=True, exist_ok=True)
    stem = _file_name(name)
    if not adapter.dora:
        made["adapter"] = write_adapter(adapter, layout, target / f"{stem}.gguf", name, task, form)
    if merge or adapter.dora:
        made["model"] = write_merged(
            adapter, layout, target, stem, name=name, quantization=quantization, python=python
        )
    made["card"] = cards.write_card(target, made, layout, adapter, name, task, facts or {}, form)
    made["modelfile"] = cards.write_modelfile(target, made, layout, form)
    return made


def write_adapter(
    adapter: PeftAdapter,
    layout: Layout,
    path: Path,
    name: str,
    task: str = "",
    form: TaughtForm | None = None,
) -> Path:
    """The GGUF adapter, checked as Alcove checks it when it is attached."""
    size = sum(2 * (pair.first.size + pair.second.size) for pair in adapter.pairs.values())
    with _whole(path, size) as new:
        adapter_gguf.write(adapter, layout, new, name=name, task=task, form=form)
        try:
            adapter_file.check(new, layout.path)
        except AdapterError as error:
            raise ExportError(f"The exported adapter does not fit its model: {error}.") from error
    return path


def write_merged(
    adapter: PeftAdapter,
    layout: Layout,
    target: Path,
    stem: str,
    *,
    name: str,
    quantization: str,
    python: str,
) -> Path:
    """The merged model, in a folder that LM Studio opens as it stands."""
    wanted = quantization or merging.quantization_of(layout.path)
    folder = target / "lmstudio" / "alcove" / stem
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{wanted or 'F16'}.gguf"
    count = sum(_numbers(shape) for shape in layout.shapes.values())
    with _whole(path.with_suffix(".f16.gguf"), 2 * count) as plain:
        for _ in merging.merge(adapter, layout, plain, name=name):
            pass
        if not wanted:
            plain.replace(path)
            return path
        with _whole(path, layout.path.stat().st_size) as new:
            merging.quantize(plain, new, wanted, python=python)
        plain.unlink()
        return path


@contextmanager
def _whole(path: Path, size: int) -> Iterator[Path]:
    """A temporary name that becomes ``path`` when all went well, and is removed when not."""
    new = path.with_name(f".{path.name}.new")
    free = shutil.disk_usage(path.parent).free
    if size * SPARE > free:
        raise _full(path, size, free)
    try:
        yield new
        if new.exists():
            new.replace(path)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(path, size, 0) from error
        raise ExportError(
            f"{path.name} cannot be written: {error.strerror or error}.",
            f"Check that {path.parent} can be written.",
        ) from error
    finally:
        new.unlink(missing_ok=True)


def _full(path: Path, size: int, free: int) -> ExportError:
    return ExportError(
        f"There is no room for {path.name}: it takes about {max(size, 1) / 1e6:,.0f} MB, and "
        f"{free / 1e6:,.0f} MB are free.",
        f"Free some space where {path.parent} lies, then export again; the training is kept.",
        code="disk_full",
    )


def _numbers(shape: tuple[int, ...]) -> int:
    count = 1
    for side in shape:
        count *= side
    return count


def _file_name(name: str) -> str:
    """A name as a file's: letters, digits and hyphens."""
    kept = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    return "-".join(part for part in kept.split("-") if part) or "adapter"
