"""Adapters that were made here: listed with how they fare, used, switched off, rolled back."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import InputError, NotFoundError
from engine.formats import task
from engine.inference.adapters import Adapter
from engine.model_types import AdapterCard, AdapterInUse
from engine.models import adapter_fits
from engine.models.adapter_memory import AdapterMemory
from engine.progress import CancelToken, Progress
from engine.services.adapter_use import AdapterUse, Chosen
from engine.services.keeper import ChatModelKeeper
from engine.teach.made import MadeAdapters, MadeCard

AdapterState = Literal["in use", "kept aside", "ready", "fits no model"]


@dataclass(frozen=True, slots=True)
class Taught:
    """An adapter as it is listed."""

    card: AdapterCard
    state: AdapterState
    made: MadeCard | None = None
    """What is known of it where it was made here."""
    used: AdapterInUse | None = None

    @property
    def base(self) -> str:
        """The model that it was made for."""
        if self.made is not None and self.made.base:
            return self.made.base
        return self.card.models[0] if self.card.models else ""

    @property
    def part(self) -> str:
        """What it is used for and what it is left out of; empty where it fits no model."""
        if self.used is not None:
            return self.used.part
        trusted = bool(self.card.documents)
        return task.told(self.card.task, trusted=trusted) if self.card.models else ""


@dataclass(frozen=True, slots=True)
class PutInUse:
    """What a model is used with from now on."""

    adapters: tuple[AdapterInUse, ...]
    replaced: tuple[str, ...] = ()
    """Names of those that made room."""

    @property
    def words(self) -> str:
        """What was switched off, in a sentence; empty where nothing was."""
        if not self.replaced:
            return ""
        names = " and ".join(f"“{name}”" for name in self.replaced)
        return f"{names} made room and {'is' if len(self.replaced) == 1 else 'are'} switched off."


class TeachAdapters:
    """Adapters of one profile, with what was in use before."""

    def __init__(
        self,
        adapters: AdapterUse,
        memory: AdapterMemory,
        keeper: ChatModelKeeper,
        made: MadeAdapters,
    ) -> None:
        self._adapters = adapters
        self._memory = memory
        self._keeper = keeper
        self._made = made

    def list(self) -> list[Taught]:
        """Every adapter on this machine, with what is known of it."""
        return [self._taught(card) for card in self._adapters.list()]

    def use(
        self,
        names: Sequence[str],
        model: str | None = None,
        *,
        only: bool = False,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, PutInUse]:
        """Use a model with these from now on, after trying that they act.

        What was in use for another task stays in use; what was taught the same is replaced. With
        ``only``, nothing else stays. Raises NotFoundError, InputError, and ModelError where one
        belongs to another model.
        """
        new = self._adapters.resolved(model, [(name, 1.0) for name in names])
        tasks = {adapter_fits.task_of(each.path) for each in new}
        files = {each.path for each in new}
        others = [each for each in self.in_use(model) if each.path not in files]
        stay = [
            each
            for each in others
            if not only and each.path.exists() and adapter_fits.task_of(each.path) not in tasks
        ]
        used = yield from self.use_exactly((*stay, *new), model, cancel=cancel)
        gone = tuple(_name(each.path) for each in others if each not in stay)
        return PutInUse(used, gone)

    def use_exactly(
        self,
        wanted: Sequence[Adapter],
        model: str | None = None,
        *,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, tuple[AdapterInUse, ...]]:
        """As :meth:`use`, each at its strength."""
        key = self._keeper.stored_key(model)
        before = self._in_use(key)
        chosen = [(str(each.path), each.scale) for each in wanted]
        used = yield from self._adapters.use(model, chosen, cancel=cancel)
        self._made.changed(key, before, self._in_use(key))
        return used

    def off(self, model: str | None = None, names: Sequence[str] = ()) -> None:
        """Use a model as it is, or without these adapters alone. Raises NotFoundError, InputError.

        The next question is asked so.
        """
        key = self._keeper.stored_key(model)
        before = self._in_use(key)
        held = self.in_use(model)
        there = {str(each.path): each.path for each in held}  # also what was deleted meanwhile
        files = {there[name] for name in names if name in there}
        rest: Chosen = [(name, 1.0) for name in names if name not in there]
        files |= {each.path for each in self._adapters.resolved(model, rest)}
        for file in files - set(there.values()):
            raise InputError(f"“{_name(file)}” is not in use.", "See `alcove teach list`.")
        self._memory.put(key, [each for each in held if files and each.path not in files])
        self._made.changed(key, before, self._in_use(key))

    def roll_back(
        self, model: str | None = None, *, cancel: CancelToken | None = None
    ) -> Generator[Progress, None, tuple[AdapterInUse, ...]]:
        """Use a model with what it was used with before the last change. Raises InputError."""
        key = self._keeper.stored_key(model)
        changes = self._made.changes(key)
        if not changes:
            raise InputError(
                "There is nothing to go back to: no adapter was put in use or switched off here.",
                "See `alcove teach list`.",
            )
        chosen = [(file, scale) for file, scale in changes[-1].before if Path(file).exists()]
        if len(chosen) < len(changes[-1].before):
            raise InputError(
                "The adapter that was in use before is not there any more.",
                "Choose another one, or switch off the one in use.",
            )
        used = yield from self._adapters.use(model, chosen, cancel=cancel)
        self._made.undo(key)
        return used

    def model_for(self, file: str) -> str | None:
        """The model that an adapter is used with, else the one that it is for.

        None for the model that answers, where it fits that. Raises NotFoundError.
        """
        card = next((each for each in self._adapters.list() if each.file == file), None)
        if card is None:
            raise NotFoundError("This adapter is not there any more.", "Choose another one.")
        holding = [
            model
            for model in card.models
            if any(
                str(each.path) == file for each in self._memory.of(self._keeper.stored_key(model))
            )
        ]
        if holding:
            return holding[0]
        answering = self._keeper.file_of(None)
        fits = any(self._keeper.file_of(model) == answering for model in card.models)
        return None if fits or not card.models else card.models[0]

    def can_go_back(self, model: str | None = None) -> bool:
        """Whether a change was made that can be taken back."""
        return bool(self._made.changes(self._keeper.stored_key(model)))

    def in_use(self, model: str | None = None) -> tuple[Adapter, ...]:
        """What a model is used with."""
        return self._memory.of(self._keeper.stored_key(model))

    def _in_use(self, key: str) -> tuple[tuple[str, float], ...]:
        return tuple((str(each.path), each.scale) for each in self._memory.of(key))

    def _taught(self, card: AdapterCard) -> Taught:
        made = self._made.of(Path(card.file))
        used = next(
            (
                each
                for model in card.models
                for each in self._adapters.in_use(model)
                if each.file == card.file
            ),
            None,
        )
        state: AdapterState
        if used is not None:
            state = "in use"
        elif not card.models:
            state = "fits no model"
        else:
            state = "kept aside" if made is not None and made.verdict == "aside" else "ready"
        return Taught(card, state, made, used)


def _name(file: Path) -> str:
    told = adapter_fits.told(file)
    return told.name if told is not None else file.stem
