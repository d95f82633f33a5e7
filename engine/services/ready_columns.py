"""Columns made ready: the adapters, options and files that each is asked with."""

import json
from collections.abc import Generator
from dataclasses import dataclass, fields, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.evaluate import columns as ways
from engine.evaluate.columns import Column
from engine.inference.adapters import Adapter
from engine.models.options import EXACT, TAUGHT, ModelOptions
from engine.progress import CancelToken, Progress
from engine.services import acting, machine
from engine.services.adapter_use import AdapterUse
from engine.services.asking import Asking
from engine.services.keeper import ChatModelKeeper
from engine.store.documents import Documents

SAME = replace(EXACT, seed=0)
"""How every column's model writes where it does not say otherwise: the likeliest words."""
LOADING = ("n_ctx", "threads")
"""Options with which a model is loaded; they are set for the model, not for a column."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A column with all that it is asked with."""

    column: Column
    adapters: tuple[Adapter, ...]
    options: ModelOptions
    model: Path | None
    circumstances: dict[str, Any]
    left_out: tuple[str, ...] = ()
    """Sentences on adapters that take no part in this column."""

    @property
    def key(self) -> str:
        return ways.key(self.circumstances)


class ReadyColumns:
    """Finds out what makes up a column, on this machine as it is now."""

    def __init__(
        self, asking: Asking, keeper: ChatModelKeeper, adapters: AdapterUse, documents: Documents
    ) -> None:
        self._asking = asking
        self._keeper = keeper
        self._adapters = adapters
        self._documents = documents

    def of(
        self, column: Column, library: str | None, cancel: CancelToken | None
    ) -> Generator[Progress, None, Ready]:
        """All that decides what a column answers. Raises InputError, NotFoundError."""
        own = dict(column.options)
        known = {each.name for each in fields(ModelOptions)} - set(LOADING)
        if wrong := [key for key in own if key not in known]:
            raise InputError(
                f"“{wrong[0]}” in the column “{column.name}” is no option of an answer.",
                f"There are model, adapter, mode, encoder, {', '.join(sorted(known))}.",
            )
        model = column.model or None
        choice = self._keeper.choice(model)
        adapters = self._adapters_of(column)
        name, encoder = yield from self._asking.names(model, cancel)
        file = self._keeper.file_of(model)
        trusted = self._adapters.trusts(model)
        used = acting.acting(adapters, column.mode, trusted=trusted, exactly=True)
        left = self._adapters.left_out(model, adapters) if len(used) < len(adapters) else ()
        form = acting.form_of(used) if column.mode == "tuned" else None
        same = SAME if form is None or not form.alone else replace(TAUGHT, seed=0)
        options = ModelOptions.of(own).over(ModelOptions(seed=0) if choice.thinks else same)
        circumstances: dict[str, Any] = {
            "mode": column.mode,
            "model": self._keeper.stored_key(model),
            "model_file": [name, *machine.stamp(file)],
            "adapters": [[str(each.path), *machine.stamp(each.path), each.scale]
                         for each in used],
            "options": choice.for_question(options, from_documents=True).values(),
            "alcove": metadata.version("alcove"),
        }  # fmt: skip
        if form is not None:
            circumstances["form"] = [form.system, form.prompt, form.alone]
        if column.reads_documents:
            every = [each for each in self._documents.libraries() if library in (None, each.name)]
            circumstances |= {
                "documents": [
                    [each.name, each.documents, each.passages, each.changed_at] for each in every
                ],
                "encoder": column.encoder or encoder,
                "refuses_below": round(self._asking.judge(library, name, encoder).threshold, 4),
            }
            if self._asking.answers_shortly(used, trusted=trusted):
                short = self._asking.judge(library, name, encoder, short=True)
                circumstances["refuses_short_below"] = round(short.threshold, 4)
        # As it will be read back, so that it can be set against what was kept.
        plain: dict[str, Any] = json.loads(json.dumps(circumstances, default=str))
        return Ready(column, adapters, options, file, plain, left)

    def _adapters_of(self, column: Column) -> tuple[Adapter, ...]:
        model = column.model or None
        if not column.tuned:
            if column.adapters:
                raise InputError(
                    f"The column “{column.name}” names an adapter and asks without one.",
                    "Give it mode=tuned or mode=both.",
                )
            return ()
        found = self._adapters.resolved(model, column.adapters)
        if not column.adapters:
            in_use = self._adapters.in_use(model)
            found = tuple(Adapter(Path(each.file), each.scale) for each in in_use)
            if column.mode == "tuned":
                trusted = self._adapters.trusts(model)
                found = acting.acting(found, column.mode, trusted=trusted)
        if not found:
            there = ", ".join(each.name for each in self._adapters.list(model))
            choice = (
                f"These fit it: {there}. Put one in use with `alcove models use-adapter`, name one "
                "(--column, --adapter)"
                if there
                else "None on this machine fits it: teach one (`alcove teach`)"
            )
            raise InputError(
                f"No adapter is in use for this model, so there is no “{column.name}” to measure.",
                f"{choice}, or measure plain and rag.",
            )
        return found
