"""Adapters that were made here: each with a card beside it, and what was in use before.

NAME.gguf       the adapter
NAME.json       its card: what it was made from, how it went, whether it was adopted
history.json    what each model was used with, newest last, to roll back to
"""

import json
import logging
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from engine.errors import TeachError
from engine.formats import adapter as adapter_file
from engine.formats.adapter import AdapterError
from engine.teach.compare import Decision

log = logging.getLogger(__name__)

HISTORY = "history.json"
KEPT_HISTORY = 50
Verdict = Literal["", "adopted", "aside"]


@dataclass(frozen=True, slots=True)
class MadeCard:
    """What is known of an adapter that was made here."""

    name: str
    file: str
    """Name of the adapter's file, beside this card."""
    task: str = ""
    recipe: str = ""
    base: str = ""
    """Name of the model it was trained on."""
    job: str = ""
    """Folder of the training."""
    made_at: float = 0.0
    verdict: Verdict = ""
    """Empty where nobody compared it."""
    reason: str = ""
    last_message: int = 0
    """Newest rated answer that it could learn from; later ones count for the next."""
    report: Mapping[str, Any] = field(default_factory=dict)
    """How the training went, as it told; under ``compared``, the scores before and after."""

    @property
    def decision(self) -> Decision | None:
        """How it fared beside the model as it was; None where nobody compared it."""
        kept = self.report.get("compared")
        if not isinstance(kept, Mapping):
            return None
        try:
            return Decision(**{key: kept[key] for key in Decision.__dataclass_fields__})
        except KeyError:
            return None


@dataclass(frozen=True, slots=True)
class Change:
    """A model was used with other adapters from then on."""

    model: str
    """The key that the model's things are kept under."""
    before: tuple[tuple[str, float], ...]
    after: tuple[tuple[str, float], ...]
    at: float


class MadeAdapters:
    """The folder of a profile's adapters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> list[MadeCard]:
        """Cards of the adapters that are still there, oldest first."""
        found = []
        for path in sorted(self.folder.glob("*.json")) if self.folder.is_dir() else []:
            card = None if path.name == HISTORY else _card(path)
            if card is not None and (self.folder / card.file).exists():
                found.append(card)
        return sorted(found, key=lambda one: one.made_at)

    def of(self, file: Path) -> MadeCard | None:
        """The card of an adapter; None for one from elsewhere."""
        if file.parent != self.folder:
            return None
        return _card(file.with_suffix(".json"))

    def take(self, source: Path, card: MadeCard) -> Path:
        """Copy an adapter here with its card; the same one twice stays one. Raises TeachError."""
        try:
            adapter_file.manifest(source)
        except AdapterError as error:
            raise TeachError(
                f"The adapter {source.name} cannot be used: {error}.", "Train it again."
            ) from error
        target = self._free(source, card.name)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                shutil.copyfile(source, temporary)
                temporary.replace(target)
            self.put(replace(card, file=target.name))
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise TeachError(
                f"The adapter cannot be kept in {self.folder}: {error.strerror}.",
                "Free some space, then export it again; the trained one is still in its job.",
                "disk_full" if error.errno == 28 else None,
            ) from error
        return target

    def put(self, card: MadeCard) -> None:
        """Write the card of an adapter."""
        _write(self.folder / Path(card.file).with_suffix(".json"), asdict(card))

    def _free(self, source: Path, name: str) -> Path:
        slug = re.sub(r"[^\w-]+", "-", name.casefold()).strip("-_") or "adapter"
        number = 1
        while True:
            path = self.folder / (f"{slug}.gguf" if number == 1 else f"{slug}-{number}.gguf")
            if not path.exists() or _same(path, source):
                return path
            number += 1

    # --- what was in use -----------------------------------------------------------------------

    def changes(self, model: str) -> list[Change]:
        """What this model was used with, newest last."""
        return [each for each in self._history() if each.model == model]

    def changed(
        self,
        model: str,
        before: Sequence[tuple[str, float]],
        after: Sequence[tuple[str, float]],
    ) -> None:
        """Remember a change, so that it can be taken back."""
        if tuple(before) != tuple(after):
            every = [*self._history(), Change(model, tuple(before), tuple(after), time.time())]
            self._keep(every[-KEPT_HISTORY:])

    def undo(self, model: str) -> Change | None:
        """Take the newest change of a model out of the list; None where there is none."""
        every = self._history()
        for at in range(len(every) - 1, -1, -1):
            if every[at].model == model:
                change = every.pop(at)
                self._keep(every)
                return change
        return None

    def _history(self) -> list[Change]:
        try:
            values = json.loads((self.folder / HISTORY).read_text(encoding="utf-8"))
            return [
                Change(
                    row["model"],
                    tuple((file, float(scale)) for file, scale in row["before"]),
                    tuple((file, float(scale)) for file, scale in row["after"]),
                    float(row["at"]),
                )
                for row in values
            ]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError):
            log.warning("the history of adapters cannot be read; it begins anew")
            return []

    def _keep(self, changes: Sequence[Change]) -> None:
        _write(self.folder / HISTORY, [asdict(each) for each in changes])


def _card(path: Path) -> MadeCard | None:
    try:
        return MadeCard(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(path: Path, value: Any) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise TeachError(
            f"{path} cannot be written: {error.strerror}.", "Check that there is room."
        ) from error


def _same(first: Path, second: Path) -> bool:
    return first.stat().st_size == second.stat().st_size and (
        first.read_bytes() == second.read_bytes()
    )
