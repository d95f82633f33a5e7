"""A training job as a folder: what the engine asks for, and what the training process tells.

    job.toml       what is to be trained, on what, with which settings
    events.jsonl   what happened, one JSON value a line, the newest last
    checkpoints/   from which a job goes on after it was stopped or killed
    adapter/       the adapter as PEFT keeps it
    *.gguf         the adapter, or the merged model, as llama.cpp reads it
    report.json    how it went
    stop, pause    files that another process puts there: end now, wait while it is there

Written by the engine or the user, read by the training process, and the other way round. Neither
keeps the folder open, so that each may end and start again.
"""

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import tomlkit
from tomlkit.exceptions import TOMLKitError

from engine.errors import InputError
from engine.formats.taught_form import TaughtForm

EventKind = Literal[
    "preflight", "stage", "start", "step", "held_out", "checkpoint", "paused", "resumed",
    "stopped", "done", "error",
]  # fmt: skip
ENDS: tuple[EventKind, ...] = ("stopped", "done", "error")


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What is asked for: the tables ``job`` and ``training`` of job.toml."""

    base: Path
    """A GGUF file, or the folder of a Hugging Face model."""
    examples: Path
    """JSON lines, see :mod:`engine.formats.examples`."""
    held_out: Path | None = None
    """Examples to measure on while training; None takes a share of ``examples`` aside."""
    name: str = "Adapter"
    """What the adapter is called."""
    task: str = ""
    """What it is trained for, such as ``"grounded answers"``."""
    form: TaughtForm | None = None
    """In which its examples ask, for the adapter to carry: ``system`` and ``prompt``."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The table ``training``: see :class:`training.config.TrainingConfig`."""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One line of events.jsonl. Numbers that do not apply are None and not written."""

    kind: EventKind
    at: float = 0.0
    """Seconds since 1970."""
    message: str = ""
    """For the user: what is in hand, why it ended."""
    hint: str = ""
    code: str = ""
    """Of the error, where there was one."""
    step: int | None = None
    steps: int | None = None
    """Steps planned."""
    loss: float | None = None
    """Mean over the labels of the step, in nats."""
    held_out_loss: float | None = None
    tokens_per_s: float | None = None
    memory_bytes: int | None = None
    """Most that the training process has held so far."""
    eta_s: float | None = None
    """Seconds to the end at the pace so far."""


@dataclass(frozen=True, slots=True)
class JobFolder:
    """Where the parts of a job lie."""

    root: Path

    @property
    def spec(self) -> Path:
        return self.root / "job.toml"

    @property
    def events(self) -> Path:
        return self.root / "events.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def adapter(self) -> Path:
        return self.root / "adapter"

    @property
    def report(self) -> Path:
        return self.root / "report.json"

    @property
    def lock(self) -> Path:
        """Held by the one process that trains here."""
        return self.root / "lock"

    @property
    def stop(self) -> Path:
        return self.root / "stop"

    @property
    def pause(self) -> Path:
        return self.root / "pause"


def read_spec(folder: JobFolder) -> JobSpec:
    """What a job asks for. Raises InputError."""
    try:
        document = tomlkit.parse(folder.spec.read_text(encoding="utf-8")).unwrap()
    except FileNotFoundError as error:
        raise _bad(f"there is no {folder.spec.name} in {folder.root}") from error
    except OSError as error:
        raise _bad(f"{folder.spec} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, TOMLKitError) as error:
        raise _bad(f"{folder.spec.name} is not TOML: {error}") from error
    job, settings = document.get("job"), document.get("training", {})
    if not isinstance(job, dict) or not isinstance(settings, dict):
        raise _bad(f"{folder.spec.name} has no tables [job] and [training]")
    for key in job:
        if key not in ("base", "examples", "held_out", "name", "task", "system", "prompt"):
            raise _bad(f"{folder.spec.name} names {key}, which is not known")
    for key, value in job.items():
        if not isinstance(value, str):
            raise _bad(f"{key} in {folder.spec.name} is not a text")
    for key in ("base", "examples"):
        if not job.get(key):
            raise _bad(f"{folder.spec.name} does not name {key}")

    def path(key: str) -> Path:
        return folder.root / Path(job[key]).expanduser()  # an absolute path stays what it is

    return JobSpec(
        base=path("base"),
        examples=path("examples"),
        held_out=path("held_out") if job.get("held_out") else None,
        name=job.get("name") or "Adapter",
        task=job.get("task", ""),
        form=TaughtForm.read(job.get("system", ""), job.get("prompt", "")),
        settings=settings,
    )


def write_spec(folder: JobFolder, spec: JobSpec) -> None:
    """Make the folder with its job.toml; paths inside the folder are named from there."""
    folder.root.mkdir(parents=True, exist_ok=True)
    job = {
        "name": spec.name,
        "task": spec.task,
        "base": _named(folder, spec.base),
        "examples": _named(folder, spec.examples),
    }
    if spec.held_out is not None:
        job["held_out"] = _named(folder, spec.held_out)
    if spec.form is not None:
        job |= {"system": spec.form.system, "prompt": spec.form.prompt}
    document = tomlkit.document()
    document["job"] = job
    document["training"] = dict(spec.settings)
    temporary = folder.spec.with_suffix(f".{os.getpid()}")
    temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
    temporary.replace(folder.spec)


def _named(folder: JobFolder, path: Path) -> str:
    root = folder.root.absolute()
    path = path.absolute()
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def append(folder: JobFolder, event: JobEvent) -> None:
    """Add an event, in one write, with the time where it has none."""
    value = {key: each for key, each in asdict(event).items() if each is not None and each != ""}
    value["at"] = event.at or round(time.time(), 3)
    line = json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"
    with folder.events.open("ab") as file:
        # A process that was killed may have left half a line behind.
        if file.tell() and not _ends_a_line(folder.events):
            line = "\n" + line
        file.write(line.encode())


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def events(folder: JobFolder, *, start: int = 0) -> Iterator[tuple[JobEvent, int]]:
    """Events from a byte position on, each with the position behind it.

    What is not a whole line yet, or no event, is passed over, so that one may read on later.
    """
    try:
        data = folder.events.read_bytes()[start:]
    except FileNotFoundError:
        return
    at = start
    for line in data.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            return
        at += len(line)
        try:
            event = JobEvent(**json.loads(line))
        except (ValueError, TypeError):
            continue
        yield event, at


def _bad(reason: str) -> InputError:
    return InputError(f"The training job cannot be read: {reason}.", "Make the job anew.")
