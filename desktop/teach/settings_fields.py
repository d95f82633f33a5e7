"""The settings of a training behind "More": names, words, and text to value and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import InputError

Kind = Literal["whole", "number", "word"]


@dataclass(frozen=True, slots=True)
class Field:
    key: str
    """As in the table ``training`` of a job."""
    name: str
    words: str
    kind: Kind = "whole"
    choices: tuple[str, ...] = ()
    default: str = ""
    """What the training takes where nothing is said."""


FIELDS: tuple[Field, ...] = (
    Field("steps", "Steps", "Times that the adapter is changed a little."),
    Field("batch", "Batch", "Examples in one step."),
    Field("rank", "Rank", "Width of the adapter, 1 to 256: wider holds more and is larger."),
    Field("alpha", "Alpha", "Strength; usually twice the rank.", "number"),
    Field("learning_rate", "Learning rate", "Size of a step, such as 0.0005.", "number"),
    Field("dropout", "Dropout", "Share left out at random, below 1.", "number", default="0"),
    Field("method", "Method", "lora, rslora for high ranks.", "word", ("lora", "rslora"),
          "lora"),
    Field("max_tokens", "Longest example", "In tokens; a longer one is refused."),
    Field("measure_every", "Measure every", "Steps between two looks at what is held out."),
    Field("patience", "Patience", "Ends after so many looks without progress; 0 never.",
          default="3"),
    Field("checkpointing", "Save memory", "on computes twice instead of keeping; auto decides.",
          "word", ("auto", "on", "off"), "auto"),
    Field("threads", "Threads", "Of the processor; 0 takes all cores.", default="0"),
    Field("seed", "Seed", "The same seed gives the same adapter.", default="1"),
)  # fmt: skip


def text_of(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def settings_of(texts: Mapping[str, str]) -> dict[str, Any]:
    """The settings that were typed; an empty line leaves one as suggested. Raises InputError."""
    found: dict[str, Any] = {}
    for field in FIELDS:
        text = texts.get(field.key, "").strip()
        if text:
            found[field.key] = _value(field, text)
    return found


def _value(field: Field, text: str) -> Any:
    if field.kind == "word":
        if text.casefold() in field.choices:
            return text.casefold()
        raise InputError(
            f"{field.name} is one of {', '.join(field.choices)}, not “{text}”.",
            "Leave the line empty for the default.",
        )
    try:
        if field.kind == "whole":
            return int(text.replace(" ", "").replace("_", ""))
        return float(text.replace(",", "."))
    except ValueError as error:
        what = "a whole number" if field.kind == "whole" else "a number such as 0.5"
        raise InputError(
            f"{field.name} takes {what}, not “{text}”.", "Leave the line empty for the default."
        ) from error
