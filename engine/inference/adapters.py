"""Adapters as the engine names them: which files, how strongly, and what they do to the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError, ModelError
from engine.formats import adapter as adapter_file
from engine.formats.adapter import AdapterError
from engine.formats.taught_form import TaughtForm

MAX_SCALE = 4.0


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter that is to be attached."""

    path: Path
    scale: float = 1.0
    """Strength, [-4, 4]: 1 as trained, 0 not at all."""


@dataclass(frozen=True, slots=True)
class AttachedAdapter:
    """An adapter that is attached, checked and proven."""

    path: Path
    scale: float
    name: str
    effect: float
    """The largest change of a logit that it alone makes after a fixed text; above 0."""
    note: str = ""
    """What could not be checked, as a sentence without its beginning; empty where all was."""
    task: str = ""
    """What it was trained for; empty where it does not say."""
    form: TaughtForm | None = None
    """In which it was asked while it learnt; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Checked:
    """An adapter that belongs to its model, before it is attached."""

    name: str
    note: str
    """What could not be checked."""
    task: str
    form: TaughtForm | None = None


def checked(wanted: Adapter, model: Path) -> Checked:
    """What is told of an adapter that belongs to the model.

    Raises ModelError with the code ``adapter``, and InputError for its scale.
    """
    if not -MAX_SCALE <= wanted.scale <= MAX_SCALE:
        raise InputError(
            f"An adapter cannot be attached at {wanted.scale:g} times its strength.",
            f"Choose a strength between 0 and {MAX_SCALE:g}; 1 is as it was trained.",
        )
    try:
        note = adapter_file.check(wanted.path, model)
        told = adapter_file.manifest(wanted.path)
        return Checked(told.name, note, told.task, told.form)
    except AdapterError as error:
        raise refused(f"{wanted.path.name}: {error}") from error


def attached(
    wanted: Sequence[Adapter], checks: Sequence[Checked], effects: Sequence[float]
) -> tuple[AttachedAdapter, ...]:
    """What is attached now, from what was wanted, checked and measured."""
    return tuple(
        AttachedAdapter(
            adapter.path, adapter.scale, told.name, effect, told.note, told.task, told.form
        )
        for adapter, told, effect in zip(wanted, checks, effects, strict=True)
    )


def refused(reason: str) -> ModelError:
    """The error that says why an adapter is not attached."""
    return ModelError(
        f"The adapter cannot be attached: {reason}.",
        "Choose one that was trained on this model, or train it anew.",
        code="adapter",
    )


def no_adapters() -> ModelError:
    """The error for a model that runs elsewhere."""
    return ModelError(
        "The model of a server takes no adapters from here.",
        "Choose a model of this machine, or attach the adapter on the server.",
        code="adapter",
    )
