"""The options of ``ask`` and ``chat`` that say how a model writes, and ``models options``."""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.errors import InputError
from engine.inference.adapters import Adapter
from engine.models.options import ModelOptions
from engine.types import Answer

Temperature = Annotated[
    float | None, typer.Option(help="0 takes the likeliest words; up to 2 for more variety.")
]
TopP = Annotated[float | None, typer.Option(help="Share of probability kept, up to 1.")]
MinP = Annotated[
    float | None, typer.Option(help="Leave out what is less likely than this share of the first.")
]
TopK = Annotated[int | None, typer.Option(help="Number of likeliest tokens kept; 0 keeps all.")]
Seed = Annotated[int | None, typer.Option(help="The same seed gives the same answer.")]
MaxTokens = Annotated[int | None, typer.Option(help="Longest answer in tokens.")]
Stop = Annotated[
    list[str] | None, typer.Option(help="A text that ends the answer; may be given again.")
]
JsonSchema = Annotated[
    Path | None, typer.Option(help="File with a JSON schema that the answer keeps to.")
]
Grammar = Annotated[
    Path | None, typer.Option(help="File with a GBNF grammar that the answer keeps to.")
]
MAX_FORM_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Writing:
    """How one answer is to be written."""

    options: ModelOptions = field(default_factory=ModelOptions)
    json_schema: str = ""
    grammar: str = ""
    adapters: tuple[Adapter, ...] = ()
    """To be used for this; empty for those that are in use, where the mode wants some."""

    def unused(self, answer: Answer) -> str:
        """What to say where options were given and no model wrote; empty where one did."""
        given = ", ".join(f"--{name.replace('_', '-')}" for name in self.options.values())
        if not given or answer.usage.completion_tokens or answer.stopped:
            return ""
        return (
            f"The answer was taken from your documents word for word, so {given} changed nothing. "
            "Ask with --mode plain, or choose a model that writes its own answers."
        )


def writing(
    *, json_schema: Path | None, grammar: Path | None, stop: list[str] | None, **values: Any
) -> Writing:
    """The options as they were given. Raises SettingsError, InputError."""
    if json_schema is not None and grammar is not None:
        raise InputError("An answer keeps to one form.", "Give --json-schema or --grammar.")
    options = ModelOptions(stop=tuple(stop) if stop else None, **values)
    schema = form(json_schema)
    if schema:
        try:
            json.loads(schema)
        except ValueError as error:
            raise InputError(
                f"{json_schema} is not JSON: {error}.", "Correct the schema.", code="bad_grammar"
            ) from error
    return Writing(options, schema, form(grammar))


def form(file: Path | None) -> str:
    """The text of a schema or a grammar; empty for none. Raises InputError."""
    if file is None:
        return ""
    try:
        if file.stat().st_size > MAX_FORM_BYTES:
            raise InputError(f"{file} is too large for a schema or a grammar.")
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is no text.", "Give a JSON schema or a GBNF grammar.") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error
    if not text.strip():
        raise InputError(f"{file} is empty.", "Give a JSON schema or a GBNF grammar.")
    return text


def changed(options: ModelOptions, settings: list[str]) -> ModelOptions:
    """Options after ``KEY=VALUE`` settings; an empty value takes one back to its default.

    Raises InputError, SettingsError.
    """
    kinds = {known.name: str(known.type) for known in fields(ModelOptions)}
    values = options.values()
    stops: list[str] = []
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or key not in kinds:
            raise InputError(
                f"“{setting}” sets nothing.", "Options are KEY=VALUE; keys: " + ", ".join(kinds)
            )
        if not text:
            values.pop(key, None)
        elif key == "stop":
            stops.append(text)
        else:
            values[key] = _number(key, text, whole="int" in kinds[key])
    if stops:
        values["stop"] = tuple(stops)
    return ModelOptions.of(values)


def _number(key: str, text: str, *, whole: bool) -> int | float:
    try:
        return int(text) if whole else float(text)
    except ValueError as error:
        kind = "a whole number" if whole else "a number"
        raise InputError(f"{key} must be {kind}, not “{text}”.", f"For example {key}=1.") from error
