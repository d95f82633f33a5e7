"""The options of a model as the dialog shows them: names, words, and text to value and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.errors import InputError
from engine.models.options import ModelOptions

Kind = Literal["number", "whole", "texts"]
Part = Literal["writing", "running"]


@dataclass(frozen=True, slots=True)
class Field:
    key: str
    """The field of :class:`ModelOptions`."""
    name: str
    words: str
    kind: Kind
    part: Part = "writing"


FIELDS: tuple[Field, ...] = (
    Field("temperature", "Temperature", "0 always takes the likeliest word; up to 2.", "number"),
    Field("top_p", "Top-p", "Only the likeliest words that make up this share.", "number"),
    Field("min_p", "Min-p", "No words below this share of the likeliest.", "number"),
    Field("top_k", "Top-k", "Only so many of the likeliest words; 0 for all.", "whole"),
    Field("repeat_penalty", "Repeat penalty", "Above 1 it repeats itself less.", "number"),
    Field("seed", "Seed", "The same seed gives the same answer.", "whole"),
    Field("max_tokens", "Longest answer", "In tokens; a word is one or two.", "whole"),
    Field("stop", "Stop words", "The answer ends before these; parted by commas.", "texts"),
    Field("n_ctx", "Context", "Tokens it can hold in mind; more takes memory.", "whole", "running"),
    Field("threads", "Threads", "0 takes all cores of the processor.", "whole", "running"),
)


def text_of(options: ModelOptions, key: str) -> str:
    """A value as it stands in its line; empty where it is not set."""
    value = getattr(options, key)
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(one.replace("\n", "\\n") for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def placeholder(defaults: ModelOptions, field: Field) -> str:
    return text_of(defaults, field.key) or ("none" if field.kind == "texts" else "")


def options_of(texts: Mapping[str, str]) -> ModelOptions:
    """The options of what was typed; an empty line leaves one to the default.

    Raises InputError with the field's name, and SettingsError for a value out of range.
    """
    values: dict[str, object] = {}
    for field in FIELDS:
        text = texts.get(field.key, "").strip()
        if text:
            values[field.key] = _value(field, text)
    return ModelOptions(**values)  # type: ignore[arg-type]


def _value(field: Field, text: str) -> object:
    if field.kind == "texts":
        parts = (part.strip().replace("\\n", "\n") for part in text.split(","))
        return tuple(part for part in parts if part)
    try:
        if field.kind == "whole":
            return int(text.replace(" ", "").replace("_", ""))
        return float(text.replace(",", "."))
    except ValueError as error:
        what = "a whole number" if field.kind == "whole" else "a number such as 0.7"
        raise InputError(
            f"{field.name} takes {what}, not “{text}”.", "Leave the line empty for the default."
        ) from error
