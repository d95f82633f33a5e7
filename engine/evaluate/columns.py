"""What is set side by side: ways of asking, each a column with everything that makes it up."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from engine.errors import InputError
from engine.types import Mode

MODES: tuple[Mode, ...] = get_args(Mode)
HINT = (
    'Write it like "short: model=NAME, mode=both, adapter=NAME*0.5, temperature=0", parted by '
    "commas."
)


@dataclass(frozen=True, slots=True)
class Column:
    """One way of asking."""

    name: str
    mode: Mode = "rag"
    model: str = ""
    """Empty for the model that answers."""
    adapters: tuple[tuple[str, float], ...] = ()
    """Names or files with their strengths; empty takes those in use, where the mode wants some."""
    encoder: str = ""
    """Folder of a sentence encoder; empty for the one that serves."""
    options: tuple[tuple[str, Any], ...] = ()
    """Options of the model that differ from those of the other columns."""

    @property
    def reads_documents(self) -> bool:
        return self.mode in ("rag", "both")

    @property
    def tuned(self) -> bool:
        return self.mode in ("tuned", "both")

    @property
    def loads(self) -> tuple[object, ...]:
        """What makes the model process start again, and then what it takes a moment to change."""
        loaded = [(key, each) for key, each in self.options if key in ("n_ctx", "threads")]
        return (self.encoder, self.model, loaded, self.adapters, self.tuned, self.mode)

    def as_row(self) -> dict[str, Any]:
        row = {
            "name": self.name,
            "mode": self.mode,
            "model": self.model,
            "adapters": [list(each) for each in self.adapters],
            "encoder": self.encoder,
            "options": dict(self.options),
        }
        return {key: each for key, each in row.items() if each}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Column":
        return cls(
            name=row["name"],
            mode=row.get("mode", "rag"),
            model=row.get("model", ""),
            adapters=tuple((name, float(scale)) for name, scale in row.get("adapters", ())),
            encoder=row.get("encoder", ""),
            options=tuple(sorted(row.get("options", {}).items())),
        )


def of_modes(modes: Sequence[Mode], model: str = "") -> list[Column]:
    """One column for each mode, named after it."""
    return [Column(mode, mode=mode, model=model) for mode in modes]


def parsed(text: str, model: str = "") -> Column:
    """A column as it is written in the terminal. Raises InputError."""
    name, colon, rest = text.partition(":")
    name = name.strip()
    if not colon or not name:
        raise InputError(f"“{text}” is no column: it has no name before a colon.", HINT)
    made = Column(name, model=model)
    options: dict[str, Any] = {}
    for part in filter(None, (each.strip() for each in rest.split(","))):
        key, equals, given = (each.strip() for each in part.partition("="))
        if not equals or not given:
            raise InputError(f"“{part}” in the column “{name}” says nothing.", HINT)
        if key == "mode":
            if given not in MODES:
                raise InputError(f"There is no way of asking called “{given}”.",
                                 f"There are {', '.join(MODES)}.")  # fmt: skip
            made = replace(made, mode=given)
        elif key == "model":
            made = replace(made, model=given)
        elif key == "encoder":
            made = replace(made, encoder=given)
        elif key == "adapter":
            made = replace(made, adapters=(*made.adapters, _adapter(given)))
        else:
            options[key] = _value(given)
    return replace(made, options=tuple(sorted(options.items())))


def checked(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Columns that can stand side by side. Raises InputError."""
    if not columns:
        raise InputError("There is no way of asking to measure.", "Give --modes or --column.")
    names = [column.name for column in columns]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError(f"Two columns are called “{twice[0]}”.", "Give each its own name.")
    return tuple(columns)


def in_order(columns: Sequence[Column]) -> list[Column]:
    """The order of work: the model process and its adapters change as seldom as they can."""
    first: dict[tuple[str, str], int] = {}
    for number, column in enumerate(columns):
        first.setdefault((column.encoder, column.model), number)
    return sorted(
        columns,
        key=lambda each: (first[each.encoder, each.model], json.dumps(each.loads, default=str)),
    )


def key(circumstances: Mapping[str, Any]) -> str:
    """Equal for ways of asking that give the same answer to the same question."""
    text = json.dumps(circumstances, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _adapter(text: str) -> tuple[str, float]:
    name, star, scale = text.rpartition("*")
    if not star:
        return text, 1.0
    try:
        return name.strip(), float(scale)
    except ValueError as error:
        raise InputError(f"“{scale}” is no strength of an adapter.", HINT) from error


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
